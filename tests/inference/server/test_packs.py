"""Packs that come, go, change and break while the server runs."""

import asyncio
import errno
import json
import os
import shutil
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import torch
from aiohttp import web
from safetensors.torch import load_file, save_file
from structlog.testing import capture_logs

from inference.client import Client
from inference.commands import serving
from inference.errors import PackError, UnknownPack
from inference.packs.manifest import sha256
from inference.server import app as server
from inference.server.jobs import JOBS
from inference.server.pack_folders import PackFolders
from inference.server.ports import CATALOGUE
from inference.server.runner import Runner
from inference.settings import Settings
from inference.wire import LabelFace, SeedFace
from inference.worker.fleet import Fleet
from tests.inference.packs import tiny
from tests.inference.rig import collect, until

SEED = SeedFace(seed=1)


class House:
    """The server as `serve` puts it together, with two devices that are both the CPU."""

    def __init__(self, settings: Settings) -> None:
        self.folders = PackFolders(settings.packs, settings.pack_dir)
        self.folders.read(strict=True)
        self.workers = [serving.worker(settings, self.folders, device) for device in settings.devices]
        self.app = server.build(settings, Fleet(self.workers, settings.queue), self.folders)
        self.url = ""
        self.client = Client(self.url)

    async def start(self) -> web.AppRunner:
        runner = Runner(self.app, shutdown_timeout=0.2)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self.client = Client(self.url)
        for worker in self.workers:
            assert await asyncio.to_thread(worker.wait, 30), worker.broken
        return runner

    async def names(self) -> list[str]:
        return [pack.name for pack in await self.client.packs()]


