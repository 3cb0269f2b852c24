"""The other side of the benchmark: torch, transformers, sentence-transformers and
tokenizers, and the engines that run their models faster. It answers JSON lines as
the package's Serve does.

    peer.py [flash] [compiled|openvino|onnxruntime]

Without an argument it is transformers as it runs by default: SDPA attention, and
the head at masked positions only (sparse_prediction), the fastest that transformers
itself offers; train_default leaves that off, as a new configuration and the authors
do. "flash" takes torch's own FlashAttention kernels for every layer, windows
included, for rows without padding. "compiled" compiles the model by torch.compile.
"openvino" and "onnxruntime" run the forward pass and embedding as one graph, with a
static shape where one is known. bfloat16 is autocast with float32 weights, in
OpenVINO its inference precision; ONNX Runtime has none on a CPU. AdamW is torch's
fused one.
"""

import contextlib
import gc
import json
import math
import os
import random
import sys
import tempfile
import time

answers = os.fdopen(os.dup(1), "w")  # what libraries print on stdout goes to stderr
os.dup2(2, 1)
os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="true")

import torch

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
CORES = len(os.sched_getaffinity(0))
torch.set_num_threads(CORES)
BATCHES_A_STEP = 20
ENGINE = next((name for name in ("compiled", "openvino", "onnxruntime") if name in sys.argv[1:]), "eager")


def autocast(case):
    if case.get("compute") == "bfloat16":
        return torch.autocast(DEVICE, torch.bfloat16)
    return contextlib.nullcontext()


def micro_batches(path, tokens):
    """The rows in their order, as many at a time as fit, padded to the longest of them."""
    from safetensors.torch import load_file

    batch = {name: x.long() for name, x in load_file(path).items()}
    lengths = batch["attention_mask"].sum(1)
    parts, begin = [], 0
    for i in range(len(lengths)):
        longest = int(lengths[begin:i + 1].max())
        if i > begin and longest * (i + 1 - begin) > tokens:
            parts.append((begin, i))
            begin = i
    parts.append((begin, len(lengths)))
    micro = []
    for begin, end in parts:
        longest = int(lengths[begin:end].max())
        micro.append({name: x[begin:end, :longest].contiguous().to(DEVICE) for name, x in batch.items()})
    computed = sum(m["input_ids"].numel() for m in micro)
    return micro, int((batch["labels"] != -100).sum()), 1 - int(lengths.sum()) / computed


def flash(module, query, key, value, attention_mask, scaling, sliding_window, **_):
    """transformers' interface to attention, [batch, heads, seq, head_dim] to [batch, seq, heads, head_dim]."""
    q, k, v = (x.transpose(1, 2) for x in (query, key, value))
    window = None if sliding_window is None else sliding_window - 1
    seq = query.shape[2]
    out = torch.ops.aten._flash_attention_forward(
        q, k, v, None, None, seq, seq, 0.0, False, False, scale=scaling, window_size_left=window, window_size_right=window)
    return out[0], None


def finite(module, query, key, value, attention_mask, scaling, **_):
    """SDPA with a finite mask: OpenVINO makes NaN of a row that attends to nothing, as far padding does in local layers."""
    if attention_mask is not None:
        attention_mask = torch.where(attention_mask, 0.0, -1e30).to(query.dtype)
    out = torch.nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=attention_mask, scale=scaling)
    return out.transpose(1, 2), None


def attention():
    """The name of the attention that the arguments choose."""
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import sdpa_mask

    AttentionInterface.register("fused", flash)
    AttentionMaskInterface.register("fused", lambda *_, **__: None)
    AttentionInterface.register("finite", finite)
    AttentionMaskInterface.register("finite", sdpa_mask)
    if ENGINE in ("openvino", "onnxruntime"):
        return "finite"
    return "fused" if "flash" in sys.argv[1:] else "sdpa"


def load_model(job, sparse=True):
    from transformers import ModernBertForMaskedLM

    model = ModernBertForMaskedLM.from_pretrained(
        job["model"], attn_implementation=attention(), dtype=torch.float32, sparse_prediction=sparse).to(DEVICE)
    assert model.sparse_prediction == sparse
    return model


