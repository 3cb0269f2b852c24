"""Writes small models and what transformers and torch compute with them.

Made with torch 2.15.0, transformers 5.23.0, tokenizers 0.23.3, scipy 1.17.1, python 3.11:
    python golden.py
Results: modernbert/, bert/ (models as transformers saves them), golden.json, golden.safetensors.
"""
import json
import pathlib
import random
import shutil

import torch
import transformers as hf
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, normalizers, processors, trainers

HERE = pathlib.Path(__file__).parent
SENTENCES = """日本の首都は東京であり、多くの観光名所や企業が集まる日本の政治・経済・文化の中心地です。
京都は千年の都である。寺院と神社が多く、四季の景色が美しい。
富士山は日本で最も高い山として知られ、世界中の登山家が訪れる。
吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。
1年は12ヶ月、およそ365日です。 Tokyo is the capital of Japan.""".split("\n")


def tokenizer():
    special = ["<unk>", "<s>", "</s>", "<MASK|LLM-jp>", "<PAD|LLM-jp>", "<CLS|LLM-jp>", "<SEP|LLM-jp>"]
    characters = sorted(set("".join(SENTENCES)))
    words = ["東京", "▁東京", "日本", "京都", "首都", "富士山", "です", "である", "▁12", "365", "Tokyo", "▁is", "吾輩", "名前"]
    vocabulary = [(t, 0.0) for t in special] + [(f"<0x{b:02X}>", 0.0) for b in range(256)]
    vocabulary += [("▁", -3.0)] + [(c, -5.0 - i / 100) for i, c in enumerate(characters) if c != " "]
    vocabulary += [(w, -4.0 - i / 10) for i, w in enumerate(words)]
    t = Tokenizer(models.Unigram(vocabulary, unk_id=0, byte_fallback=True))
    t.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    t.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    t.add_special_tokens(special)
    cls, sep = "<CLS|LLM-jp>", "<SEP|LLM-jp>"
    t.post_processor = processors.TemplateProcessing(single=f"{cls} $A {sep}", pair=f"{cls} $A {sep} $B:1 {sep}:1", special_tokens=[(cls, 5), (sep, 6)])
    return hf.PreTrainedTokenizerFast(tokenizer_object=t, unk_token="<unk>", mask_token="<MASK|LLM-jp>", pad_token="<PAD|LLM-jp>", cls_token=cls, sep_token=sep,
                                      model_input_names=["input_ids", "attention_mask"])


def randomized(model, scale):
    generator = torch.Generator().manual_seed(7)
    for name, parameter in model.named_parameters():  # norms and biases too: nothing may look like a default
        parameter.data.normal_(1.0 if "norm" in name.lower() and name.endswith("weight") else 0.0, scale, generator=generator)
    return model.eval()


def modernbert(tok):
    config = hf.ModernBertConfig(vocab_size=len(tok), hidden_size=32, intermediate_size=24, num_hidden_layers=4, num_attention_heads=4, max_position_embeddings=96,
                                 local_attention=16, global_attn_every_n_layers=3, pad_token_id=4, bos_token_id=5, eos_token_id=6, cls_token_id=5, sep_token_id=6,
                                 attn_implementation="eager")
    return randomized(hf.ModernBertForMaskedLM(config), 0.3)


def bert(tok):
    config = hf.BertConfig(vocab_size=len(tok), hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=40, pad_token_id=4,
                           num_labels=3, attn_implementation="eager")
    return randomized(hf.BertForSequenceClassification(config), 0.3)


def texts():
    rng = random.Random(11)
    out = [s for s in SENTENCES] + ["", "猫", "絵文字👩‍👩‍👧と改行\nあり", SENTENCES[0] * 4, SENTENCES[1]]
    for _ in range(12):
        s = "".join(SENTENCES)
        a = rng.randrange(len(s))
        out.append(s[a : a + rng.randrange(1, 90)])
    return out


@torch.no_grad()
def main():
    tok = tokenizer()
    golden, tensors = {"texts": texts()}, {}
    for name, make, limit in [("modernbert", modernbert, 96), ("bert", bert, 40)]:
        model = make(tok)
        shutil.rmtree(HERE / name, ignore_errors=True)
        model.save_pretrained(HERE / name)
        tok.save_pretrained(HERE / name)
        ids, mean, cls, body = [], [], [], model.base_model
        for i, text in enumerate(golden["texts"]):
            ids.append(tok(text, truncation=True, max_length=limit)["input_ids"])
            row = torch.tensor([ids[-1]])
            layers = [layer[0] for layer in body(row, output_hidden_states=True).hidden_states]
            mean.append(layers[-1].mean(0))
            cls.append(layers[-1][0])
            if i in (0, 5, 7, 8):
                tensors |= {f"{name}/{i}/layer_{k:02d}": layer.clone() for k, layer in enumerate(layers)}
                tensors[f"{name}/{i}/logits"] = model(row).logits[0].clone()
        tensors[f"{name}/mean"], tensors[f"{name}/cls"] = torch.stack(mean), torch.stack(cls)
        golden[name] = {"ids": ids}
    # A mask that ends early: what follows is padding.
    row, mask = torch.tensor([golden["modernbert"]["ids"][0]]), torch.ones(1, len(golden["modernbert"]["ids"][0]), dtype=torch.long)
    mask[0, 20:] = 0
    model = modernbert(tok)
    tensors["padded/logits"] = model(row, attention_mask=mask).logits[0, :20].clone()
    # Losses of single masked positions.
    losses = []
    for ids in golden["modernbert"]["ids"][:3]:
        row = torch.tensor([ids])
        of = []
        for at in range(1, len(ids) - 1, 7):
            masked = row.clone()
            masked[0, at] = tok.mask_token_id
            of.append([at, torch.nn.functional.cross_entropy(model(masked).logits[0, at].double(), row[0, at]).item()])
        losses.append(of)
    golden["losses"] = losses
    # Answers for masks.
    golden["masks"] = []
    for text in ["日本の首都は<MASK|LLM-jp>である。", "<MASK|LLM-jp>は<MASK|LLM-jp>です。"]:
        row = tok(text, return_tensors="pt")["input_ids"]
        p = model(row).logits[0].softmax(-1)
        best = [[{"id": int(i), "token": tok.convert_ids_to_tokens(int(i)), "score": float(s)} for s, i in zip(*p[at].topk(5))] for at in (row[0] == tok.mask_token_id).nonzero()[:, 0]]
        golden["masks"].append({"text": text, "masks": best})
    (HERE / "golden.json").write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n")
    save_file(tensors, HERE / "golden.safetensors")


main()
