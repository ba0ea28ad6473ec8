"""What graphs do around a capture; the capture itself needs a GPU, and is exercised where there is one."""

import logging
from collections.abc import Callable
from unittest.mock import Mock

import pytest
import torch
from torch import Tensor

from inference.engine.graphs import Graphs


class Recorded:
    """Stands for a captured graph: fixed tensors, and work that reads and writes only them."""

    def __init__(self, function: Callable[..., tuple[Tensor, ...]], inputs: tuple[Tensor, ...]) -> None:
        self.function, self.replays = function, 0
        self.inputs = [tensor.clone() for tensor in inputs]
        self.outputs = function(*self.inputs)

    def __call__(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        self.replays += 1
        for kept, given in zip(self.inputs, inputs, strict=True):
            kept.copy_(given)
        for kept, made in zip(self.outputs, self.function(*self.inputs), strict=True):
            kept.copy_(made)
        return tuple(tensor.clone() for tensor in self.outputs)


def twice(x: Tensor) -> tuple[Tensor, ...]:
    return (x * 2,)


def test_where_there_are_no_graphs_the_function_runs_without_gradients() -> None:
    (y,) = Graphs(twice)(torch.ones(3, requires_grad=True))
    assert y.tolist() == [2, 2, 2]
    assert not y.requires_grad


def test_one_capture_for_each_shape() -> None:
    captures: list[Recorded] = []

    def capture(function: Callable[..., tuple[Tensor, ...]], inputs: tuple[Tensor, ...]) -> Recorded:
        captures.append(Recorded(function, inputs))
        return captures[-1]

    graphs = Graphs(twice, capture=capture, on="cpu")
    first = graphs(torch.tensor([1.0]))[0]
    assert graphs(torch.tensor([5.0]))[0].tolist() == [10]
    assert graphs(torch.tensor([1.0, 2.0]))[0].tolist() == [2, 4]
    assert first.tolist() == [2]  # a later replay does not write over it
    assert [capture.replays for capture in captures] == [2, 1]
    graphs.clear()
    graphs(torch.tensor([1.0]))
    assert len(captures) == 3


def test_graphs_that_are_switched_off_capture_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inference.engine.graphs.allowed", False)
    captured = Mock()
    assert Graphs(twice, capture=captured, on="cpu")(torch.tensor([1.0]))[0].tolist() == [2]
    captured.assert_not_called()


def test_a_capture_that_fails_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    tries = []

    def capture(function: object, inputs: object) -> Recorded:
        tries.append(1)
        raise RuntimeError("operation not permitted when stream is capturing\nand a long story")

    graphs = Graphs(twice, capture=capture, on="cpu")
    with caplog.at_level(logging.WARNING):
        results = [graphs(torch.tensor([3.0]))[0].tolist() for _ in range(3)]
    assert results == [[6]] * 3
    assert len(tries) == 1
    (line,) = [record.getMessage() for record in caplog.records]
    assert "not permitted" in line
    assert "long story" not in line


def test_a_lack_of_memory_is_the_callers_to_know() -> None:
    tries = []

    def capture(function: object, inputs: object) -> Recorded:
        tries.append(1)
        try:
            raise torch.OutOfMemoryError("CUDA out of memory")
        finally:
            raise RuntimeError("the capture was invalidated")  # as torch's context does

    graphs = Graphs(twice, capture=capture, on="cpu")
    for _ in range(2):  # with a narrower batch it may do
        with pytest.raises(torch.OutOfMemoryError):
            graphs(torch.tensor([3.0]))
    assert len(tries) == 2
