"""Bad input in the terminal, with the real core and database: each line has one clear outcome."""

from __future__ import annotations

import asyncio
import io
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.terminal.adapter import TerminalAdapter, TerminalOptions
from bot.core.house import House
from bot.core.service import Service
from bot.core.wording import say
from db.settings import load
from db.store import Store, open_store, upgrade
from tests.bot.core.fakes import FakeDrawing, FakeFaces

Said = dict[str, Any]


class Room:
    """One house; each person sits at a terminal of their own, which remembers its buttons."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.folder, self.faces, self.drawing, self._store = folder, FakeFaces(), FakeDrawing(), store
        (folder / "me.jpg").write_bytes(b"selfie")
        self.started()

    def started(self) -> None:
        """As after a restart: only what is stored is left."""
        self.service = Service(self.faces, self._store, self.drawing, time, House(3600))
        self._terminals: dict[str, TerminalAdapter] = {}

    async def typed(self, *lines: str, who: str = "ann") -> list[Said]:
        options = TerminalOptions(who, json=True, out=self.folder / "album", pace_seconds=0)
        terminal = self._terminals.setdefault(who, TerminalAdapter(self.service, options))
        written = io.StringIO()
        text = "".join(f"{line}\n" for line in lines)
        assert await terminal.run(io.BytesIO(text.encode()), written) == 0
        return [json.loads(line) for line in written.getvalue().splitlines()]

    async def blended(self, who: str = "ann") -> Said:
        await self.typed("/mbti ENFP female", f"@{self.folder / 'me.jpg'}", who=who)
        return (await self.typed("1", who=who))[-1]


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    settings = load({"TYPEFACE_HOME": str(tmp_path / "home")})
    settings.home.mkdir(mode=0o700)
    await asyncio.to_thread(upgrade, settings)
    store = await open_store(settings)
    yield Room(store, tmp_path)
    await store.close()


def number(said: Said, key: str) -> str:
    """What is typed for a button."""
    return next(str(one["n"]) for one in said["buttons"] if one["label"] == say("en", key))


NASTY = {
    "endless": ("Is this my type? " * 300)[:5000],
    "one word": "x" * 5000,
    "right to left": "\u202eשלום\u202c \u2067abc\u2069",
    "no width": "E\u200bN\u200dF\ufeffP",
    "marked up": "**b** <b>b</b> [x](y) @everyone",
}


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
async def test_any_words_have_one_answer(room: Room, text: str) -> None:
    await room.blended()
    for line in (text, f"/mbti {text}", f"/show {text}", f"/card {text}", f"/us {text}", f"/{text}"):
        replies = await room.typed(line)
        assert len(replies) == 1 and replies[0]["text"]
        assert not set(replies[0]["text"]) & set("\u202e\u2067\u200b\u200d\ufeff")


async def test_people_at_other_terminals_have_names(room: Room) -> None:
    """`/us @bob` asks who sits there as bob; no file is looked for, and `@` is a letter on a card too."""
    for who in ("ann", "bob"):
        await room.blended(who)
    (asked,) = await room.typed("/us @bob")
    assert asked["code"] == "us_asked"
    code = asked["text"].rsplit("/us ", 1)[1].split()[0]
    await room.typed(number(asked, "button-us-agree"))
    (refused,) = await room.typed(f"/us {code}", who="eve")
    assert refused["code"] == "us_over"
    (stands,) = await room.typed(f"/us {code}", who="bob")
    (picture,) = await room.typed(number(stands, "button-us-agree"), who="bob")
    assert picture["kind"] == "picture"
    await room.typed("/card hello @bob", who="ann")
    assert (room.drawing.cards[-1].name, room.drawing.cards[-1].line) == ("ann", "hello @bob")


async def test_ten_presses_after_a_restart_after_forget_and_of_a_deleted_picture(room: Room) -> None:
    shown = await room.blended()
    more = number(shown, "button-more-me")
    steps = await room.typed(more, *["/undo", number(shown, "button-more-me")] * 5)
    assert all(said["kind"] == "picture" for said in steps)
    (gallery,) = await room.typed("/gallery")
    code = gallery["buttons"][0]["label"]
    (one,) = await room.typed("1")
    (sure,) = await room.typed(number(one, "button-toss"))
    (gone,) = await room.typed(number(sure, "button-toss-sure"))
    assert gone["text"] == say("en", "tossed", code=code)
    (told,) = await room.typed(f"/show {code}")
    assert told["code"] == "unknown_code"
    room.started()
    unknown, back, face = await room.typed("1")
    assert (unknown["code"], back["code"], face["kind"]) == ("no_such_button", "back", "picture")
    (still,) = await room.typed("/me")
    assert still["kind"] == "picture"
    (sure,) = await room.typed("/forget")
    await room.typed(number(sure, "button-forget-sure"))
    rendered = len(room.faces.rendered)
    (asked,) = await room.typed("/me")
    assert asked["code"] == "ask_type"
    assert len(room.faces.rendered) == rendered


async def test_what_is_for_servers_and_owners_is_refused(room: Room) -> None:
    for line, code in (
        ("/admin", "only_in_community"),
        ("/types", "only_in_community"),
        ("/health", "owners_only"),
    ):
        (said,) = await room.typed(line)
        assert said["code"] == code and said["buttons"]