class Loss(torch.nn.Module):
    """The sum of the losses at the positions of index in the flattened batch, as one graph without data-dependent shapes."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, index, targets):
        hidden = self.model.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        rows = hidden.flatten(0, 1).index_select(0, index)
        logits = self.model.decoder(self.model.head(rows)).float()
        return (logits.logsumexp(1) - logits.gather(1, targets[:, None])[:, 0]).sum()


def gathered(micro):
    """The inputs of Loss for a micro-batch."""
    labels = micro["labels"].flatten()
    index = (labels != -100).nonzero().flatten()
    return micro["input_ids"], micro["attention_mask"], index, labels[index]


def losses(model, micro, case):
    """The sum of each micro-batch's losses, by transformers or a compiled Loss."""
    if ENGINE == "compiled":
        torch._dynamo.config.recompile_limit = 64  # a graph for each shape
        compiled, inputs = torch.compile(Loss(model)), [gathered(m) for m in micro]
    else:
        inputs = micro

    def sums():
        for m in inputs:
            with autocast(case):
                if ENGINE == "compiled":
                    yield compiled(*m)
                else:
                    yield model(**m).loss * int((m["labels"] != -100).sum())

    return sums


def graph(module, example, case, dynamic=None):
    """The module as a function from torch tensors to its first output, by OpenVINO or ONNX Runtime.

    The shapes are the example's; with dynamic, names of axes by input, they may be any."""
    module.eval()
    if ENGINE == "openvino":
        import openvino

        converted = openvino.convert_model(module, example_input=example)
        if not dynamic:
            converted.reshape({port: list(x.shape) for port, x in zip(converted.inputs, example)})
        compiled = openvino.Core().compile_model(converted, "CPU", {
            "INFERENCE_PRECISION_HINT": "bf16" if case.get("compute") == "bfloat16" else "f32",
            "INFERENCE_NUM_THREADS": CORES, "PERFORMANCE_HINT": "LATENCY"})
        return lambda *inputs: torch.from_numpy(compiled([x.numpy() for x in inputs])[0])
    import onnxruntime

    names = ["input_ids", "attention_mask", "index", "targets"][:len(example)]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.onnx")
        shapes = {name: {axis: torch.export.Dim.DYNAMIC for axis in axes} for name, axes in dynamic.items()} if dynamic else None
        torch.onnx.export(module, example, path, input_names=names, dynamo=True, dynamic_shapes=shapes, verbose=False)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = CORES
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda *inputs: torch.from_numpy(session.run(None, {name: x.numpy() for name, x in zip(names, inputs)})[0])


def train(job, sparse=True):
    case, settings = job["case"], job["settings"]
    model = load_model(job, sparse).train()
    micro, masked, padding = micro_batches(job["batch"], settings["micro_tokens"])
    decayed = [p for n, p in model.named_parameters() if "bias" not in n and "LayerNorm.weight" not in n]
    others = [p for n, p in model.named_parameters() if "bias" in n or "LayerNorm.weight" in n]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": settings["weight_decay"]}, {"params": others, "weight_decay": 0.0}],
        lr=settings["lr"], betas=(settings["adam_beta1"], settings["adam_beta2"]), eps=settings["adam_epsilon"], fused=True)
    sums = losses(model, micro, case)

    def step():
        total = 0.0
        for loss in sums():
            loss = loss / masked
            loss.backward()
            total += loss.item()
        torch.nn.utils.clip_grad_norm_(model.parameters(), settings["clip"])
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return total

    return step, padding


def train_default(job):
    return train(job, sparse=False)


def forward(job):
    model = load_model(job).eval()
    micro, masked, padding = micro_batches(job["batch"], job["settings"]["micro_tokens"])
    if ENGINE in ("openvino", "onnxruntime"):
        inputs = [gathered(m) for m in micro]
        by_shape = {}
        for x in inputs:
            shape = tuple(t.shape for t in x)
            if shape not in by_shape:
                by_shape[shape] = graph(Loss(model), x, job["case"])
        pairs = [(by_shape[tuple(t.shape for t in x)], x) for x in inputs]
        return lambda: sum(run(*x).item() for run, x in pairs) / masked, padding
    sums = losses(model, micro, job["case"])

    def step():
        with torch.inference_mode():
            return sum(loss.item() for loss in sums()) / masked

    return step, padding


