// Package experiment runs the notebooks' experiments with the models, data and
// sizes that MODERNBERT_* environment variables name. Each function that ends
// in a result saves it where figures are drawn from, and without a model reads
// the one that is there.
//
//	found := notebook.Must(experiment.FillMask(ctx))
//	notebook.Save(figure.FillMaskTable(found))
package experiment
