# ruff: noqa: INP001  a script beside its product, no module of the package
"""Makes ge2e.onnx from the weights that the package Resemblyzer 0.1.4 carries. Exemplar never runs this itself.

In a virtual environment of its own, which needs torch only to open the weights:

    python3 -m venv build/encoder
    build/encoder/bin/pip install torch numpy onnx==1.23.2
    build/encoder/bin/pip install --no-deps Resemblyzer==0.1.4
    build/encoder/bin/python pipeline/voice_encoder/export.py

The graph is put together by hand (three LSTM layers, one dense layer, ReLU, unit length), not traced, so the same
weights give the same bytes whatever the version of torch.
"""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
WEIGHTS_SHA256 = "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e"
OPSET = 17
LAYERS, SIZE, BANDS = 3, 256, 40


def weights() -> Path:
    """Where the installed package keeps its weights; its code is not imported. SystemExit unless they are as known."""
    spec = find_spec("resemblyzer")
    if spec is None or spec.origin is None:
        raise SystemExit("Resemblyzer is not installed here; the docstring of this script says how.")
    path = Path(spec.origin).with_name("pretrained.pt")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != WEIGHTS_SHA256:
        raise SystemExit(f"{path} is not the file that ge2e.onnx was made from: its SHA-256 is {found}")
    return path


def gates(values: Any) -> Any:
    """The four gates of an LSTM, from torch's order (input, forget, cell, output) to ONNX's (i, o, f, c)."""
    import numpy as np

    into, forget, cell, out = np.split(values, 4)
    return np.concatenate([into, out, forget, cell])


def graph(state: dict[str, Any]) -> Any:
    """The encoder as an ONNX model: mel (windows, frames, 40) to voice (windows, 256), each row of length 1."""
    import numpy as np
    from onnx import TensorProto, checker, helper, numpy_helper  # type: ignore[import-not-found]

    nodes, constants = [helper.make_node("Transpose", ["mel"], ["x0"], perm=[1, 0, 2])], {}
    for layer in range(LAYERS):
        part = {
            name: gates(state[f"lstm.{name}_l{layer}"]) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        }
        constants[f"w{layer}"] = part["weight_ih"][None]
        constants[f"r{layer}"] = part["weight_hh"][None]
        constants[f"b{layer}"] = np.concatenate([part["bias_ih"], part["bias_hh"]])[None]
        inputs = [f"x{layer}", f"w{layer}", f"r{layer}", f"b{layer}"]
        nodes.append(helper.make_node("LSTM", inputs, [f"y{layer}", f"last{layer}"], hidden_size=SIZE))
        nodes.append(helper.make_node("Squeeze", [f"y{layer}", "one"], [f"x{layer + 1}"]))  # its axis of directions
    constants |= {"one": np.array([1], np.int64), "zero": np.array([0], np.int64), "tiny": np.array(1e-9, np.float32)}
    constants |= {"dense": state["linear.weight"], "bias": state["linear.bias"]}
    nodes += [
        helper.make_node("Squeeze", [f"last{LAYERS - 1}", "zero"], ["state"]),
        helper.make_node("Gemm", ["state", "dense", "bias"], ["drawn"], transB=1),
        helper.make_node("Relu", ["drawn"], ["raw"]),
        helper.make_node("ReduceL2", ["raw"], ["length"], axes=[1], keepdims=1),
        helper.make_node("Max", ["length", "tiny"], ["safe"]),
        helper.make_node("Div", ["raw", "safe"], ["voice"]),
    ]
    nodes = [node for node in nodes if node.output[0] != f"x{LAYERS}"]  # the last layer's states aren't needed
    made = helper.make_graph(
        nodes,
        "ge2e",
        [helper.make_tensor_value_info("mel", TensorProto.FLOAT, ["windows", "frames", BANDS])],
        [helper.make_tensor_value_info("voice", TensorProto.FLOAT, ["windows", SIZE])],
        [numpy_helper.from_array(np.ascontiguousarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="exemplar")
    model.ir_version = 8  # what onnxruntime 1.20 reads
    checker.check_model(model)
    return model


def main() -> None:
    """Write ge2e.onnx beside this script and print its SHA-256."""
    import torch  # type: ignore[import-not-found]

    state = torch.load(weights(), map_location="cpu", weights_only=True)["model_state"]
    data = graph({name: value.numpy() for name, value in state.items()}).SerializeToString(deterministic=True)
    (HERE / "ge2e.onnx").write_bytes(data)
    print(f"{len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