def read_texts(job):
    with open(job["texts"], encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


class Body(torch.nn.Module):
    """The last hidden states alone."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask):
        return self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state


def embed(job):
    from sentence_transformers import SentenceTransformer
    from transformers.modeling_outputs import BaseModelOutput

    case, texts = job["case"], read_texts(job)
    model = SentenceTransformer(job["model"], device=DEVICE, model_kwargs={"attn_implementation": attention()})
    model.max_seq_length = case["length"]
    body = model[0].auto_model
    if ENGINE == "compiled":
        body.forward = torch.compile(body.forward, dynamic=True)
    elif ENGINE != "eager":
        example = tuple(torch.ones(3, 70, dtype=torch.long) for _ in range(2))
        run = graph(Body(body), example, case, {"input_ids": (0, 1), "attention_mask": (0, 1)})
        body.layers = torch.nn.ModuleList()  # the engine has the weights
        body.forward = lambda input_ids, attention_mask, **_: BaseModelOutput(last_hidden_state=run(input_ids, attention_mask))

    def step():
        with autocast(case) if ENGINE in ("eager", "compiled") else contextlib.nullcontext():
            vectors = model.encode(texts, batch_size=32, show_progress_bar=False, convert_to_tensor=True)
        return vectors.double().mean(0).norm().item()

    return step, 0.0


def fill_mask(job):
    """The greatest score at the mask of a text."""
    from transformers import AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(job["model"]), load_model(job, sparse=False).eval()
    (text,) = read_texts(job)

    def step():
        inputs = tokenizer(text, return_tensors="pt").to(DEVICE)
        with torch.inference_mode(), autocast(job["case"]):
            scores = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"]).logits
        return scores[inputs["input_ids"] == tokenizer.mask_token_id][0].max().item()

    return step, 0.0


def tokenize(job):
    from tokenizers import Tokenizer

    texts, tokenizer = read_texts(job), Tokenizer.from_file(os.path.join(job["model"], "tokenizer.json"))

    def step():
        return float(sum(sum(e.ids) for e in tokenizer.encode_batch(texts)))

    return step, 0.0


def batches(job):
    """What the authors' run does: documents in random order, DataCollatorForLanguageModeling."""
    from transformers import AutoTokenizer, DataCollatorForLanguageModeling

    case, texts = job["case"], read_texts(job)
    tokenizer = AutoTokenizer.from_pretrained(job["model"])
    documents = [tokenizer(t)["input_ids"] for t in texts]
    collate = DataCollatorForLanguageModeling(tokenizer, mlm_probability=job["settings"]["mask_rate"])
    draw = random.Random(job["settings"]["seed"])
    last = tokenizer.sep_token_id

    def step():
        for _ in range(BATCHES_A_STEP):
            rows = [documents[draw.randrange(len(documents))] for _ in range(case["batch"])]
            collate([{"input_ids": row if len(row) <= case["length"] else row[:case["length"] - 1] + [last]} for row in rows])
        return 0.0

    return step, 0.0


def matmul(job):
    dtype = torch.bfloat16 if job["case"].get("compute") == "bfloat16" else torch.float32
    size, count = job["products"]["size"], job["products"]["count"]
    i = torch.arange(size)

    def operand(row, column):
        return ((row * i[:, None] + column * i[None, :]) % 11 / 11).float().to(dtype).to(DEVICE)

    x, y = operand(7, 3), operand(5, 2)
    value = (x @ y).float().mean(0).mean().item()

    def step():
        for _ in range(count):
            z = x @ y
        z[0, 0].item()
        return value

    return step, 0.0


def versions():
    """The installed libraries that take part, such as "torch 2.15.0, transformers 5.23.0"."""
    from importlib.metadata import PackageNotFoundError, version

    found = []
    for name in ("torch", "transformers", "sentence-transformers", "tokenizers", *(() if ENGINE in ("eager", "compiled") else (ENGINE,))):
        with contextlib.suppress(PackageNotFoundError):
            found.append(f"{name} {version(name)}")
    return ", ".join(found)


def reset_peak():
    """On CUDA the other program asks the driver."""
    gc.collect()
    if DEVICE == "cuda":
        torch.cuda.empty_cache()
        return
    with open("/proc/self/clear_refs", "w") as f:
        f.write("5")


def peak():
    if DEVICE == "cuda":
        return 0
    with open("/proc/self/status") as f:
        return next(int(line.split()[1]) << 10 for line in f if line.startswith("VmHWM:"))


def main():
    tasks = {f.__name__: f for f in (train, train_default, forward, embed, fill_mask, tokenize, batches, matmul)}
    step = padding = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["do"] == "prepare":
                step, padding = tasks[request["job"]["case"]["task"].replace("-", "_")](request["job"])
                reset_peak()
            if request["do"] == "end":
                answer = {"peak": peak()}
                step = None
            else:
                began = time.perf_counter()
                value = step()
                if not math.isfinite(value):
                    raise ValueError(f"it computes {value}")
                if DEVICE == "cuda":
                    torch.cuda.synchronize()
                answer = {"value": value, "seconds": time.perf_counter() - began, "padding": padding}
                if request["do"] == "prepare":
                    answer["versions"] = versions()
        except Exception as error:  # the other side says it to the user
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
