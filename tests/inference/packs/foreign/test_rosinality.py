"""rosinality's checkpoints: what is read draws the pictures that were written."""

import os
import pickle
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from inference.errors import PackError
from inference.networks.stylegan2.discriminator import Discriminator
from inference.networks.stylegan2.generator import Generator
from inference.packs.foreign.reading import read
from tests.golden.vectors import OUTPUT, off
from tests.inference.packs.foreign import rosinality_file as theirs


def test_networks_come_back_as_they_were(tmp_path: Path) -> None:
    generator, judge = theirs.networks()
    w_avg = generator.mapping.w_avg
    found = read(theirs.write(tmp_path / "550000.pt", generator, judge, latent_avg=w_avg, ada_aug_p=0.25))
    assert found.generator_config == theirs.GENERATOR
    assert found.discriminator_config == theirs.DISCRIMINATOR
    assert found.facts == {"augment_p": 0.25}
    assert found.generator is not None and found.discriminator is not None
    for mine, state in (
        (generator, found.average),
        (generator, found.generator),
        (judge, found.discriminator),
    ):
        assert all(torch.equal(state[name], value) for name, value in mine.state_dict().items())
    again, z = Generator(found.generator_config).eval(), torch.randn(2, 12)
    again.load_state_dict(found.average)
    assert torch.equal(again(z, noise="const"), generator(z, noise="const"))
    likewise, image = Discriminator(found.discriminator_config).eval(), torch.randn(4, 3, 32, 32)
    likewise.load_state_dict(found.discriminator)
    assert torch.equal(likewise(image), judge(image))


def test_pictures_are_those_of_their_own_arithmetic(tmp_path: Path) -> None:
    generator, _ = theirs.networks(3)
    found = read(theirs.write(tmp_path / "converted.pt", generator))
    mine, z = Generator(found.generator_config).eval(), torch.randn(1, 12)
    mine.load_state_dict(found.average)
    with torch.no_grad():
        drawn = theirs.picture(theirs.generator_layout(generator), z)
        assert off(mine(z, noise="const"), drawn) < OUTPUT
        assert off(mine(z, noise="none"), drawn) > 1e-2


def test_what_converted_files_lack(tmp_path: Path) -> None:
    generator, _ = theirs.networks()
    path = theirs.write(tmp_path / "old.pt", generator)
    state = torch.load(path, weights_only=False)
    state["g_ema"] = {name: value for name, value in state["g_ema"].items() if not name.startswith("noises")}
    torch.save(state, path, _use_new_zipfile_serialization=False)
    found = read(path)
    assert found.discriminator is found.generator is None
    assert not found.average["mapping.w_avg"].any()
    assert not found.average["synthesis.b32.conv1.noise_const"].any()


SPOILT: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "unknown": lambda g: {"to_rgbs.0.extra.weight": torch.zeros(3)},
    "missing": lambda g: {"convs.3.conv.weight": None},
    "shape": lambda g: {"convs.3.conv.weight": torch.zeros(1, 8, 8, 5, 5)},
    "filter": lambda g: {"convs.0.conv.blur.kernel": torch.ones(4, 4)},
    "nan": lambda g: {"style.1.bias": torch.full((12,), torch.nan)},
    "layers": lambda g: {"input.input": None},
    "tensor": lambda g: {"input.input": [1, 2]},
    "sparse": lambda g: {"input.input": g["input.input"].to_sparse()},
    "meta": lambda g: {"input.input": g["input.input"].to("meta")},
    "complex": lambda g: {"input.input": g["input.input"].to(torch.complex64)},
    "widths": lambda g: {"convs.2.conv.weight": torch.zeros(1, 11, 16, 3, 3)},
}


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("unknown", r"to_rgbs\.0\.extra"),
        ("missing", r"lacks synthesis\.b16\.conv1\.weight"),
        ("shape", r"conv1\.weight is \(1, 8, 8, 5, 5\)"),
        ("filter", "another filter"),
        ("nan", "not finite"),
        ("layers", r"no input\.input"),
        ("tensor", "no table of tensors"),
        ("widths", "follow no rule"),
        ("sparse", "no table of tensors"),
        ("meta", "no table of tensors"),
        ("complex", "no table of tensors"),
    ],
)
def test_other_networks_are_refused(tmp_path: Path, name: str, says: str) -> None:
    g = theirs.generator_layout(theirs.networks()[0])
    changed = {key: value for key, value in (g | SPOILT[name](g)).items() if value is not None}
    torch.save({"g_ema": changed}, tmp_path / "other.pt")
    with pytest.raises(PackError, match=says):
        read(tmp_path / "other.pt")


class Runs:
    def __reduce__(self) -> Any:
        return os.system, ("touch canary",)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_payload_is_refused_and_not_run(
    tmp_path: Path, zipped: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    state = {"g_ema": theirs.generator_layout(theirs.networks()[0]), "args": Runs()}
    torch.save(state, tmp_path / "hostile.pt", _use_new_zipfile_serialization=zipped)
    with pytest.raises(PackError, match="more than tensors and plain values"):
        read(tmp_path / "hostile.pt")
    assert not Path("canary").exists()


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    path = theirs.write(tmp_path / "half.pt", theirs.networks()[0])
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(PackError, match="broken"):
        read(path)
    torch.save([1], path)
    with pytest.raises(PackError, match="no table"):
        read(path)
    path.write_bytes(pickle.dumps({"g_ema": 1}))
    with pytest.raises(PackError, match="G_ema"):
        read(path)


@pytest.mark.parametrize("zipped", [True, False])
def test_bytes_that_turned_end_in_a_sentence(tmp_path: Path, zipped: bool) -> None:
    path = theirs.write(tmp_path / "worn.pt", *theirs.networks())
    state = torch.load(path, weights_only=False)
    torch.save(state, path, _use_new_zipfile_serialization=zipped)
    data, dice, refused = path.read_bytes(), random.Random(0), 0
    for _ in range(40):
        worn = bytearray(data)
        for place in (dice.randrange(6000), len(data) - dice.randrange(1, 2000)):
            worn[place] = dice.randrange(256)
        path.write_bytes(worn)
        try:
            read(path)
        except PackError:
            refused += 1
    assert refused > 5
