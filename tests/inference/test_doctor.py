"""What the doctor tells, of a machine that works and of one that does not."""

import io
import json
from pathlib import Path

import pytest
import torch
from rich.console import Console

from inference.commands import doctor
from inference.commands.loading import settled
from inference.settings import Settings, load
from tests.inference.packs import tiny


def _settings(tmp_path: Path, *packs: Path) -> Settings:
    return settled(load({"TYPEFACE_CACHE": str(tmp_path / "cache")}, packs=packs))


def test_a_pack_that_works(
    tiny_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], one_thread: None
) -> None:
    doctor.run(_settings(tmp_path, tiny_folder), as_json=True)
    told = json.loads(capsys.readouterr().out)
    (pack,), device = told["packs"], told["devices"][0]
    assert (pack["name"], pack["resolution"], pack["encoder"], pack["problem"]) == ("tiny", 32, False, None)
    assert 0 < pack["picture_ms"] < 5000
    assert told["torch"] == torch.__version__
    assert device["kernels"] is torch.cuda.is_available()
    assert device["memory_mb"] > 100
    if not torch.cuda.is_available():
        assert device["why"] == "the CUDA kernels are for GPUs"


def test_a_pack_that_does_not_load(
    tiny_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], one_thread: None
) -> None:
    """The others are looked at all the same, and the exit code tells."""
    broken = tiny.write(tmp_path / "broken")
    (broken / "labels.safetensors").write_bytes(b"nothing")
    with pytest.raises(SystemExit) as caught:
        doctor.run(_settings(tmp_path, broken, tmp_path / "[b]nowhere", tiny_folder), as_json=True)
    assert caught.value.code == 1
    first, second, third = json.loads(capsys.readouterr().out)["packs"]
    assert "labels.safetensors" in first["problem"]
    assert second["problem"]
    assert third["problem"] is None


def test_packs_in_the_folder_of_packs_are_looked_at(
    tiny_folder: Path, tmp_path: Path, one_thread: None
) -> None:
    home = tmp_path / "packs"
    tiny.write(home / "two", name="two")
    spoilt = tiny.write(home / "spoilt", name="spoilt")
    (spoilt / "labels.safetensors").write_bytes(b"nothing")
    env = {"TYPEFACE_INFERENCE_PACK_DIR": str(home), "TYPEFACE_CACHE": str(tmp_path / "cache")}
    report = doctor.examine(settled(load(env, packs=(tiny_folder, home / "two"))))
    assert [(pack.folder, pack.problem is None) for pack in report.packs] == [
        (tiny_folder.name, True),
        ("two", True),
        ("spoilt", False),
    ]


def test_the_table_is_for_people(tiny_folder: Path, tmp_path: Path, one_thread: None) -> None:
    report = doctor.examine(_settings(tmp_path, tiny_folder, tmp_path / "[b]nowhere"))
    page = io.StringIO()
    Console(file=page, width=200).print(doctor._table(report))
    text = page.getvalue()
    assert "tiny 1: 32 px, without an encoder" in text
    assert "pack [b]nowhere" in text
    assert torch.__version__ in text
    assert report.packs[1].problem is not None
    assert report.packs[1].problem[:20] in text


def test_where_the_cache_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load({"TYPEFACE_CACHE": "/a"}).cache == Path("/a")
    assert load({"XDG_CACHE_HOME": "/b"}).cache == Path("/b/typeface")
    monkeypatch.setenv("HOME", "/home/c")
    assert load({}).cache == Path("/home/c/.cache/typeface")
