#!/usr/bin/env python3
"""Numbers of the full size, 22 layers and 187M parameters, from transformers.

    .local/peer/bin/python pkg/encoder/testdata/full.py DIR
    MODERNBERT_FULL=DIR go test -run Full ./pkg/encoder

Writes into DIR a model in Hugging Face format (750 MB) with random weights,
larger than initial ones so that every path carries numbers that can be told
apart, and reference.safetensors: ids [2, 600], lengths [2], hidden/NN
[2, 600, 768], logits [2, 8, 99574] at the first eight positions. Eager
attention, float32. Made with torch 2.15.0, transformers 5.23.0.
"""
import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file

assert torch.__version__.startswith("2.15.0") and transformers.__version__ == "5.23.0"

CONFIG = transformers.ModernBertConfig(
    vocab_size=99574, hidden_size=768, intermediate_size=1152, num_hidden_layers=22, num_attention_heads=12,
    max_position_embeddings=8192, local_attention=128, global_attn_every_n_layers=3, norm_eps=1e-5,
    rope_parameters={kind: {"rope_type": "default", "rope_theta": 10000.0} for kind in ("full_attention", "sliding_attention")},
    pad_token_id=4, bos_token_id=5, eos_token_id=6, cls_token_id=5, sep_token_id=6)


def main(folder):
    torch.manual_seed(7)
    config = CONFIG
    config._attn_implementation = "eager"
    model = transformers.ModernBertForMaskedLM(config).eval()
    assert model.num_parameters() == 187_494_646, model.num_parameters()
    with torch.no_grad():
        for name, p in model.named_parameters():
            if p.ndim > 1:
                p.mul_(2.5)
            else:
                p.add_(0.2 * torch.randn_like(p))
    model.save_pretrained(folder)
    lengths = torch.tensor([600, 437])
    ids = torch.randint(7, config.vocab_size, (2, 600))
    mask = torch.arange(600) < lengths[:, None]
    ids[~mask] = config.pad_token_id
    with torch.no_grad():
        out = model.model(ids, attention_mask=mask.long(), output_hidden_states=True)
        hidden = list(out.hidden_states)
        hidden[-1] = out.last_hidden_state
        logits = model.decoder(model.head(out.last_hidden_state[:, :8]))
    tensors = {f"hidden/{i:02d}": h.float().contiguous() for i, h in enumerate(hidden)}
    tensors |= {"ids": ids, "lengths": lengths, "logits": logits.float().contiguous()}
    save_file(tensors, folder / "reference.safetensors")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
