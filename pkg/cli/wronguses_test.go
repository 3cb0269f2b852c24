package cli

import "strings"

// wrongUses returns the mistakes of a table, and those that all commands have
// in common.
func wrongUses() []wrongUse {
	all := append([]wrongUse{}, wrongFlags...)
	all = append(all, wrongFiles...)
	for _, command := range modelTakers {
		for model, says := range noModels {
			all = append(all, wrongUse{command + " " + model, 1, says})
		}
	}
	for _, command := range textTakers {
		for file, says := range noTexts {
			all = append(all, wrongUse{command + " " + file, 1, says})
		}
	}
	for _, command := range []string{
		"sweep --rows 2 --task jsts --model model --output out", "corpus --data texts.jsonl --output out",
		"pppl --run run --input texts.jsonl --output out", "fill-mask --run run {}", "retrieve --run run --pairs pairs.jsonl",
		"similarity --run run --pairs refs.jsonl --texts passages.jsonl",
	} {
		all = append(all,
			wrongUse{command + " --retries -1", 2, "--retries -1: 0 or more"},
			wrongUse{command + " --workers 0", 2, "--workers 0: at least one process"},
			wrongUse{command + " --engine slrum", 2, `--engine "slrum" is neither local nor slurm`},
			wrongUse{command + " --engine slurm --workers 2", 2, "--workers are of --engine local"},
			wrongUse{command + " --slurm-option=--gres=gpu:1", 2, "--slurm-option needs --engine slurm"},
		)
	}
	return all
}

// modelTakers are command lines to which a model's name is added, noModels the
// names of what is none.
var (
	modelTakers = strings.Split(`fill-mask {} --model
embed --input texts.jsonl --output out --model
hidden --input texts.jsonl --output out --model
logits --input texts.jsonl --output out --model
pppl --input texts.jsonl --output out --model
similarity --pairs pairs.jsonl --texts pool.jsonl --model
finetune --task jsts --train jsts.json --valid jsts.json --output out --model
export --output out --model
pretrain --data texts.jsonl --valid none --output out --init`, "\n")
	noModels = map[string]string{
		"missing":     `"missing" is neither a directory that exists nor a hub id owner/name`,
		"./missing":   "find ./missing: no such file or folder",
		"no/such":     "no/such@main: config.json is not in the cache … HF_HUB_OFFLINE is set; unset it once",
		"texts.jsonl": "texts.jsonl is a file; give the model's directory",
		"folder":      "folder/config.json is not there: folder is not a model's directory",
		"badconfig":   "badconfig/config.json: not JSON: it ends too early",
		"gpt":         `gpt/config.json: field "model_type": "gpt2" is not supported; supported are bert and modernbert`,
		"noweights":   "noweights has neither model.safetensors nor model.safetensors.index.json",
		"pointer":     "pointer/model.safetensors is a git-lfs pointer … git lfs pull",
		"cut":         "cut/model.safetensors: truncated: … fetch or copy the file again",
		"run":         "run: the run has no checkpoint yet in checkpoints",
	}
)

// textTakers are command lines to which a file of texts is added, noTexts the
// names of what is none.
var (
	textTakers = strings.Split(`tokenize --model model --input
embed --model model --output out --input
pppl --model model --output out --input
corpus --output out --tokenizer model --data`, "\n")
	noTexts = map[string]string{
		"missing.jsonl":   "find missing.jsonl: no such file or folder: tried ",
		"none*.jsonl":     "find none*.jsonl: no such file or folder: tried ",
		"folder":          "folder: a folder; name its files, such as 'folder/*.jsonl.gz'",
		"empty.jsonl":     "empty.jsonl: no ",
		"list.jsonl":      "list.jsonl:1: the file is a JSON array; lines are needed, an object each: make them with jq",
		"broken.jsonl":    "broken.jsonl:1: not JSON: it ends too early",
		"number.jsonl":    `number.jsonl:1: field "text" is a number, a string is needed`,
		"notext.jsonl":    `notext.jsonl:1: field "text" is missing`,
		"latin.jsonl":     "latin.jsonl:1: the line is not UTF-8",
		"plain.jsonl.gz":  "plain.jsonl.gz: the compressed file ends too early: it is truncated; fetch or make it again",
		"plain.jsonl.zst": "plain.jsonl.zst:1: not a zstd file, though its name says so",
		"plain.parquet":   "plain.parquet: not a parquet file, or a damaged one",
		"table.csv":       "table.csv: unknown kind of file; known are .jsonl",
		"loop":            "loop: too many levels of symbolic links",
	}
)

