"""Writes format.safetensors: every dtype that checkpoint reads and writes, as
the reference library lays it out and as torch rounds it.

Made with torch 2.15.0 and safetensors 0.8.0: python format.py
"""

import pathlib
import struct

import torch
from safetensors.torch import save_file


def floats():
    values = [0.0, -0.0, 1.0, -1.0, 0.1, 1 / 3, 65504.0, 65519.996, 65520.0, -65520.0, 3.4e38, float("inf"), float("-inf")]
    values += [2.0**-14, 2.0**-24, 2.0**-25, 2.0**-25 * 1.0001, 2.0**-26, 1.5 * 2.0**-24, 2.5 * 2.0**-24, 1e-45, 6.1e-5]
    # halfway between two neighbours of bfloat16 and of float16: ties go to even
    values += [struct.unpack("f", struct.pack("I", b))[0] for b in (0x3F808000, 0x3F818000, 0x3F801000, 0x3F803000, 0x7F7FFFFF)]
    generator = torch.Generator().manual_seed(1)
    random = torch.randn(200, generator=generator) * torch.logspace(-9, 6, 200)
    return torch.cat([torch.tensor(values, dtype=torch.float32), random])


x = floats()
tensors = {
    "z.f32": x,
    "a.bf16": x.to(torch.bfloat16),
    "b.f16": x.to(torch.float16),
    "ids": torch.tensor([[0, 1, -1], [2**40, -(2**40), 99573]], dtype=torch.int64),
    "labels": torch.tensor([[-100, 5], [6, 2**31 - 1]], dtype=torch.int32),
    "scalar": torch.tensor(2.5),
    "empty": torch.zeros(0, 3),
    "日本<&>": torch.ones(1, 1),
}
save_file(tensors, pathlib.Path(__file__).with_name("format.safetensors"), metadata={"format": "pt"})
