"""The command line, as the processes that people start."""

import asyncio
import json
import logging
import os
import re
import signal
import socket
import sys
import time
import warnings
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
import structlog
from PIL import Image

from inference import logs
from inference.__main__ import main
from inference.client import Client
from inference.commands import serving
from inference.engine.engine import Engine
from inference.errors import InternalError, Stopping, Unreachable
from inference.films import files
from inference.images import synthetic
from inference.packs.loader import load
from inference.settings import STARTER, Settings
from inference.wire import FacePicture, JobEvent, LatentFace, ProjectResult, SeedFace, UpscalePicture
from tests.inference.rig import collect, couple, until

ROOT = Path(__file__).resolve().parents[2]


async def spawn(*arguments: str) -> Process:
    command = (sys.executable, "-m", "inference", *arguments)
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=PIPE, stdout=PIPE, stderr=PIPE)


async def warming(*arguments: str) -> Process:
    """A server whose device works for minutes, in torch, before it is warm."""
    program = (
        "import sys, torch; from inference.__main__ import main; from inference.worker import engines\n"
        "engines.warm_up = lambda *_, **__: print('warming', flush=True) or torch.linalg.svd(torch.randn(9000, 9000))\n"
        f"sys.argv[1:] = {['serve', *arguments]!r}\nmain()"
    )
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, cwd=ROOT, stdout=PIPE, stderr=PIPE
    )


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


@pytest.fixture(autouse=True)
def own_process() -> Iterator[None]:
    """Commands that run here leave no signal handler behind, and no logger that writes to this test's stderr."""
    before = logging.root.handlers[:]
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)
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
        async for news in client.project(photo, owner="me", steps=80):
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


async def test_a_server_without_a_device_ends(tiny_folder: Path) -> None:
    """With a code that is not 0, so that it is started again; not ready for ever."""
    program = (
        "import sys; from inference.__main__ import main; from inference.worker.executor import Executor\n"
        "def draw(*_): raise ZeroDivisionError('no such device')\n"
        f"Executor._draw = draw; sys.argv[1:] = {['serve', '--port', '0', '--pack', str(tiny_folder)]!r}; main()"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, cwd=ROOT, stdout=PIPE, stderr=PIPE
    )
    assert process.stdout is not None
    url = json.loads(await asyncio.wait_for(process.stdout.readline(), 60))["url"]
    async with Client(url) as client:
        with pytest.raises(InternalError):
            await client.render(SeedFace(seed=1))
    _, log = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 1
    (line,) = [line for line in log.decode().splitlines() if "no device works any more" in line]
    assert "no such device" in line


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


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
async def test_a_warm_up_is_ended_by_a_signal(tiny_folder: Path, number: int, code: int) -> None:
    process = await warming("--port", "0", "--pack", str(tiny_folder))
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 120) == b"warming\n"
    process.send_signal(number)
    out, err = await asyncio.wait_for(process.communicate(), 30)
    assert (process.returncode, out) == (code, b""), err
    assert b"Traceback" not in err


async def test_it_ends_with_its_parent(tiny_folder: Path) -> None:
    async with server(tiny_folder, "--watch-stdin") as (_, process):
        assert process.stdin is not None
        process.stdin.close()
        assert await asyncio.wait_for(process.wait(), 10) == 0


