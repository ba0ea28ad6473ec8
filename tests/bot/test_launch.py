"""Where a house's inference server is, as its notes tell it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.launch import InferenceProcess, Running, Whereabouts
from inference.transport import Server


@pytest.fixture
def other() -> Iterator[subprocess.Popen[bytes]]:
    """A process that lives until its standard input ends."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.communicate()


def test_a_house_that_starts_again_is_found_and_no_stranger_takes_its_place(
    tmp_path: Path, other: subprocess.Popen[bytes]
) -> None:
    first = Running(other.pid, "http://127.0.0.1:1", "one")
    first.write(tmp_path)
    find = Whereabouts(first, tmp_path)
    assert find() == Server("http://127.0.0.1:1", "one")
    second = Running(os.getppid(), "http://127.0.0.1:2", "two")
    second.write(tmp_path)
    assert find() == Server("http://127.0.0.1:2", "two")
    notes = tmp_path / "run.json"
    whole = notes.read_text()
    for broken in (whole[:-9], "", "[]", '{"pid": 1}', whole.replace('"http://127.0.0.1:2"', "7"), "\0"):
        notes.write_text(broken)
        assert find() == Server("http://127.0.0.1:2", "two"), broken
    first.write(tmp_path)
    assert find() == Server("http://127.0.0.1:1", "one")
    notes.unlink()
    assert find() == Server("http://127.0.0.1:1", "one"), "its process lives"
    other.communicate()
    assert find() is None, "whoever listens there now is not the house"
    first.write(tmp_path)
    assert find() is None
    second.write(tmp_path)
    assert find() == Server("http://127.0.0.1:2", "two")


def test_ones_own_server_is_looked_for_nowhere_else(tmp_path: Path) -> None:
    Running(os.getppid(), "http://127.0.0.1:2", "two").write(tmp_path)
    own = Whereabouts(Running(os.getpid(), "http://127.0.0.1:1", None), tmp_path)
    assert own() == Server("http://127.0.0.1:1", None)


def test_the_notes_are_for_their_owner_alone_and_never_half_written(tmp_path: Path) -> None:
    notes = Running(os.getpid(), "http://127.0.0.1:1", "a token")
    notes.write(tmp_path)
    before = (tmp_path / "run.json").open()  # whoever reads while they are written anew reads the old ones
    Running(os.getpid(), "http://127.0.0.1:2", "another").write(tmp_path)
    with before:
        assert "127.0.0.1:1" in before.read()
    assert oct((tmp_path / "run.json").stat().st_mode)[-3:] == "600"
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]
    assert "a token" not in repr(notes)


async def test_an_inference_server_that_cannot_be_started_now_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = InferenceProcess(tmp_path / "log")
    monkeypatch.setattr(server, "_arguments", ["-c", ""])  # one that ends at once
    spawn, tries, again = server._spawn, 0, asyncio.Event()

    async def short_of_memory() -> None:
        nonlocal tries
        tries += 1
        if tries == 2:
            raise OSError(12, "Cannot allocate memory")
        await spawn()
        if tries == 3:
            again.set()

    monkeypatch.setattr(server, "_spawn", short_of_memory)
    await server.start()
    async with asyncio.timeout(30):
        await again.wait()
    await server.stop()
