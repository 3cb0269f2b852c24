// Package similarity measures sentence embeddings by how close pairs of texts
// lie: alignment and uniformity (Figure 3; Wang and Isola, 2020), the isotropy
// of their spread (IsoScore; Rudman et al., 2022), and the similarities of
// positive and of random pairs (Figure 4).
//
//	task, err := similarity.Open(source, 2000, 42)
//	scores, _, err := task.Model(ctx, encoder, sentence.Options{}, similarity.AllPairs)
package similarity
