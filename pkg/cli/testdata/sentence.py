"""Makes the golden numbers of modules_test.go: what sentence-transformers 6
gives for models with modules of their own, laid over eval/testdata/modernbert.
Run from this folder, with the peer that scripts/setup --peer installs:

    python sentence.py

It writes sentence/NAME (the files beside the transformer's) and
sentence.safetensors (NAME/encode, NAME/query, NAME/document)."""

import json
import shutil
import tempfile
from pathlib import Path

import torch
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Dense, Normalize, Transformer
from sentence_transformers.sentence_transformer.modules import Pooling

torch.manual_seed(20)
BASE = "../../eval/testdata/modernbert"
TEXTS = ["京都は千年の都である。", " 富士山は高い。 ", "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。", "1年は12ヶ月、およそ365日です。", "猫"]
OLDER = {"cls": "pooling_mode_cls_token", "max": "pooling_mode_max_tokens", "mean": "pooling_mode_mean_tokens"}


def model(mode, *more, **kwargs):
    return SentenceTransformer(modules=[Transformer(BASE), Pooling(32, pooling_mode=mode), *more], **kwargs)


prompts = {"query": "問い: ", "document": "文: ", "passage": "無視", "題": "題: "}
models = {
    "plain": model("mean"),
    "cls": model("cls"),
    "max": model("max", Normalize()),
    "dense": model("mean", Dense(32, 8), Dense(8, 6, bias=False, activation_function=torch.nn.Identity()), similarity_fn_name="dot"),
    "unit": model("mean", Dense(32, 8, activation_function=torch.nn.GELU()), Normalize(), similarity_fn_name="dot"),
    "prompts": model("cls", prompts=prompts, default_prompt_name="題"),
    "short": model("mean"),
    "older": model("max", Dense(32, 4)),
}

golden = {}
shutil.rmtree("sentence", ignore_errors=True)
for name, m in models.items():
    with tempfile.TemporaryDirectory() as d:
        m.save(d)
        if name == "older":  # the form of versions 2 to 5
            pooling = Path(d) / "1_Pooling" / "config.json"
            pooling.write_text(json.dumps({"word_embedding_dimension": 32} | {key: mode == "max" for mode, key in OLDER.items()}))
            modules = json.loads((Path(d) / "modules.json").read_text())
            for entry in modules:
                entry["type"] = "sentence_transformers.models." + entry["type"].rsplit(".", 1)[1]
            (Path(d) / "modules.json").write_text(json.dumps(modules))
        if name == "short":  # version 6 writes it into tokenizer_config.json instead
            config = Path(d) / "sentence_bert_config.json"
            config.write_text(json.dumps(json.loads(config.read_text()) | {"max_seq_length": 9}))
        m = SentenceTransformer(d)
        golden[f"{name}/encode"] = torch.tensor(m.encode(TEXTS))
        golden[f"{name}/query"] = torch.tensor(m.encode_query(TEXTS))
        golden[f"{name}/document"] = torch.tensor(m.encode_document(TEXTS))
        golden[f"{name}/similarity"] = m.similarity(m.encode_query(TEXTS), m.encode_document(TEXTS)).contiguous()
        for path in sorted(Path(d).rglob("*")):
            inside = path.relative_to(d)
            if path.is_file() and not (len(inside.parts) == 1 and inside.name in ("model.safetensors", "config.json", "tokenizer.json", "tokenizer_config.json", "README.md")):
                target = Path("sentence") / name / inside
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target)
save_file(golden, "sentence.safetensors", metadata={"texts": json.dumps(TEXTS, ensure_ascii=False)})
print(len(golden), "tensors")
