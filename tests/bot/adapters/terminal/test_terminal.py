"""The terminal adapter on streams: bytes in, lines out."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import shlex
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from bot.adapters.terminal.adapter import TerminalAdapter, TerminalOptions
from bot.core.events import MAX_PHOTO_BYTES, Command, Event, Origin, PhotoSent, Press, TextSent
from bot.core.replies import Button, Picture, Progress, Reply, Shown, Text
from bot.core.wording import pick, say
from tests.bot.adapters.terminal.waiting import until

KEYS = {"kind", "text", "file", "buttons", "progress", "code"}
PHOTO = Picture(b"\xff\xd8 not read by anyone", "image/jpeg", "typeface-enfp.jpg", "A face")
MENU = ((Button("Woman", "w"), Button("Man", "m")), (Button("Either", "e"),))


class Handler:
    """Records events; answers photos with progress and a picture, `menu` with buttons, else with an echo."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.closed = 0
        self.hold = asyncio.Event()
        self.hold.set()
        self.chosen = ""

    async def language(self, origin: Origin) -> str:
        return self.chosen or pick(origin.locale)

    async def handle(self, event: Event) -> AsyncGenerator[Reply]:
        self.events.append(event)
        try:
            if isinstance(event, PhotoSent) and event.photo.problem:
                yield Text("Too large.", code=event.photo.problem)
            elif isinstance(event, PhotoSent):
                for step in range(5):
                    yield Progress("Blending", step / 5)
                await self.hold.wait()
                yield Shown(PHOTO, "That is you.\nLike it?", ((Button("More me", "more"),),))
            elif isinstance(event, TextSent) and event.text == "menu":
                yield Text("Who?", MENU)
            elif isinstance(event, TextSent) and event.text == "both":
                yield Shown(PHOTO, "A face.", ((Button("More me", "more"),),))
                yield Text("Who?", MENU)
            elif isinstance(event, TextSent) and event.text == "away":
                yield Text("Nobody answers.", code="unreachable")
            else:
                yield Text(f"first line\n  second line of {type(event).__name__}")
        finally:
            self.closed += 1