async def test_a_taken_port_is_told_at_once(tiny_folder: Path) -> None:
    """Though the device warms up for long."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        process = await warming("--port", port, "--pack", str(tiny_folder))
        _, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 2
    told = json.loads(err.splitlines()[-1])
    assert f"Port {port} of 127.0.0.1 is taken" in told["event"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["serve", "--host", "0.0.0.0"], "TYPEFACE_INFERENCE_TOKEN"),
        (["serve", "--pack", "no/such/folder"], "manifest.json"),
        (["serve", "--token-file", "no/such/file"], "token file"),
        (["render", "--out", "x.gif", "--label", "ENFP"], "ending"),
        (["render", "--out", "no/such/x.png", "--label", "ENFP"], "no folder no/such"),
        (["render", "--out", "x.png", "--label", "ENFP", "--precision", "int4"], "precision"),
        (["render", "--out", "x.png"], "--face"),
        (["render", "--out", "x.png", "--face", '{"kind": "x"}'], "not a face"),
        (["project", "no/such/photo.jpg", "--out", "x.png"], "cannot be read"),
        (["project", "photo.jpg", "--out", "x.png", "--box", "1,2"], "four whole numbers"),
        (["project", "photo.jpg", "--out", "x.png", "--latent", "no/such/face.json"], "no folder no/such"),
        (["project", *["photo.jpg"] * 6, "--out", "x.png"], "one to five photos"),
        (
            ["compose", "README.md", "--out", "x.png", "--label", "ENFP"],
            "README.md: the file is not a picture",
        ),
        (["morph", "--label", "ENFP", "--label", "INTJ", "--out", "film.gif"], "must be one of .mp4, .webp"),
        (["morph", "--label", "ENFP", "--out", "film.mp4"], "at least 2 items"),
        (["morph", "--label", "A", "--label", "B", "--size", "65", "--out", "film.mp4"], "multiple of 2"),
        (["likeness", "--photos", "docker", "--contact-sheet", "sheet.png"], "holds no photos"),
        (["bench", "--photo", "README.md"], "README.md: the file is not a picture"),
        (["bench", "--config", "77"], "no configuration 77"),
        (["bench", "--device", "quantum"], "no device quantum"),
        (["bench", "--photo", "no/such/photo.jpg"], "cannot be read"),
        (["bench", "--config", "256", "--photo", "photo.jpg"], "--config"),
        (["bench", "--plot", str(ROOT / "pyproject.toml")], "plots"),
    ],
)
def test_errors_are_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    code, err = here(monkeypatch, capsys, *arguments)
    assert code == 2
    assert says in err
    assert len(err.strip().splitlines()) == 1


async def test_wrong_words_are_told_before_torch_is_loaded(tmp_path: Path, photo: bytes) -> None:
    """Torch takes seconds to load. Another in its place ends the process."""
    (tmp_path / "torch.py").write_text("raise SystemExit(99)")
    (tmp_path / "couple.jpg").write_bytes(couple())
    (tmp_path / "photo.jpg").write_bytes(photo)
    path = {"PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT)))}
    wrong = [
        ["serve", "--pack", "nowhere"],
        ["render", "--label", "ENFP", "--out", "nowhere/x.png"],
        ["project", "couple.jpg", "--out", "x.png"],
        ["compose", "couple.jpg", "--label", "ENFP", "--out", "x.png"],
        ["morph", "--label", "ENFP", "--out", "x.mp4"],
        ["likeness", "--photos", ".", "--contact-sheet", "nowhere/x.png"],
        ["bench", "--photo", "couple.jpg"],
    ]
    right = ["render", "--label", "ENFP", "--out", "x.png"]

    for arguments in [*wrong, right]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "inference", *arguments, cwd=tmp_path, stderr=PIPE, env=os.environ | path
        )
        err = (await process.communicate())[1].decode()
        assert process.returncode == (99 if arguments is right else 2), (arguments, err)


def test_of_several_faces_the_boxes_are_told_as_they_are_taken(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tiny_folder: Path, tmp_path: Path
) -> None:
    two, out = tmp_path / "couple.jpg", tmp_path / "x.png"
    two.write_bytes(couple())
    common = ["--out", str(out), "--pack", str(tiny_folder)]
    for command in (["project", "--steps", "0"], ["compose", "--label", "ENFP"]):
        code, told = here(monkeypatch, capsys, *command, str(two), *common)
        boxes = re.findall(r"^  \d: (\d+,\d+,\d+,\d+)$", told, re.MULTILINE)
        assert (code, len(boxes)) == (2, 2), told
        code, told = here(monkeypatch, capsys, *command, str(two), "--box", boxes[1], *common)
        assert (code, out.exists()) == (0, True), told
        out.unlink()


@pytest.mark.usefixtures("one_thread")
def test_a_search_that_stands_still_says_so(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tiny_folder: Path,
    tmp_path: Path,
    photo: bytes,
) -> None:
    selfie = tmp_path / "photo.jpg"
    selfie.write_bytes(photo)
    common = ["project", str(selfie), "--out", str(tmp_path / "x.png"), "--pack", str(tiny_folder), "--steps"]
    code, told = here(monkeypatch, capsys, *common, "2000")
    assert code == 0, told
    steps = re.search(r"(\d+) steps in [\d.]+ s, settled; loss [\d.]+ before the last step", told)
    assert steps, told
    assert int(steps[1]) < 2000
    assert "100%" in told
    code, told = here(monkeypatch, capsys, *common, "0")
    assert (code, "where it begins" in told, "%" in told) == (0, True, False), told


def test_what_makes_it_slower_is_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(sys.stderr)
    serving._advise(Settings(devices=("cpu",), width=1))
    assert capsys.readouterr().err == ""
    serving._advise(Settings(devices=("cpu",), width=4))
    (width,) = capsys.readouterr().err.splitlines()
    assert "width above 1" in width


def test_of_a_python_warning_only_its_kind_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(sys.stderr)
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        logs.configure(sys.stderr)
        warnings.warn("Can't decode part secret_holiday.jpg", UserWarning, stacklevel=1)
    told = capsys.readouterr().err
    assert "UserWarning" in told
    assert "test_commands" in told
    assert "secret" not in told


@pytest.mark.parametrize("name", ["film.mp4", "film.webp"])
def test_a_morph_without_a_server(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tiny_folder: Path,
    tmp_path: Path,
    name: str,
) -> None:
    face = '{"kind": "seed", "seed": 5}'
    common = ["--seconds", "1", "--size", "64", "--pack", str(tiny_folder), "--out", str(tmp_path / name)]
    monkeypatch.setattr(Engine, "picture", lambda *_: np.zeros((512, 512, 3), np.uint8))
    held: set[int] = set()
    encode = files.encode
    monkeypatch.setattr(
        files, "encode", lambda drawn, **how: held.update(len(p) for p, _ in drawn) or encode(drawn, **how)
    )
    code, told = here(monkeypatch, capsys, "morph", "--label", "ENFP", "--face", face, *common)
    assert code == 0, told
    assert re.search(r"^\d+ frames in [\d.]+ s, the file in [\d.]+ s; \d+ kB$", told, re.MULTILINE), told
    data = (tmp_path / name).read_bytes()
    assert held == {64}, "no larger than in the film"
    assert (data[4:8] == b"ftyp") if name == "film.mp4" else synthetic(data)


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


@pytest.mark.usefixtures("one_thread")
def test_what_is_projected_is_drawn_by_the_upscaler(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, photo: bytes
) -> None:
    """The shipped pack has one; plain interpolation is softer."""
    monkeypatch.setenv("TYPEFACE_INFERENCE_THREADS", "1")
    selfie, found, latent = (tmp_path / name for name in ("photo.jpg", "found.png", "face.json"))
    selfie.write_bytes(photo)
    command = ["project", str(selfie), "--out", str(found), "--latent", str(latent), "--steps", "0"]
    assert here(monkeypatch, capsys, *command, "--pack", str(STARTER))[0] == 0
    engine = Engine(load(STARTER))
    face = FacePicture(face=LatentFace.model_validate_json(latent.read_text()))
    with Image.open(found) as image:
        assert np.array_equal(np.asarray(image), engine.picture(UpscalePicture(picture=face)))
    assert engine.picture(face).shape == (64, 64, 3)
