"""Weights of an ONNX model rounded to eight bits: symmetric, one scale a column (Jacob et al., arXiv:1712.05877)."""

from pathlib import Path
from typing import Any

import numpy as np

_LARGEST = 127


def quantize(file: Path) -> None:
    """Round the constant matrices of every MatMul in ``file``; what multiplies two results is left alone.

    A runtime with eight-bit instructions multiplies them as they are; any other restores floats first.
    """
    import onnx

    model = onnx.load(file)
    constants = {tensor.name: tensor for tensor in model.graph.initializer if len(tensor.dims) == 2}
    for node in [node for node in model.graph.node if node.op_type == "MatMul" and node.input[1] in constants]:
        node.input[1] = _rounded(model.graph, constants[node.input[1]])
    onnx.save(model, file)


def _rounded(graph: Any, tensor: Any) -> str:
    """Replace a constant by its rounded form and the node that restores it, and return that node's output."""
    from onnx import helper, numpy_helper

    restored = f"{tensor.name}_restored"
    if any(restored in node.output for node in graph.node):
        return restored
    weights = numpy_helper.to_array(tensor)
    scale = np.maximum(np.abs(weights).max(axis=0) / _LARGEST, np.finfo(np.float32).tiny).astype(np.float32)
    steps = np.rint(weights / scale).astype(np.int8)
    parts = [
        numpy_helper.from_array(steps, f"{tensor.name}_int8"),
        numpy_helper.from_array(scale, f"{tensor.name}_scale"),
    ]
    graph.initializer.remove(tensor)
    graph.initializer.extend(parts)
    graph.node.insert(0, helper.make_node("DequantizeLinear", [part.name for part in parts], [restored], axis=1))
    return restored