@pytest.fixture
async def house(tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr("inference.server.ports.REREAD_SECONDS", 0.0)
    tiny.write(tmp_path / "two", seed=2, name="two")
    house = House(
        Settings(
            packs=(tiny_folder,), pack_dir=tmp_path, devices=("cpu", "cpu"), photo_threads=1, memory_mb=200
        )
    )
    runner = await house.start()
    yield house
    await house.client.close()
    await runner.cleanup()


async def test_all_packs_are_told_and_drawn_with(house: House, photo: bytes) -> None:
    assert [(pack.name, pack.default) for pack in await house.client.packs()] == [
        ("tiny", True),
        ("two", False),
    ]
    assert house.workers[0].loaded == ("tiny",), "others load when they are asked for"
    first, second = [await house.client.render(SEED, pack=name) for name in ("tiny", "two")]
    assert first != second
    assert first == await house.client.render(SEED)
    _, result = await collect(house.client, photo, pack="two", steps=2)
    assert result.pack == "two"
    assert await house.client.render(result.face, pack="two")


async def test_a_new_pack_is_found_when_it_is_asked_for(house: House, tmp_path: Path) -> None:
    with pytest.raises(UnknownPack):
        await house.client.render(SEED, pack="three")
    tiny.write(tmp_path / "three", seed=3, name="three")
    assert await house.client.render(SEED, pack="three")
    assert await house.names() == ["tiny", "three", "two"]


async def test_unknown_packs_do_not_have_folders_read_all_the_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inference.server.ports.REREAD_SECONDS", 60.0)
    reads = 0
    read = house.folders.read

    def count() -> frozenset[str]:
        nonlocal reads
        reads += 1
        return read()

    monkeypatch.setattr(house.folders, "read", count)
    for _ in range(5):
        with pytest.raises(UnknownPack):
            await house.client.render(SEED, pack="nowhere")
    assert reads == 1


async def test_a_removed_pack_leaves_list_and_memory(house: House, tmp_path: Path) -> None:
    await house.client.render(SEED, pack="two")
    assert any("two" in worker.loaded for worker in house.workers)
    shutil.rmtree(tmp_path / "two")
    os.kill(os.getpid(), signal.SIGHUP)
    await until(lambda: len(house.folders.packs) == 1)
    await until(lambda: not any("two" in worker.loaded for worker in house.workers))
    assert await house.names() == ["tiny"]
    with pytest.raises(UnknownPack):
        await house.client.render(SEED, pack="two")


async def test_a_changed_pack_is_loaded_anew(house: House, tmp_path: Path) -> None:
    faces = (SEED, LabelFace(label="ENFP"))  # the second is kept, since it is everybody's
    before = [await house.client.render(face, pack="two") for face in faces]
    tiny.write(tmp_path / "two", seed=9, name="two")
    await house.app[CATALOGUE].reread()
    await until(lambda: not any("two" in worker.loaded for worker in house.workers))
    after = [await house.client.render(face, pack="two") for face in faces]
    assert before[0] != after[0]
    assert before[1] != after[1]


def spoil(folder: Path, how: str) -> None:
    """Break a pack of the name `bad` in one of the ways that packs are broken."""
    tiny.write(folder, name="bad")
    path = folder / "manifest.json"
    manifest: dict[str, Any] = json.loads(path.read_text())
    if how == "hash":
        manifest["files"]["labels"]["sha256"] = "0" * 64
    elif how == "file":
        (folder / "features.safetensors").unlink()
    elif how == "format":
        manifest["format"] = 99
    elif how == "licence":
        manifest["licence"] = " "
    else:
        weights = load_file(folder / "generator.safetensors")
        weights[next(iter(weights))] *= torch.nan
        save_file(weights, folder / "generator.safetensors")
        manifest["files"]["generator"]["sha256"] = sha256(folder / "generator.safetensors")
    path.write_text(json.dumps(manifest))


@pytest.mark.parametrize("how", ["hash", "file", "format", "licence", "weights"])
async def test_a_bad_pack_is_a_problem_of_its_own(
    house: House, tmp_path: Path, photo: bytes, how: str
) -> None:
    spoil(tmp_path / "folder", how)
    with capture_logs() as logs:
        for _ in range(3):
            with pytest.raises(PackError):
                await house.client.render(SEED, pack="bad")
        with pytest.raises(PackError):
            await collect(house.client, photo, pack="bad")
    lines = [line for line in logs if line["log_level"] == "warning"]
    assert len(lines) == 1, "told once"
    assert await house.client.render(SEED)
    await collect(house.client, photo, steps=1)
    assert "bad" not in await house.names()


async def test_a_pack_that_did_not_load_is_refused_before_any_job(
    house: House, tmp_path: Path, photo: bytes
) -> None:
    spoil(tmp_path / "bad", "weights")
    with pytest.raises(PackError, match="bad"):
        await collect(house.client, photo, pack="bad")
    made = len(house.app[JOBS].states())
    with pytest.raises(PackError, match="bad"):
        await collect(house.client, photo, pack="bad")
    assert len(house.app[JOBS].states()) == made, "no second job"
    tiny.write(tmp_path / "bad", name="bad", seed=4)
    assert await house.client.render(SEED, pack="bad"), "its files have changed"
    assert "bad" in await house.names()


async def test_of_two_packs_with_one_name_the_second_is_told(house: House, tmp_path: Path) -> None:
    tiny.write(tmp_path / "zwei", seed=5, name="two")
    with capture_logs() as logs:
        for _ in range(2):
            await house.app[CATALOGUE].reread()
    (line,) = [line for line in logs if line["log_level"] == "warning"]
    assert (line["served"], line["not_served"]) == (str(tmp_path / "two"), str(tmp_path / "zwei"))
    assert await house.names() == ["tiny", "two"]


async def test_a_mended_pack_is_served(house: House, tmp_path: Path) -> None:
    spoil(tmp_path / "bad", "weights")
    with pytest.raises(PackError):
        await house.client.render(SEED, pack="bad")
    tiny.write(tmp_path / "bad", name="bad", seed=4)
    async with asyncio.timeout(10):
        await house.app[CATALOGUE].reread()
        assert await house.client.render(SEED, pack="bad")


async def test_a_pack_of_the_same_name_that_comes_first_is_loaded(house: House, tmp_path: Path) -> None:
    before = await house.client.render(SEED, pack="two")
    tiny.write(tmp_path / "a", seed=7, name="two")
    await house.app[CATALOGUE].reread()
    await until(lambda: not any("two" in worker.loaded for worker in house.workers))
    assert await house.client.render(SEED, pack="two") != before


@pytest.mark.parametrize("where", ["inference.packs.manifest.sha256", "inference.packs.loader.load_file"])
async def test_what_a_disk_did_not_read_once_is_read_again(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    tiny.write(tmp_path / "three", seed=3, name="three")

    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(where, fail)
        for _ in range(2):
            with pytest.raises(PackError):
                await house.client.render(SEED, pack="three")
    assert await house.client.render(SEED, pack="three"), "no file has changed"
    assert "three" in await house.names()


async def test_the_event_loop_goes_on_while_a_pack_loads(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = serving.open_engine

    def slowly(*given: Any) -> Any:
        time.sleep(1)
        return opened(*given)

    monkeypatch.setattr(serving, "open_engine", slowly)
    task = asyncio.create_task(house.client.render(SEED, pack="two"))
    await asyncio.sleep(0.3)
    began = asyncio.get_running_loop().time()
    async with aiohttp.ClientSession() as http, http.get(f"{house.url}/healthz") as answer:
        assert answer.status == 200
    assert asyncio.get_running_loop().time() - began < 0.5
    assert not task.done()
    assert await task


def test_two_packs_of_one_name_do_not_start(tiny_folder: Path, tmp_path: Path) -> None:
    other = tiny.write(tmp_path / "other", seed=5)
    with pytest.raises(PackError, match="two packs are named tiny"):
        PackFolders([tiny_folder, other]).read(strict=True)


def test_while_the_default_pack_is_changed_no_other_takes_its_place(tmp_path: Path) -> None:
    """An update in place: the weights are there, the manifest comes last."""
    first = tiny.write(tmp_path / "first")
    tiny.write(tmp_path / "other", seed=2, name="two")
    folders = PackFolders([first], tmp_path)
    folders.read(strict=True)
    manifest = (first / "manifest.json").read_text()
    tiny.write(first, seed=8)
    changed = (first / "manifest.json").read_text()
    for halfway in (manifest, "half of it"):
        (first / "manifest.json").write_text(halfway)
        folders.read()
        for name in (None, "tiny"):
            with pytest.raises(PackError):
                folders.find(name)
        assert [(pack.info.name, pack.info.default) for pack in folders.packs] == [("two", False)]
    (first / "manifest.json").write_text(changed)
    folders.read()
    assert folders.find(None).info.default
    assert folders.find(None) is folders.find("tiny")
