import json
from pathlib import Path
from unittest.mock import Mock

import pytest
import torch

from inference.commands.loading import find_devices, settled, weight
from inference.engine import graphs
from inference.packs.loader import LoadedPack
from inference.settings import MEGABYTE, Settings, SettingsError, cores, load


def manifest(folder: Path, resolution: object) -> Path:
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps({"resolution": resolution}))
    return folder


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.device_count", lambda: 0)


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """Their kernels cannot be compiled: what is asked for is told."""
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    prepared = Mock()
    monkeypatch.setattr("inference.networks.ops.cuda.kernels.prepare", prepared)
    return prepared


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize(("resolution", "threads"), [(64, 1), (128, cores()), (256, cores()), ("x", 1)])
def test_threads_follow_the_pack_on_a_cpu(tmp_path: Path, resolution: object, threads: int) -> None:
    pack = manifest(tmp_path / "pack", resolution)
    found = settled(load({}, packs=(pack,)))
    assert (found.devices, found.device, found.width, found.threads) == (("cpu",), "cpu", 1, threads)
    assert settled(load({"TYPEFACE_INFERENCE_THREADS": "1"}, packs=(pack,))).threads == 1
    assert settled(load({}, packs=(pack,), width=4)).width == 4


@pytest.mark.usefixtures("no_gpu")
def test_two_workers_on_one_cpu_share_its_cores(tmp_path: Path) -> None:
    found = settled(load({}, packs=(manifest(tmp_path / "pack", 128),), device="cpu,cpu"))
    assert (found.devices, found.threads) == (("cpu", "cpu"), max(1, cores() // 2))


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize("device", ["cpu", "cpu,cpu"])
def test_no_more_threads_than_cores_are_taken(
    tmp_path: Path, device: str, capsys: pytest.CaptureFixture[str]
) -> None:
    packs, most = (manifest(tmp_path / "pack", 64),), max(1, cores() // len(device.split(",")))
    assert settled(load({}, packs=packs, device=device, threads=most)).threads == most
    assert capsys.readouterr() == ("", "")
    assert settled(load({}, packs=packs, device=device, threads=999)).threads == most
    assert f"999 threads would only be slower on {cores()} cores: {most} taken" in capsys.readouterr().err


@pytest.mark.usefixtures("two_gpus")
def test_every_gpu_is_taken() -> None:
    for env in ({}, {"TYPEFACE_INFERENCE_DEVICE": "auto"}, {"TYPEFACE_INFERENCE_DEVICE": "cuda"}):
        found = settled(load(env))
        assert (found.devices, found.device, found.width, found.threads) == (
            ("cuda:0", "cuda:1"),
            "cuda:0",
            8,
            1,
        )
    assert settled(load({}, device="cpu")).devices == ("cpu",)
    assert settled(load({}, device="cuda:1")).devices == ("cuda:1",)


def test_each_gpus_kernels_are_made_ready(two_gpus: Mock, tmp_path: Path) -> None:
    settled(load({"TYPEFACE_CACHE": str(tmp_path)}, device="cuda"))
    assert [call.args for call in two_gpus.call_args_list] == [
        (tmp_path, torch.device("cuda:0")),
        (tmp_path, torch.device("cuda:1")),
    ]
    assert graphs.allowed


def test_kernels_and_graphs_can_be_switched_off(two_gpus: Mock) -> None:
    try:
        settled(load({"TYPEFACE_INFERENCE_CUDA": "plain"}))
        two_gpus.assert_not_called()
        assert not graphs.allowed
    finally:
        graphs.allowed = True
    with pytest.raises(SettingsError, match="fast, plain"):
        load({"TYPEFACE_INFERENCE_CUDA": "slow"})


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize("name", ["cuda", "cuda:0", "tpu", ""])
def test_a_device_that_is_not_there(name: str) -> None:
    with pytest.raises(SettingsError):
        find_devices(name)


def test_settings_of_packs_and_precision(tmp_path: Path) -> None:
    env = {"TYPEFACE_INFERENCE_PACK_DIR": str(tmp_path), "TYPEFACE_INFERENCE_MEMORY_MB": "100"}
    found = load(env, precision="bf16")
    assert (found.pack_dir, found.memory_mb, found.precision) == (tmp_path, 100, "bf16")
    assert "device" not in found.told
    with pytest.raises(SettingsError, match="auto, fp32, bf16"):
        load({"TYPEFACE_INFERENCE_PRECISION": "half"})
    with pytest.raises(SettingsError, match="memory_mb"):
        load({"TYPEFACE_INFERENCE_MEMORY_MB": "0"})
    with pytest.raises(SettingsError, match="does not exist"):
        load({}, pack_dir=tmp_path / "nowhere")
    assert Settings().precision == "auto"


def test_a_pack_is_weighed(tiny_pack: LoadedPack) -> None:
    numbers = sum(p.numel() for m in (tiny_pack.generator, tiny_pack.features) for p in m.parameters())
    assert weight(tiny_pack) >= 2 * 4 * numbers
    assert weight(tiny_pack) < 2 * 4 * numbers + 70 * MEGABYTE