@contextmanager
def pipe() -> Iterator[tuple[BinaryIO, io.FileIO]]:
    """What is typed into the second end is read from the first."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stdin, os.fdopen(writing, "wb", buffering=0) as typing:
        yield stdin, typing


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


async def chat(handler: Handler, lines: bytes, out: Path, **options: Any) -> tuple[int, str]:
    written = io.StringIO()
    adapter = TerminalAdapter(handler, TerminalOptions(out=out, **options))
    code = await adapter.run(io.BytesIO(lines), written)
    return code, written.getvalue()


async def chat_json(handler: Handler, lines: bytes, out: Path, **options: Any) -> list[dict[str, Any]]:
    code, written = await chat(handler, lines, out, json=True, **options)
    assert code == 0
    replies = [json.loads(line) for line in written.splitlines()]
    assert all(set(reply) == KEYS for reply in replies)
    return replies


async def test_each_line_becomes_its_event(tmp_path: Path) -> None:
    handler = Handler()
    photo = tmp_path / "a b.jpg"
    photo.write_bytes(b"bytes")
    lines = f'/mbti ENFP female\n\n@{photo}\n  hello there \n@"{photo}"\n/me @{photo}\n/START\r\n'
    await chat(handler, lines.encode(), tmp_path, person="ann", locale="ko-KR")
    mbti, sent, text, quoted, me, start = handler.events
    assert isinstance(mbti, Command)
    assert (mbti.name, mbti.options, mbti.photo) == ("mbti", {"text": "ENFP female"}, None)
    assert isinstance(sent, PhotoSent)
    assert isinstance(quoted, PhotoSent)
    assert sent.photo.data == quoted.photo.data == b"bytes"
    assert isinstance(text, TextSent)
    assert text.text == "hello there"
    assert isinstance(me, Command)
    assert me.photo is not None
    assert (me.name, me.options, me.photo.data) == ("me", {}, b"bytes")
    assert isinstance(start, Command)
    assert start.name == "start"
    assert {(e.origin.person.platform, e.origin.person.id) for e in handler.events} == {("terminal", "ann")}
    assert {(e.origin.chat, e.origin.locale) for e in handler.events} == {("terminal", "ko")}
    assert len({e.origin.update for e in handler.events}) == len(handler.events)


async def test_a_number_presses_that_button_of_the_last_menu(tmp_path: Path) -> None:
    handler = Handler()
    replies = await chat_json(handler, b"7\nmenu\n3\nhello\n1\n4\n0\n99999999999999999999\n", tmp_path)
    assert [reply["code"] for reply in replies] == [
        # Before any menu, where the person stands is asked for and shown.
        *("no_such_button", None, None, None, None, None),
        *("no_such_button", "no_such_button", "no_such_button"),
    ]
    assert replies[2]["kind"] == "menu"
    assert replies[2]["buttons"] == [
        {"n": 1, "label": "Woman"},
        {"n": 2, "label": "Man"},
        {"n": 3, "label": "Either"},
    ]
    assert [event.payload for event in handler.events if isinstance(event, Press)] == ["e", "w"]


async def test_what_a_button_says_presses_it(tmp_path: Path) -> None:
    handler = Handler()
    await chat_json(handler, b"woman\nmenu\nMAN\nmenu\nwomen\n", tmp_path)
    assert [event.payload for event in handler.events if isinstance(event, Press)] == ["m"]
    told = [event.text for event in handler.events if isinstance(event, TextSent)]
    assert told == ["woman", "menu", "menu", "women"]


async def test_the_buttons_of_one_answer_are_numbered_on(tmp_path: Path) -> None:
    handler = Handler()
    replies = await chat_json(handler, b"both\n1\n4\nmenu\n1\n", tmp_path)
    assert [[one["n"] for one in reply["buttons"]] for reply in replies[:2]] == [[1], [2, 3, 4]]
    assert [event.payload for event in handler.events if isinstance(event, Press)] == ["more", "e", "w"]


async def test_json_tells_progress_and_the_picture_file(tmp_path: Path) -> None:
    photo = tmp_path / "me.jpg"
    photo.write_bytes(b"bytes")
    first, last = await chat_json(Handler(), f"@{photo}\n".encode(), tmp_path / "new" / "album")
    # Five steps at once: only the first is told within a second.
    assert (first["kind"], first["progress"], first["file"]) == ("progress", 0.0, None)
    assert (last["kind"], last["progress"], last["code"]) == ("picture", None, None)
    assert last["text"] == "That is you.\nLike it?"
    assert (tmp_path / last["file"]).read_bytes() == PHOTO.data
    assert last["buttons"] == [{"n": 1, "label": "More me"}]


async def test_pictures_are_never_overwritten(tmp_path: Path) -> None:
    photo = tmp_path / "me.jpg"
    photo.write_bytes(b"bytes")
    album = tmp_path / "album"
    for _ in range(2):
        await chat_json(Handler(), f"@{photo}\n@{photo}\n".encode(), album)
    assert sorted(path.name for path in album.iterdir()) == [
        f"{n:04d}-typeface-enfp.jpg" for n in range(1, 5)
    ]


@pytest.mark.parametrize(
    "path", ["gone.jpg", "", ".", "/dev/zero", "~nobody-of-this-name/x.jpg", "a\0b", "x" * 5000]
)
async def test_a_file_that_is_not_there_is_told(tmp_path: Path, path: str) -> None:
    handler = Handler()
    (reply,) = await chat_json(handler, f"@{path}\n".encode(), tmp_path)
    assert (reply["kind"], reply["code"]) == ("text", "no_such_file")
    assert handler.events == []


async def test_the_terminals_own_words_follow_the_chosen_language(tmp_path: Path) -> None:
    handler = Handler()
    handler.chosen = "ko"
    photo = tmp_path / "me.jpg"
    photo.write_bytes(b"bytes")
    _, written = await chat(handler, f"@{photo}\n@gone.jpg\n77\n".encode(), tmp_path, locale="en")
    *_, shown, gone, number = written.splitlines()
    assert f"({say('ko', 'terminal-file')}: " in shown
    assert gone == say("ko", "terminal-no-such-file", path="gone.jpg")
    assert number == say("ko", "terminal-no-such-button", number="77")


async def test_a_relative_path_and_the_home_folder_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "me.jpg").write_bytes(b"bytes")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    handler = Handler()
    await chat_json(handler, b"@me.jpg\n@./me.jpg\n@~/me.jpg\n", tmp_path)
    assert [event.photo.data for event in handler.events if isinstance(event, PhotoSent)] == [b"bytes"] * 3


@pytest.mark.parametrize("at", [b"", b"@"])
async def test_a_dropped_file_is_a_photo(tmp_path: Path, at: bytes) -> None:
    """As terminals write it: in quotes, with backslashes, or as a link."""
    photo = tmp_path / "제 사진's (1).jpg"
    photo.write_bytes(b"bytes")
    plain, quoted = str(photo), shlex.quote(str(photo))
    escaped = re.sub(r"([ '()])", r"\\\1", plain)
    lines = b"".join(
        at + form.encode() + b"\n" for form in (plain, quoted, escaped, f'"{plain}"', photo.as_uri())
    )
    handler = Handler()
    await chat_json(handler, lines, tmp_path)
    assert [e.photo.data for e in handler.events if isinstance(e, PhotoSent)] == [b"bytes"] * 5


async def test_what_names_no_file_is_text_or_a_command_as_ever(tmp_path: Path) -> None:
    lines = f"/help\n{tmp_path}\n{tmp_path}/gone.jpg\n'it's\nfile://\n~\n/\0\n"
    handler = Handler()
    await chat_json(handler, lines.encode(), tmp_path)
    assert len(handler.events) == 7
    assert not any(isinstance(event, PhotoSent) for event in handler.events)


async def test_a_file_name_keeps_bytes_that_are_no_text(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/caf\xe9.jpg"
    (tmp_path / os.fsdecode(b"caf\xe9.jpg")).write_bytes(b"bytes")
    handler = Handler()
    await chat_json(handler, b"@" + name + b"\n", tmp_path)
    (event,) = handler.events
    assert isinstance(event, PhotoSent)
    assert event.photo.data == b"bytes"


async def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.jpg"
    with huge.open("wb") as file:
        file.truncate(MAX_PHOTO_BYTES + 1)
    (reply,) = await chat_json(Handler(), f"@{huge}\n".encode(), tmp_path)
    assert reply["code"] == "too_large"


async def test_bytes_that_are_no_text_are_survived(tmp_path: Path) -> None:
    handler = Handler()
    await chat_json(handler, b"\xff\xfe hello\n/mbti \xff\n\x00\n" + b"y" * 100_000 + b"\nlast", tmp_path)
    texts = [event.text for event in handler.events if isinstance(event, TextSent)]
    assert texts[0] == "\ufffd\ufffd hello"
    assert texts[-1] == "last"
    assert len(handler.events) == 5
    assert all(text.encode() for text in texts)


async def test_people_read_one_line_a_reply(tmp_path: Path) -> None:
    photo = tmp_path / "me.jpg"
    photo.write_bytes(b"bytes")
    code, written = await chat(Handler(), f"menu\nhi\n@{photo}\n9\n".encode(), tmp_path, locale="en")
    assert code == 0
    who, echo, progress, shown, none = written.splitlines()
    assert who == "Who?  [1] Woman  [2] Man  [3] Either"
    assert echo == "first line / second line of TextSent"
    assert progress.split() == ["0%", "Blending"]
    assert shown == f"That is you. / Like it?  (file: {tmp_path / '0001-typeface-enfp.jpg'})  [1] More me"
    assert none == "There is no button 9 now."


async def test_what_a_terminal_would_obey_is_not_printed(tmp_path: Path) -> None:
    code, written = await chat(Handler(), b"@\x1b[2Jgone\x07\n", tmp_path)
    assert code == 0
    assert written.isprintable() or written[:-1].isprintable()


async def test_korean_is_said_by_the_terminal_itself(tmp_path: Path) -> None:
    _, written = await chat(Handler(), b"9\n", tmp_path, locale="ko_KR.UTF-8")
    assert "버튼" in written


async def test_on_a_terminal_there_is_a_prompt_and_a_moving_line(tmp_path: Path) -> None:
    photo = tmp_path / "me.jpg"
    photo.write_bytes(b"bytes")
    written = Tty()
    adapter = TerminalAdapter(Handler(), TerminalOptions(out=tmp_path))
    assert await adapter.run(io.BytesIO(f"@{photo}\n".encode()), written) == 0
    text = written.getvalue()
    assert "\n> " in text
    assert "Blending" in text
    assert "That is you.\nLike it?\n" in text


async def test_the_next_line_is_read_when_the_answer_is_complete(tmp_path: Path) -> None:
    photo = tmp_path / "me.jpg"
    photo.write_bytes(b"bytes")
    handler = Handler()
    handler.hold.clear()
    with pipe() as (stdin, typing):
        adapter = TerminalAdapter(handler, TerminalOptions(out=tmp_path, json=True))
        written = io.StringIO()
        running = asyncio.ensure_future(adapter.run(stdin, written))
        typing.write(f"@{photo}\nhello\n".encode())
        await until(lambda: "progress" in written.getvalue())
        assert len(handler.events) == 1
        handler.hold.set()
        await until(lambda: len(handler.events) == 2)
        typing.close()
        assert await running == 0


async def test_an_interrupt_closes_the_running_answer_at_once(tmp_path: Path) -> None:
    photo = tmp_path / "me.jpg"
    photo.write_bytes(b"bytes")
    handler = Handler()
    handler.hold.clear()
    adapter = TerminalAdapter(handler, TerminalOptions(out=tmp_path))
    written = io.StringIO()
    running = asyncio.ensure_future(adapter.run(io.BytesIO(f"@{photo}\n".encode()), written))
    await until(lambda: "Blending" in written.getvalue())
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert handler.closed == 1


def test_an_interrupt_does_not_wait_for_the_enter_key(tmp_path: Path) -> None:
    """The loop closes, with its threads, while nobody types."""
    with pipe() as (stdin, _):

        async def interrupted() -> None:
            adapter = TerminalAdapter(Handler(), TerminalOptions(out=tmp_path))
            running = asyncio.ensure_future(adapter.run(stdin, io.StringIO()))
            await asyncio.sleep(0.1)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

        started = time.monotonic()
        asyncio.run(interrupted())
        assert time.monotonic() - started < 5


class Closed(io.StringIO):
    def write(self, _text: str) -> int:
        raise BrokenPipeError


async def test_a_reader_that_went_away_ends_the_chat(tmp_path: Path) -> None:
    adapter = TerminalAdapter(Handler(), TerminalOptions(out=tmp_path))
    assert await adapter.run(io.BytesIO(b"hi\n"), Closed()) == 1


async def test_a_folder_that_cannot_be_made_is_named_and_ends_the_chat(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = tmp_path / "me.jpg"
    photo.write_bytes(b"bytes")
    code, _ = await chat(Handler(), f"@{photo}\n".encode(), photo / "album")
    assert code == 2
    (told,) = capsys.readouterr().err.splitlines()
    assert str(photo / "album") in told
    assert "--out" in told


@pytest.mark.parametrize("line", [b"@", b"@ ", b"@''", b"/me @"])
async def test_a_photo_without_a_name_is_asked_for_its_name(tmp_path: Path, line: bytes) -> None:
    handler = Handler()
    (reply,) = await chat_json(handler, line + b"\n", tmp_path)
    assert reply["code"] == "no_such_file"
    assert "name" in reply["text"]
    assert handler.events == []


async def test_a_guest_of_a_house_that_is_away_is_told_what_to_do(tmp_path: Path) -> None:
    """Where this chat has its own server nobody has stopped it; programs get one answer a line, as ever."""
    told = say("en", "terminal-house-away")
    assert (await chat(Handler(), b"away\nhi\n", tmp_path, guest=True))[1].splitlines()[1] == told
    assert told not in (await chat(Handler(), b"away\n", tmp_path))[1]
    assert len(await chat_json(Handler(), b"away\n", tmp_path, guest=True)) == 1
