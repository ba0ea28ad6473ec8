"""The command line, as the processes that people start."""

import asyncio
import json
import logging
import re
import signal
import socket
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import structlog
from PIL import Image

from inference.__main__ import main
from inference.client import Client
from inference.errors import Stopping, Unreachable
from inference.images import synthetic
from inference.wire import JobEvent, LatentFace, ProjectResult
from tests.inference.rig import collect, until

ROOT = Path(__file__).resolve().parents[2]


async def spawn(*arguments: str) -> Process:
    command = (sys.executable, "-m", "inference", *arguments)
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=PIPE, stdout=PIPE, stderr=PIPE)


@asynccontextmanager
async def server(pack: Path, *arguments: str) -> AsyncIterator[tuple[str, Process]]:
    process = await spawn("serve", "--port", "0", "--pack", str(pack), "--threads", "1", *arguments)
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), 60)
        assert line, (await process.communicate())[1]
        yield json.loads(line)["url"], process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def finished(*arguments: str) -> tuple[int | None, str, str]:
    process = await spawn(*arguments)
    out, err = await asyncio.wait_for(process.communicate(), 90)
    return process.returncode, out.decode(), err.decode()


@pytest.fixture(autouse=True)
def own_process() -> Iterator[None]:
    """Commands that run here leave no signal handler behind, and no logger that writes to this test's stderr."""
    before, terminate = logging.root.handlers[:], signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, terminate)
    structlog.reset_defaults()
    logging.root.handlers[:] = before


def here(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str]:
    """The same in this process, which has torch loaded: exit code and stderr."""
    monkeypatch.setattr(sys, "argv", ["typeface-inference", *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    captured = capsys.readouterr()
    assert captured.out == ""
    return int(caught.value.code or 0), captured.err


async def test_sigterm_drains(tiny_folder: Path, photo: bytes) -> None:
    """Who waits gets the result, newcomers are sent away, and the process ends well."""
    async with server(tiny_folder) as (url, process), Client(url) as client, Client(url) as other:
        assert await client.ready()
        told = False
        async for news in client.project(photo, owner="me", steps=300):
            if isinstance(news, JobEvent) and news.job.step and not told:
                assert await other.packs()  # opens the connection that the newcomer uses
                process.send_signal(signal.SIGTERM)
                while await other.ready():
                    await asyncio.sleep(0.02)
                told = True
                with pytest.raises(Stopping):
                    await collect(other, photo, owner="late")
        assert isinstance(news, ProjectResult)
        out, err = await asyncio.wait_for(process.communicate(), 30)
        assert (process.returncode, out) == (0, b"")
        assert b"draining" in err
        assert b"Traceback" not in err
        assert not await client.ready()


async def test_a_killed_server_is_unreachable_within_seconds(tiny_folder: Path, photo: bytes) -> None:
    async with server(tiny_folder) as (url, process), Client(url) as client:
        killed = 0.0
        with pytest.raises(Unreachable):
            async for news in client.project(photo, owner="me", steps=300):
                if isinstance(news, JobEvent) and news.job.step and not killed:
                    process.kill()
                    killed = time.monotonic()
        assert killed
        assert time.monotonic() - killed < 10


async def test_a_second_signal_ends_the_wait(tiny_folder: Path, photo: bytes) -> None:
    async with server(tiny_folder) as (url, process), Client(url) as client:
        told = 0.0
        with pytest.raises(Stopping):
            async for news in client.project(photo, owner="me", steps=2000):
                if isinstance(news, JobEvent) and news.job.step and not told:
                    told = time.monotonic()
                    for _ in range(3):
                        process.send_signal(signal.SIGINT)
                        await asyncio.sleep(0.2)
        assert await asyncio.wait_for(process.wait(), 10) == 0
        assert time.monotonic() - told < 15, "drain_seconds are 20"


async def test_sigterm_while_a_pack_loads_ends_well(tiny_folder: Path) -> None:
    process = await spawn("serve", "--port", "0", "--pack", str(tiny_folder))
    await until(lambda: "libtorch" in Path(f"/proc/{process.pid}/maps").read_text(), 60)
    process.send_signal(signal.SIGTERM)
    _, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0
    assert b"Traceback" not in err


async def test_it_ends_with_its_parent(tiny_folder: Path) -> None:
    async with server(tiny_folder, "--watch-stdin") as (_, process):
        assert process.stdin is not None
        process.stdin.close()
        assert await asyncio.wait_for(process.wait(), 10) == 0


async def test_a_taken_port_is_told(tiny_folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, out, err = await finished("serve", "--port", port, "--pack", str(tiny_folder))
    assert (code, out) == (2, "")
    assert f"Port {port} of 127.0.0.1 is taken" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["serve", "--host", "0.0.0.0"], "TYPEFACE_INFERENCE_TOKEN"),
        (["serve", "--pack", "no/such/folder"], "manifest.json"),
        (["serve", "--token-file", "no/such/file"], "token file"),
        (["render", "--out", "x.gif", "--label", "ENFP"], "ending"),
        (["render", "--out", "x.png"], "--face"),
        (["render", "--out", "x.png", "--face", '{"kind": "x"}'], "not a face"),
        (["project", "no/such/photo.jpg", "--out", "x.png"], "cannot be read"),
    ],
)
def test_errors_are_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    code, err = here(monkeypatch, capsys, *arguments)
    assert code == 2
    assert says in err
    assert len(err.strip().splitlines()) == 1


@pytest.mark.usefixtures("one_thread")
def test_render_and_project_without_a_server(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tiny_folder: Path,
    tmp_path: Path,
    photo: bytes,
) -> None:
    monkeypatch.setenv("TYPEFACE_INFERENCE_THREADS", "1")

    def run(*arguments: str) -> str:
        code, err = here(monkeypatch, capsys, *arguments, "--pack", str(tiny_folder))
        assert code == 0, err
        return err

    selfie, found, latent, again, label = (
        tmp_path / name for name in ("photo.jpg", "found.png", "face.json", "again.png", "label.webp")
    )
    selfie.write_bytes(photo)
    told = run("project", str(selfie), "--out", str(found), "--latent", str(latent), "--steps", "5")
    assert re.search(r"5 steps in [\d.]+ s", told)
    LatentFace.model_validate_json(latent.read_text())
    run("render", "--face", f"@{latent}", "--out", str(again))
    assert again.read_bytes() == found.read_bytes()
    assert synthetic(again.read_bytes())
    run("render", "--label", "ENFP", "--gender", "female", "--size", "64", "--out", str(label))
    with Image.open(label) as image:
        assert image.size == (64, 64)


async def test_bench_measures_both_ways(tiny_folder: Path, tmp_path: Path, photo: bytes) -> None:
    (tmp_path / "photo.jpg").write_bytes(photo)
    selfie = str(tmp_path / "photo.jpg")
    code, out, err = await finished(
        "bench", "--json", "--photo", selfie, "--steps", "10", "--pack", str(tiny_folder), "--threads", "1"
    )
    assert code == 0, err
    figures = {figure["name"]: figure for figure in json.loads(out)["figures"]}
    assert figures["a person at 512 px, p50"]["engine"] > 0
    assert figures["a person at 512 px, p95"]["server"] >= figures["a person at 512 px, p50"]["server"] > 0
    assert figures["projection steps a second"]["server"] > 0
    assert figures["synthesis, 4 at once"]["engine"] > 0
    assert figures["synthesis, 4 at once"]["textbook"] > 0
    assert figures["memory of the server, peak"]["server"] >= figures["memory of the server"]["server"] > 50