// wrongFlags are mistakes in names and values of flags.
var wrongFlags = []wrongUse{
	{"pretrian", 2, `unknown subcommand "pretrian", did you mean pretrain?`},
	{"fill_mask", 2, "did you mean fill-mask?"},
	{"frobnicate", 2, `unknown subcommand "frobnicate", see --help`},
	{"help pretrian", 2, "did you mean pretrain?"},
	{"fetch-data miracle", 2, "did you mean miracl?"},
	{"fetch-data", 2, "fetch-data needs the name of a data set: miracl"},
	{"--verbose", 2, "modernbert: unknown flag: --verbose, see --help"},
	{"--verison", 2, "did you mean --version?"},
	{"tokenize --modle model", 2, "modernbert: tokenize: unknown flag: --modle, did you mean --model?"},
	{"tokenize -model model", 2, "tokenize: unknown flag: -model, did you mean --model?"},
	{"tokenize --model", 2, "tokenize: --model needs a value"},
	{"tokenize texts.jsonl", 2, `tokenize: "texts.jsonl" belongs to no flag`},
	{"pretrain --output out --data texts.jsonl more.jsonl", 2, `pretrain: "more.jsonl" belongs to no flag (quote a glob`},
	{"fetch-data miracl x", 2, `fetch-data miracl: "x" belongs to no flag`},
	{"doctor now", 2, `doctor: "now" belongs to no flag`},
	{"doctor --json=perhaps", 2, "doctor: --json perhaps: true or false is needed"},
	{"embed --batch-size x", 2, "embed: --batch-size x: a whole number is needed"},
	{"embed --batch-size 1.5", 2, "embed: --batch-size 1.5: a whole number is needed"},
	{"embed --batch-size 99999999999999999999", 2, "--batch-size 99999999999999999999: a smaller number is needed"},
	{"pppl --seed -1", 2, "pppl: --seed -1: a whole number from 0 on is needed"},
	{"finetune --lr fast", 2, "finetune: --lr fast: a number is needed"},
	{"bench --lengths 8,x", 2, "bench: --lengths 8,x: whole numbers with commas between them are needed"},
	{"tokenize --model '' --input texts.jsonl", 2, "tokenize: --model has an empty value: leave the flag out or give it one"},
	{"tokenize --model model --input ''", 2, "--input has an empty value"},
	{"pretrain --output out --init ''", 2, "--init has an empty value"},
	{"fill-mask --model model --placeholder '' {}", 2, "--placeholder has an empty value"},
	{"figures --only ''", 2, "--only has an empty value"},

	{"tokenize", 2, "tokenize needs --model M and --input F, see --help"},
	{"tokenize --model model --input texts.jsonl --max-length -1", 2, "--max-length -1: a length is at least 1, 0 is no limit"},
	{"tokenize --model model --input texts.jsonl --max-length 1", 2, "--max-length: a maximum length of 1 leaves no room for 2 special tokens"},
	{"fill-mask", 2, "fill-mask needs --model M, see --help"},
	{"fill-mask --model model", 2, "fill-mask needs a TEXT or --input F"},
	{"fill-mask --model model {} --input texts.jsonl", 2, "fill-mask takes texts or --input F, not both"},
	{"fill-mask --model model --top-k 0 {}", 2, "--top-k 0: at least 1"},
	{"fill-mask --model model --compute bf16 {}", 2, "--compute=bf16: it is float32 or bfloat16"},
	{"fill-mask --model model --batch-size -1 {}", 2, "--batch-size -1: a batch has at least 1 text"},
	{"fill-mask --model model --run run {}", 2, "--run and --model exclude each other"},
	{"fill-mask --model model --workers 2 {}", 2, "--engine and --workers share the checkpoints of --run DIR"},
	{"embed --model model --input texts.jsonl", 2, "embed needs --model M, --input F and --output E"},
	{"embed --model model --input texts.jsonl --output out --pooling max", 2, `--pooling "max" is neither mean nor cls`},
	{"embed --model model --input texts.jsonl --output out --max-length -2", 2, "--max-length -2"},
	{"hidden --model model --input texts.jsonl --output out --layer 3", 2, `--layer "3" is neither all nor last`},
	{"logits --model model --input texts.jsonl", 2, "logits needs --model M"},
	{"pppl --model model --input texts.jsonl", 2, "pppl needs --model M, --input F and --output R.jsonl"},
	{"pppl --model model --input texts.jsonl --output out --positions 0", 2, "--positions 0: at least 1"},
	{"pppl --model model --input texts.jsonl --output out --max-length 2", 2, "--max-length 2: at least 3 tokens"},
	{"pppl --model model --input texts.jsonl --output out --per-bin -1", 2, "--per-bin -1: a bin takes at least 1 document"},
	{"pppl --model model --input texts.jsonl --output out --bins 10,5", 2, `--bins "10,5": rising lengths are needed, such as 1024,2048`},
	{"pppl --model model --input texts.jsonl --output out --same-documents", 2, "--same-documents needs --per-bin N"},
	{"retrieve", 2, "retrieve needs --model M and --pairs F"},
	{"retrieve --model edit --pairs pairs.jsonl --unit letter", 2, `--unit "letter" is neither word nor char`},
	{"retrieve --model jaccard --pairs pairs.jsonl --by-length", 2, "--by-length divides the distances of --model edit"},
	{"similarity --model model --pairs pairs.jsonl", 2, "similarity needs --model M, --pairs F and --texts F"},
	{"similarity --model model --pairs pairs.jsonl --texts passages.jsonl --random 0", 2, "--random 0: at least one"},
	{"similarity --model model --pairs pairs.jsonl --texts passages.jsonl --uniformity some", 2, `--uniformity over "some" is neither all nor pairs`},
	{"finetune", 2, "--task and --model and --output not given"},
	{"finetune --task jstss --model model --output out", 2, `--task "jstss" is none of jsts, jnli, jcola, did you mean jsts?`},
	{"finetune --task jsts --model model --output out --lr 0", 2, "--lr, --epochs: learning rate 0 is not a positive number"},
	{"finetune --task jsts --model model --output out --lr NaN", 2, "learning rate NaN"},
	{"finetune --task jsts --model model --output out --lr Inf", 2, "learning rate +Inf"},
	{"finetune --task jsts --model model --output out --epochs 0", 2, "0 epochs: at least 1 is needed"},
	{"finetune --task jsts --model model --output out --batch-size 0", 2, "--batch-size 0: at least 1"},
	{"finetune --task jsts --model model --output out --max-length 0", 2, "--max-length 0: at least 1"},
	{"finetune --task jsts --model model --output out --devices 0", 2, "--devices 0: at least 1"},
	{"finetune --task jsts --model model --output out --rows -1", 2, "--rows -1: 0 is all"},
	{"sweep --task jsts --model model", 2, "--output not given"},
	{"sweep --task jsts --model model --output out --grid lr=x", 2, `--grid: lr: "x" is not a number`},
	{"sweep --task jsts --model model --output out --grid lr=-1", 2, "--grid: learning rate -1"},
	{"sweep --task jsts --model model --output out --grid lr=1e-3,1e-3", 2, "--grid: lr: 1e-3 is given twice"},
	{"sweep --task jsts --model model --output out --grid lrr=1e-3", 2, `--grid: "lrr" is none of lr, epochs, seed`},
	{"sweep --task jsts --model model --output out lr=1e-3 epochs", 2, `--grid: "epochs" is not KEY=VALUE,VALUE`},
	{"sweep --task jsts --model model --output out --workers 2 --devices 2", 2, "--workers and --devices exclude each other"},
	{"export --model model", 2, "export needs --model M and --output DIR"},
	{"export --model model --output out --to onnx", 2, `--to "onnx" is neither transformers nor sentence-transformers`},
	{"export --model model --output out --dtype int8", 2, `--dtype "int8" is none of f32, bf16, f16`},
	{"export --model model --output out --license Apache", 2, `--license "Apache" is not an identifier of the hub, such as apache-2.0`},
	{"export --model model --output out --query-prompt x", 2, "need --to sentence-transformers"},
	{"tokenizer", 2, "tokenizer needs --from FILE and --output DIR"},
	{"corpus", 2, "corpus needs --data GLOB and --output DIR"},
	{"pretrain", 2, "pretrain needs --output DIR"},
	{"pretrain --preset tinny --output out", 2, `--preset: there is no preset "tinny" … did you mean tiny?`},
	{"pretrain --stage 3 --output out", 2, "--stage: there is no stage 3; there are 1 and 2"},
	{"pretrain --output out --steps -1", 2, "--steps -1: at least 0"},
	{"pretrain --output out --devices 0", 2, "--devices 0: at least 1"},
	{"pretrain --output out --set lr", 2, `--set: "lr" is not of the form key=value`},
	{"pretrain --output out --set wramup_steps=1", 2, `there is no setting "wramup_steps" … did you mean warmup_steps?`},
	{"pretrain --output out --set lr=x", 2, "--set: lr=x: not a number"},
	{"pretrain --output out --set lr=NaN", 2, "--set: lr=NaN"},
	{"pretrain --output out --set batch_size=0", 2, "--set: batch_size=0: it is at least 1"},
	{"pretrain --output out --set max_length=1", 2, "--set: max_length=1: it is at least 3"},
	{"pretrain --output out --set mask_rate=1.5", 2, "--set: mask_rate=1.5: it is from 0 to 1"},
	{"pretrain --output out --set weight_decay=NaN", 2, "--set: weight_decay=NaN"},
	{"pretrain --output out --set seed=abc", 2, "--set: seed=abc: not a whole number"},
	{"pretrain --output out --set checkpoint_every=-5", 2, "--set: checkpoint_every=-5"},
	{"pretrain --output out --data texts.jsonl --corpus folder", 2, "--corpus and --data exclude each other"},
	{"pretrain --output out --data texts.jsonl --valid none --retrieval pairs.jsonl", 2, "--retrieval is a part of validation, which --valid none switches off"},
	{"bench --preset huge", 2, `--preset "huge" is none of tiny, small, base`},
	{"bench --against pytorch", 2, `--against "pytorch": only transformers`},
	{"bench --tasks trian", 2, `--tasks "trian" is none of`},
	{"bench --compute float16", 2, `--compute "float16" is neither float32 nor bfloat16`},
	{"bench --lengths 1", 2, "--lengths 1: at least 2"},
	{"bench --depths -1", 2, "--depths -1: at least 0"},
	{"bench --repeats -1", 2, "--layers, --repeats, --texts and --tokens are positive numbers"},
	{"bench --documents -5", 2, "--documents -5: 0 for none, or how many"},
	{"figures --only jglue-tabel", 2, `--only "jglue-tabel" is none of the figures and tables, did you mean jglue-table?`},
	{"figures --only x", 2, `--only "x" is none of the figures and tables: training-curve, `},
	{"figures --only jglue-table --width -3in --output out", 2, `--width "-3in" is no length such as 3.35in`},
	{"figures --only jglue-table --height 3parsec --output out", 2, `--height "3parsec" is no length`},
	{"figures --only jglue-table --font-size -3 --output out", 2, "--font-size: font size -3 is not between 4 and 72 points"},
	{"figures --only jglue-sweep --font-size 1000 --output out", 2, "--font-size: font size 1000"},
	{"figures --only jglue-table --font-size NaN --output out", 2, "--font-size: font size NaN"},
	{"figures --only jglue-table --format gif --output out", 2, `--format "gif" is none of pdf, svg, png`},
}

