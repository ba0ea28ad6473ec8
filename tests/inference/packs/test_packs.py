import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from inference.errors import PackError
from inference.packs import manifest as manifests
from inference.packs.loader import load
from tests.inference.packs import tiny


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.write(tmp_path_factory.mktemp("packs") / "tiny")


def _again(folder: Path, **changes: Any) -> Path:
    """The manifest anew, with hashes of the files as they are now."""
    (folder / "manifest.json").write_text(json.dumps(tiny.document(folder) | changes))
    return folder


def test_a_whole_pack_loads(whole: Path) -> None:
    pack = load(whole)
    assert pack.generator.num_ws == 8
    assert not pack.generator.training
    assert all(not p.requires_grad for p in pack.generator.parameters())
    assert all(latent.shape == (8, 16) for latent in pack.labels.values())
    both = (pack.labels["ENFP", "female"] + pack.labels["ENFP", "male"]) / 2
    assert torch.equal(pack.labels["ENFP", "either"], both)
    assert torch.equal(pack.means["either"], (pack.means["female"] + pack.means["male"]) / 2)
    assert [set(look) for look in pack.looks] == [{"female", "male", "either"}] * 2
    assert pack.w_avg.shape == (8, 16)


def test_info_tells_what_may_be_asked(whole: Path) -> None:
    info = manifests.info(manifests.read(whole), default=True)
    assert [label.label for label in info.labels] == ["ENFP", "ISTJ"]
    assert info.labels[0].genders == ["female", "male", "either"]
    assert (info.default, info.attribution, info.looks) == (True, "nobody", ["mean", "other"])


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"licence": " "}, "licence"),
        ({"licence": ""}, "licence"),
        ({"format": 2}, "format"),
        ({"num_ws": 10}, "num_ws"),
        ({"labels": []}, "labels"),
        ({"unheard": 1}, "unheard"),
        ({"framing": {"size": 64}}, "framing"),
        ({"network": {"family": "stylegan2", "config": tiny.GENERATOR | {"c_dim": 3}}}, "conditions"),
        ({"network": {"family": "stylegan2", "config": tiny.GENERATOR | {"nose": 3}}}, "nose"),
        ({"network": {"family": "other", "config": {}}}, "network.family"),
        ({"network": {"family": "stylegan2", "config": tiny.GENERATOR | {"channel_max": 16}}}, "not"),
    ],
)
def test_a_manifest_that_does_not_hold_is_refused(tmp_path: Path, changes: Any, says: str) -> None:
    with pytest.raises(PackError, match=says):
        load(tiny.write(tmp_path / "tiny", **changes))


def test_a_manifest_without_licence_is_refused(tmp_path: Path) -> None:
    folder = tiny.write(tmp_path / "tiny")
    document = tiny.document(folder)
    del document["licence"]
    (folder / "manifest.json").write_text(json.dumps(document))
    with pytest.raises(PackError, match="licence"):
        load(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00" * 10])
def test_no_manifest_at_all(tmp_path: Path, text: str) -> None:
    with pytest.raises(PackError, match="no readable"):
        load(tmp_path)
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(PackError):
        load(tmp_path)


def test_an_altered_file_is_refused(tmp_path: Path) -> None:
    folder = tiny.write(tmp_path / "tiny")
    path = folder / "generator.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(PackError, match="SHA-256"):
        load(folder)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    folder = tiny.write(tmp_path / "tiny")
    (folder / "features.safetensors").unlink()
    with pytest.raises(PackError, match="missing"):
        load(folder)


def test_a_file_that_cannot_be_read_is_not_called_missing(tmp_path: Path) -> None:
    folder = tiny.write(tmp_path)
    (folder / "features.safetensors").unlink()
    (folder / "features.safetensors").mkdir()
    with pytest.raises(PackError, match="cannot be read: Is a directory"):
        load(folder)


@pytest.mark.parametrize("way", ["..", "absolute", "link"])
def test_a_path_that_leaves_the_folder_is_refused(tmp_path: Path, way: str) -> None:
    folder = tiny.write(tmp_path / "tiny")
    document = tiny.document(folder)
    outside = tmp_path / "labels.safetensors"
    (folder / "labels.safetensors").rename(outside)
    path = {"..": "../labels.safetensors", "absolute": str(outside), "link": "labels.safetensors"}[way]
    if way == "link":
        (folder / "labels.safetensors").symlink_to(outside)
    document["files"]["labels"]["path"] = path
    (folder / "manifest.json").write_text(json.dumps(document))
    with pytest.raises(PackError, match="leaves"):
        load(folder)


def _nan(codes: dict[str, torch.Tensor]) -> None:
    codes["ENFP.male"][3, 2] = float("nan")


def _short(codes: dict[str, torch.Tensor]) -> None:
    codes["ENFP.male"] = codes["ENFP.male"][:7].clone()


def _none(codes: dict[str, torch.Tensor]) -> None:
    del codes["direction.smile"]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [(_nan, "not finite"), (_short, r"\(7, 16\)"), (_none, "direction.smile")],
)
def test_spoilt_latents_are_refused(
    tmp_path: Path, spoil: Callable[[dict[str, torch.Tensor]], None], says: str
) -> None:
    folder = tiny.write(tmp_path / "tiny")
    codes = load_file(folder / "labels.safetensors")
    spoil(codes)
    save_file(codes, folder / "labels.safetensors")
    with pytest.raises(PackError, match=says):
        load(_again(folder))


def test_a_file_that_is_no_safetensors_is_refused(tmp_path: Path) -> None:
    folder = tiny.write(tmp_path / "tiny")
    (folder / "labels.safetensors").write_bytes(b"not at all" * 10)
    with pytest.raises(PackError, match="not a safetensors file"):
        load(_again(folder))


def test_what_is_missing_follows_from_what_is_there(tmp_path: Path) -> None:
    folder = tiny.write(tmp_path / "tiny")
    codes = load_file(folder / "labels.safetensors")
    for name in ("mean.female", "mean.male", "w_avg"):
        del codes[name]
    save_file(codes, folder / "labels.safetensors")
    pack = load(_again(folder))
    worn = torch.stack([pack.labels[name, "female"] for name in tiny.LABELS])
    assert torch.allclose(pack.means["female"], worn.mean(dim=0))
    assert pack.w_avg.shape == (8, 16)


def test_half_precision_weights_load_as_float32(tmp_path: Path) -> None:
    folder = tiny.write(tmp_path / "tiny")
    path = folder / "generator.safetensors"
    save_file({name: value.half() for name, value in load_file(path).items()}, path)
    assert {p.dtype for p in load(_again(folder)).generator.parameters()} == {torch.float32}


def test_the_manifest_is_read_without_torch() -> None:
    code = "import sys, inference.packs.manifest; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
