"""The main job through the terminal, with the real core behind it and recording fakes at the core's ports."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.terminal.adapter import TerminalAdapter, TerminalOptions
from bot.core.house import House
from bot.core.service import Service
from bot.core.wording import say
from tests.bot.adapters.terminal.test_terminal import Tty
from tests.bot.core import fakes
from tests.bot.core.world.memory import Memory


async def test_from_the_type_to_the_best_match_in_a_pipe(tmp_path: Path) -> None:
    faces = fakes.FakeFaces()
    service = Service(faces, Memory(), fakes.FakeDrawing(), fakes.FakeClock(), House(24 * 3600))
    (tmp_path / "me.jpg").write_bytes(b"selfie")
    lines = f"/mbti ABCD\n/mbti ENFP female\n@{tmp_path / 'me.jpg'}\n1\n1\n/match male\n"
    written = io.StringIO()
    adapter = TerminalAdapter(service, TerminalOptions("ann", json=True, out=tmp_path / "album"))
    assert await adapter.run(io.BytesIO(lines.encode()), written) == 0
    await service.close()
    replies = [json.loads(line) for line in written.getvalue().splitlines()]
    assert replies[0]["code"] == "unknown_type"
    pictures = [reply for reply in replies if reply["kind"] == "picture"]
    assert len(pictures) == 4
    assert [Path(reply["file"]).name[:5] for reply in pictures] == ["0001-", "0002-", "0003-", "0004-"]
    assert all((tmp_path / reply["file"]).read_bytes() == fakes.JPEG for reply in pictures)
    assert any(reply["kind"] == "progress" for reply in replies)
    assert replies[-1]["buttons"]
    faces.assert_type("ISTJ", "male")


async def test_in_my_photo_in_a_pipe(tmp_path: Path) -> None:
    faces = fakes.FakeFaces()
    faces.looks_while_queued = True
    service = Service(faces, Memory(), fakes.FakeDrawing(), fakes.FakeClock(), House(24 * 3600))
    (tmp_path / "me.jpg").write_bytes(b"selfie")
    written = io.StringIO()
    options = TerminalOptions("ann", json=True, out=tmp_path / "album", pace_seconds=0)
    adapter = TerminalAdapter(service, options)

    async def typed(line: str) -> list[dict[str, Any]]:
        start = written.tell()
        assert await adapter.run(io.BytesIO(f"{line}\n".encode()), written) == 0
        return [json.loads(each) for each in written.getvalue()[start:].splitlines()]

    await typed("/mbti ENFP female")
    await typed(f"@{tmp_path / 'me.jpg'}")
    *progress, blended = await typed("1")
    assert say("en", "progress-queued", position=2, seconds=20) in [reply["text"] for reply in progress]
    numbers = {button["label"]: button["n"] for button in blended["buttons"]}
    began, composed = await typed(str(numbers[say("en", "button-in-photo")]))
    assert (began["kind"], began["text"]) == ("progress", say("en", "progress-compose"))
    assert (composed["kind"], composed["text"]) == ("picture", say("en", "composed-caption", type="ENFP"))
    assert Path(composed["file"]).read_bytes() == fakes.COMPOSED
    assert Path(composed["file"]).name.endswith("typeface-ENFP-photo.jpg")
    await service.close()


@pytest.mark.parametrize("person", ["ann", "new"])
async def test_who_comes_back_is_shown_the_last_panel_and_its_numbers_are_good(
    tmp_path: Path, person: str
) -> None:
    faces, store = fakes.FakeFaces(), Memory()

    async def chat(who: str, *lines: str) -> list[dict[str, Any]]:
        """The bot and the chat begin anew; only the store is as it was."""
        service = Service(faces, store, fakes.FakeDrawing(), fakes.FakeClock(), House(24 * 3600))
        written = io.StringIO()
        adapter = TerminalAdapter(service, TerminalOptions(who, json=True, out=tmp_path / "album"))
        assert await adapter.run(io.BytesIO("".join(f"{line}\n" for line in lines).encode()), written) == 0
        await service.close()
        return [json.loads(line) for line in written.getvalue().splitlines()]

    *_, panel = await chat("ann", "/mbti ENFP female", "/edit")
    mistake, *after = await chat(person, "1", "1")
    assert mistake["code"] == "no_such_button"
    if person == "new":
        welcome, types = after
        assert welcome["text"].startswith(say("en", "welcome"))
        assert types["code"] == "ask_type"
        return
    told, shown, *pressed = after
    assert (told["code"], shown["kind"]) == ("back", "picture")
    assert say("en", "back-type", type="ENFP") in told["text"]
    assert Path(shown["file"]).read_bytes() == Path(panel["file"]).read_bytes()
    assert shown["buttons"]
    assert pressed
    assert "no_such_button" not in [reply["code"] for reply in pressed]


async def test_on_a_terminal_who_comes_back_is_greeted_with_the_open_question(tmp_path: Path) -> None:
    service = Service(fakes.FakeFaces(), Memory(), fakes.FakeDrawing(), fakes.FakeClock(), House(24 * 3600))

    async def chat(lines: bytes) -> str:
        written = Tty()
        adapter = TerminalAdapter(service, TerminalOptions("ann", out=tmp_path))
        assert await adapter.run(io.BytesIO(lines), written) == 0
        return written.getvalue()

    first = await chat(b"/mbti ENFP\n")
    assert say("en", "welcome").split("\n")[0] in first
    assert say("en", "back") not in first
    again = await chat(b"")
    assert say("en", "back") in again
    assert f"[1] {say('en', 'choice-female')}" in again
    await service.close()