// wrongFiles are mistakes in names and contents of files.
var wrongFiles = []wrongUse{
	{"tokenize --model model --input ids.jsonl", 1, "ids.jsonl:1: the line holds ids, tokenize needs a text"},
	{"tokenize --model model --input blank.jsonl", 1, "blank.jsonl: no texts"},
	{"tokenize --model folder --input texts.jsonl", 1, "folder: there is no tokenizer.json and no vocab.txt"},
	{"tokenize --model badconfig --input texts.jsonl", 1, "badconfig: config.json: not a JSON object: it ends too early"},
	{"fill-mask --model model 京都", 1, `text 1 has no mask: it holds neither <MASK|LLM-jp> nor "{}"`},
	{"fill-mask --model model --input texts.jsonl", 1, "texts.jsonl:1: the text has no mask"},
	{"fill-mask --model model --result texts.jsonl {}", 1, "--result texts.jsonl: texts.jsonl is a file, a folder is needed"},
	{"fill-mask --model model --model missing {}", 1, `"missing" is neither`},
	{"fill-mask --run missing {}", 1, "--run: find missing: no such file or folder"},
	{"fill-mask --run model {}", 1, "--run model is not the folder of a pretraining run … --model takes a model"},
	{"fill-mask --run run {}", 1, "run: the run has no checkpoint yet"},
	{"embed --model model --input texts.jsonl --output folder", 1, "--output folder is a directory, a file's name is needed"},
	{"embed --model model --input texts.jsonl --output no/out", 1, "--output no/out: there is no folder no, make it first"},
	{"embed --model model --input texts.jsonl --output texts.jsonl/out", 1, "texts.jsonl is a file, a folder is needed"},
	{"embed --model model --input ids.jsonl --output out", 1, "ids.jsonl:1: ids[1] is 99999, outside the vocabulary of 387"},
	{"hidden --model model --input minus.jsonl --output out", 1, "minus.jsonl:1: ids[1] is -1, outside the vocabulary"},
	{"hidden --model model --input noids.jsonl --output out", 1, `noids.jsonl:1: field "ids" is empty`},
	{"logits --model model --input mask.jsonl --output out", 1, `mask.jsonl:1: field "attention_mask" has 2 values for 3 ids`},
	{"logits --model model --input texts.jsonl --output folder", 1, "--output folder is a directory"},
	{"pppl --model model --input texts.jsonl --output folder", 1, "--output folder is a directory"},
	{"pppl --model model --input texts.jsonl --output out --result texts.jsonl", 1, "--result texts.jsonl: texts.jsonl is a file"},
	{"pppl --model model --input ids.jsonl --output out", 1, "ids.jsonl:1: the line holds ids, a text is needed"},
	{"retrieve --model edit --pairs missing.jsonl", 1, "find missing.jsonl: no such file"},
	{"retrieve --model edit --pairs folder", 1, "folder: a folder; name its files"},
	{"retrieve --model edit --pairs empty.jsonl", 1, "empty.jsonl: no lines"},
	{"retrieve --model edit --pairs halfpair.jsonl", 1, `halfpair.jsonl:1: field "positive" is missing`},
	{"retrieve --model edit --pairs refs.jsonl --texts passages.jsonl", 1, `refs.jsonl:1: the passage "b" is not in the texts`},
	{"retrieve --model edit --pairs pairs.jsonl --texts twice.jsonl", 1, `twice.jsonl:2: the passage "a" stands twice with different texts`},
	{"retrieve --model edit --pairs pairs.jsonl --texts texts.jsonl", 1, `texts.jsonl:1: field "id" is missing`},
	{"retrieve --model edit --pairs pairs.jsonl --output folder", 1, "--output folder is a directory"},
	{"similarity --model model --pairs pairs.jsonl --texts passages.jsonl", 1, `pairs.jsonl:1: the passage "京都の寺院" is not in the texts`},
	{"similarity --model model --pairs pairs.jsonl --texts passages.jsonl --output folder", 1, "--output folder is a directory"},
	{"finetune --task jsts --model model --output full", 1, "--output full is not empty: choose another folder, or --replace"},
	{"finetune --task jsts --model model --output full --replace", 1, "--output full: --replace writes over a result of finetune, this folder holds no result.json but thesis.tex"},
	{"finetune --task jsts --model model --output texts.jsonl", 1, "texts.jsonl is a file, a folder is needed"},
	{"finetune --task jsts --model model --output out --train missing.json --valid jsts.json", 1, "training rows: find missing.json: no such file"},
	{"finetune --task jsts --model model --output out --train jsts.json --valid folder", 1, "validation rows: folder: a folder; name its files"},
	{"finetune --task jsts --model model --output out --train empty.jsonl --valid jsts.json", 1, "empty.jsonl: no lines"},
	{"finetune --task jsts --model model --output out --train jnli.json --valid jsts.json", 1, "jnli.json:1: a line of JNLI, the task is JSTS"},
	{"finetune --task jnli --model model --output out --train jcola.json --valid jnli.json", 1, "jcola.json:1: a line of JCoLA, the task is JNLI"},
	{"finetune --task jsts --model model --output out --train high.json --valid jsts.json", 1, "high.json:1: field label is 9, want a score from 0 to 5"},
	{"finetune --task jsts --model model --output out --train nan.json --valid jsts.json", 1, "nan.json:1: not JSON"},
	{"finetune --task jsts --model model --output out --train nolabel.json --valid jsts.json", 1, "nolabel.json:1: field label is missing"},
	{"sweep --task jsts --model model --output texts.jsonl --train jsts.json --valid jsts.json", 1, "--output texts.jsonl: texts.jsonl is a file"},
	{"export --model model --output full", 1, "write full: the directory is not empty; remove it or choose another"},
	{"export --model model --output model", 1, "write model: the directory is not empty"},
	{"export --model model --output texts.jsonl/out", 1, "texts.jsonl is a file, a folder is needed"},
	{"tokenizer --from missing --output out", 1, "--from: open missing: no such file"},
	{"tokenizer --from folder --output out", 1, "--from: folder is a folder, a regular file is needed"},
	{"tokenizer --from other.model --output out", 1, "--from other.model: the SentencePiece model cannot be converted"},
	{"tokenizer --from tokenizer.json --output out", 1, "--from tokenizer.json: … is it llm-jp-tokenizer v3?"},
	{"tokenizer --from other.model --output full", 1, "--output: write full: the directory is not empty"},
	{"corpus --data texts.jsonl --output texts.jsonl", 1, "--output texts.jsonl: texts.jsonl is a file"},
	{"corpus --data texts.jsonl --output out --tokenizer missing", 1, `--tokenizer: "missing" is neither`},
	{"pretrain --output out --data missing.jsonl --valid none", 1, "find missing.jsonl: no such file"},
	{"pretrain --output out --data empty.jsonl --valid none --init model --set max_length=32", 1, "training text: empty.jsonl: no documents"},
	{"pretrain --output out --corpus missing --valid none --init model --set max_length=32", 1, "--corpus: missing: no corpus, or an unfinished one: index.json is missing"},
	{"pretrain --output out --corpus folder --valid none --init model --set max_length=32", 1, "--corpus: folder: no corpus"},
	{"pretrain --output out --corpus texts.jsonl --valid none --init model --set max_length=32", 1, "--corpus: texts.jsonl: no corpus"},
	{"pretrain --output texts.jsonl --data texts.jsonl --valid none", 1, "--output texts.jsonl: texts.jsonl is a file"},
	{"pretrain --output run --data texts.jsonl --valid none", 1, "run holds a run with other settings … choose another --output"},
	{"pretrain --output model --data texts.jsonl --valid none", 1, "model holds a model (config.json), not a run: choose another --output; --init starts from a model"},
	{"pretrain --output out --data texts.jsonl --valid none --dump-batches texts.jsonl", 1, "--dump-batches texts.jsonl: texts.jsonl is a file"},
	{"pretrain --output out --data texts.jsonl --valid texts.jsonl --retrieval missing.jsonl", 1, "--retrieval: find missing.jsonl"},
	{"bench --output no/bench.json", 1, "--output no/bench.json: there is no folder no"},
	{"bench --output folder", 1, "--output folder is a directory"},
	{"figures --only jglue-table --data missing --output out", 1, "no missing/jglue.json: made by scripts/modernbert sweep"},
	{"figures --data folder --output out", 1, "nothing was drawn: no result in folder; scripts/reproduce makes them"},
	{"figures --only jglue-table --data nanresult --output out", 1, "nanresult/jglue.json: not JSON"},
	{"figures --only jglue-table --data later --output out", 1, `later/jglue.json: result: unknown field "version"`},
	{"figures --only jglue-table --data swapped --output out", 1, `swapped/jglue.json: kind is "bench", want "jglue"`},
	{"figures --only jglue-table --data damaged --output out", 1, "damaged/jglue.json: not JSON: it ends too early"},
	{"figures --data texts.jsonl --output out", 1, "--data texts.jsonl: texts.jsonl is a file"},
	{"figures --output texts.jsonl", 1, "--output texts.jsonl: texts.jsonl is a file"},
	{"figures --run missing --data d --output out", 1, "find missing: no such file"},
	{"figures --run folder --data d --output out", 1, "folder is not the folder of a pretraining run, it has no run.json"},
	{"figures --run run --data d --output out", 1, "run has no eval.jsonl: a curve needs the validations of pretrain"},
	{"figures --sweep folder --data d --output out", 1, "folder is not the folder of a sweep: it has no sweep.json"},
	{"figures --claims folder --data d --output out", 1, "folder: claims need the training curve of each run"},
	{"fetch-data miracl --topics missing.tsv --output out", 1, "open missing.tsv: no such file"},
	{"fetch-data miracl --topics qrels.tsv --qrels qrels.tsv --output out", 1, "qrels.tsv:1: 1 fields between tabs, 2 are needed"},
	{"fetch-data miracl --passages missing.jsonl.gz --output out", 1, "find missing.jsonl.gz: no such file"},
	{"fetch-data miracl --output texts.jsonl", 1, "--output texts.jsonl: texts.jsonl is a file"},
}
