"""The bench compares like with like, and prints what it measured."""

from dataclasses import replace
from functools import partial

import pytest
import torch
from typer.testing import CliRunner

from training.__main__ import app
from training.benching.phases import by_the_textbook, own
from training.commands import bench
from training.loops.fakes import Draw
from training.loops.machine import Machine
from training.recipes.stylegan2_ada import Shape, Wishes, config


def test_the_textbook_has_the_same_numbers() -> None:
    shape = Shape(32, c_dim=2, channel_base=128, channel_max=16, codes=8)
    settings = config("auto", shape, Wishes(batch=4, aug="fixed", p=0.5, augpipe="geom"))
    settings = replace(settings, style_mixing=0.0)
    one, other = own(settings, Machine()), by_the_textbook(settings, Machine())
    draw = Draw(torch.randn(4, 8), torch.eye(2).repeat(2, 1))
    results = []
    for trainer in (one, other):
        trainer.draw = lambda n, labels=None: draw  # type: ignore[assignment]
        torch.manual_seed(2)
        results.append(trainer._train_generator() | {"w": trainer.generator.mapping.fc0.weight.detach()})
    for name in ("g_fake", "w"):
        torch.testing.assert_close(results[0][name], results[1][name], rtol=1e-4, atol=1e-4)


def test_the_command_prints_every_phase() -> None:
    tiny = "--resolution 32 --channel-base 64 --channel-max 8 --codes 8 --batch 4 --cycles 1 --device cpu"
    result = CliRunner().invoke(app, ["bench", *tiny.split()], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    for word in ("path lengths", "R1", "own", "textbook", "all"):
        assert word in result.output


@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor")  # of torch's own tracing
def test_compiled_phases_have_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The graphs that torch captures, run as they are: making machine code of them takes minutes."""
    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="aot_eager"))
    shape = Shape(32, c_dim=2, channel_base=64, channel_max=8, codes=8)
    settings = config("auto", shape, Wishes(batch=4, aug="fixed", p=0.5))
    results = []
    for compiled in (False, True):
        torch.manual_seed(1)
        trainer = own(settings, Machine(compiled=compiled))
        torch.manual_seed(2)
        results.append(
            (trainer.step(), {**trainer.generator.state_dict(), **trainer.discriminator.state_dict()})
        )
    torch.testing.assert_close(results[0], results[1], rtol=1e-4, atol=1e-4)


def test_on_a_gpu_it_tells_its_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "max_memory_reserved", lambda device: 6_840_000_000)
    assert bench._memory(torch.device("cuda", 0)) == "; 6.8 GB of its memory"
    assert not bench._memory(torch.device("cpu"))


def test_half_precision_is_measured_as_it_is_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its layers bounded; what the textbook has is plain."""
    seen = []
    monkeypatch.setattr(bench, "own", lambda config, _: seen.append(config))
    monkeypatch.setattr(bench, "by_the_textbook", lambda config, _: seen.append(config))
    monkeypatch.setattr(bench, "measure", lambda *_: {})
    result = CliRunner().invoke(app, ["bench", "--precision", "fp16", "--device", "cpu"])
    assert result.exit_code == 0, result.output
    assert [(c.precision, c.generator.conv_clamp) for c in seen] == [("float16", 256), ("float32", None)]
