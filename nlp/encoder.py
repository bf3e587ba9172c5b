"""How like an objection a sentence is, of whatever kind and of each: a small sentence encoder, run by onnxruntime.

The encoder is a public one, cut down and taught with our sentences; sentence_encoder/README.md says how. It looks at
what it is given alone, so that what stands beside it can't change what is said of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from hashlib import sha256
from importlib.resources import files
from typing import Any, TypeAlias

import numpy as np
from tokenizers import Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers.models import WordPiece

ANY = "objection"  # the tag of an objection of whatever kind
UNKNOWN = "[UNK]"
LONGEST = 96  # word pieces; what comes later in a turn without full stops is not looked at
LEAST = 0.0005  # what is less likely counts as none
HARDLY = 0.05  # after its first layers: what is less like any objection is none, and costs a third of the time
Likely: TypeAlias = Mapping[str, float]  # probability of each tag, 0 to 1; one that isn't named has none
_FILES = ("first.onnx", "rest.onnx", "vocabulary.txt")
_FOLDER = files("nlp") / "sentence_encoder"


def tokenizer(pieces: Sequence[str]) -> Tokenizer:
    """Splits lower-cased text into these word pieces."""
    split = Tokenizer(WordPiece({piece: at for at, piece in enumerate(pieces)}, unk_token=UNKNOWN))
    split.normalizer = normalizers.BertNormalizer(lowercase=True)
    split.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    ends = [(mark, pieces.index(mark)) for mark in ("[CLS]", "[SEP]")]
    split.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    split.enable_truncation(LONGEST)
    return split


def spelt(text: str) -> str:
    """A sentence as the encoder reads it: with plain apostrophes, without the mark at its end unless it asks."""
    plain = text.replace("’", "'").encode("utf-8", "replace").decode()  # noqa: RUF001
    return plain.strip().rstrip(".!…,;:- ")


class Encoder:
    """Loaded once a process; a sentence takes one or two milliseconds."""

    @cached_property
    def _split(self) -> Tokenizer:
        return tokenizer((_FOLDER / "vocabulary.txt").read_text(encoding="utf-8").splitlines())

    @cached_property
    def _first(self) -> Any:
        return _session("first.onnx")

    @cached_property
    def _rest(self) -> Any:
        return _session("rest.onnx")

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """What it knows: an objection of any kind, then the kinds."""
        return tuple(self._rest.get_modelmeta().custom_metadata_map["tags"].split())

    @cached_property
    def version(self) -> str:
        """Names what it would say: 16 hex digits."""
        parts = [str(HARDLY).encode(), *((_FOLDER / name).read_bytes() for name in _FILES)]
        return sha256(b"".join(parts)).hexdigest()[:16]

    def likeness(self, text: str) -> Likely:
        """How likely each tag is for one sentence, to four places."""
        ids = np.array([self._split.encode(spelt(text)).ids], np.int64)
        made, any_ = self._first.run(None, {"ids": ids})
        if any_[0, 0] < HARDLY:
            return {}
        (row,) = self._rest.run(None, {"made": made})[0]
        return {tag: round(float(one), 4) for tag, one in zip(self.tags, row, strict=True) if one >= LEAST}


def _session(name: str) -> Any:
    import onnxruntime  # type: ignore[import-untyped]

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession((_FOLDER / name).read_bytes(), options, providers=["CPUExecutionProvider"])


@cache
def packaged() -> Encoder:
    """The encoder that comes with the package."""
    return Encoder()
