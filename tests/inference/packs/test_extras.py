"""What a pack may have: an encoder, an identity network, an upscaler, each a part of the manifest and a file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from inference.errors import PackError
from inference.networks.encoder.config import EncoderConfig
from inference.networks.registry import build_encoder, build_identity, build_upscaler
from inference.packs.loader import load
from inference.packs.manifest import sha256
from tests.inference.packs import tiny

ENCODER = EncoderConfig(32, 8, 16, widths=(8, 12, 16), blocks=(1, 1, 1), pyramid=8, summary=4).to_dict()
IDENTITY = {"resolution": 32, "size": 32, "widths": (8, 8, 16), "squeezed": 8, "dim": 16}
UPSCALER = {"resolution": 32, "width": 8, "blocks": 1, "widths": (8, 4)}
BUILD: dict[str, tuple[Callable[[dict[str, Any]], nn.Module], dict[str, Any]]] = {
    "encoder": (build_encoder, ENCODER),
    "identity": (build_identity, IDENTITY),
    "upscaler": (build_upscaler, UPSCALER),
}


def _with(folder: Path, name: str, **changes: Any) -> Path:
    """A tiny pack that has the part of that name; `changes` are in its configuration."""
    tiny.write(folder)
    build, config = BUILD[name]
    torch.manual_seed(0)
    network = build(config | changes)
    save_file({k: v.half() for k, v in network.state_dict().items()}, folder / f"{name}.safetensors")
    document = tiny.document(folder)
    document["files"][name] = {
        "path": f"{name}.safetensors",
        "sha256": sha256(folder / f"{name}.safetensors"),
    }
    document[name] = {"config": network.config.to_dict()}
    (folder / "manifest.json").write_text(json.dumps(document))
    return folder


def _edit(folder: Path, edit: Callable[[dict[str, Any]], None]) -> Path:
    document = json.loads((folder / "manifest.json").read_text())
    edit(document)
    (folder / "manifest.json").write_text(json.dumps(document))
    return folder


@pytest.mark.parametrize("name", BUILD)
def test_it_is_loaded_as_it_was_saved(tmp_path: Path, name: str) -> None:
    pack = load(_with(tmp_path / "tiny", name))
    build, config = BUILD[name]
    torch.manual_seed(0)
    saved, loaded = build(config).state_dict(), getattr(pack, name)
    assert not loaded.training
    assert all(not p.requires_grad for p in loaded.parameters())
    assert all(torch.equal(v, saved[k].half().float()) for k, v in loaded.state_dict().items())
    assert all(getattr(pack, other) is None for other in {*BUILD} - {name})


@pytest.mark.parametrize("name", BUILD)
@pytest.mark.parametrize("lacks", ["part", "file"])
def test_a_part_goes_with_its_file(tmp_path: Path, name: str, lacks: str) -> None:
    def drop(document: dict[str, Any]) -> None:
        del (document if lacks == "part" else document["files"])[name]

    with pytest.raises(PackError, match=name):
        load(_edit(_with(tmp_path / "tiny", name), drop))


@pytest.mark.parametrize("name", BUILD)
def test_an_altered_or_missing_file_is_refused(tmp_path: Path, name: str) -> None:
    path = _with(tmp_path / "tiny", name) / f"{name}.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(PackError, match="SHA-256"):
        load(tmp_path / "tiny")
    path.unlink()
    with pytest.raises(PackError, match="missing"):
        load(tmp_path / "tiny")


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("encoder", {"resolution": 64}),
        ("encoder", {"num_ws": 7}),
        ("encoder", {"w_dim": 12}),
        ("identity", {"resolution": 64}),
        ("upscaler", {"resolution": 64}),
    ],
)
def test_one_of_another_shape_than_the_pack_is_refused(
    tmp_path: Path, name: str, changes: dict[str, int]
) -> None:
    with pytest.raises(PackError, match=f"{name}.*(64|7|12)"):
        load(_with(tmp_path / "tiny", name, **changes))


@pytest.mark.parametrize("config", [{"nose": 1}, {}, ENCODER | {"widths": [8, 12, 17]}])
def test_a_configuration_that_is_not_the_files_is_refused(tmp_path: Path, config: dict[str, Any]) -> None:
    def change(document: dict[str, Any]) -> None:
        document["encoder"]["config"] = config

    with pytest.raises(PackError):
        load(_edit(_with(tmp_path / "tiny", "encoder"), change))
