"""What is kept for pages is bounded: in number, in bytes, in time; and gone with /forget."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from bot.adapters.web.feed import ENDED_KEPT, Asked, Feed
from bot.adapters.web.feeds import Bounds, Feeds
from bot.adapters.web.reading import CrowdedError
from bot.core.replies import Picture, Progress, Reply, Shown, Text


async def replies(*said: str, gate: asyncio.Event | None = None) -> AsyncGenerator[Reply]:
    yield Progress("Waiting")
    if gate:
        await gate.wait()
    for text in said:
        yield Text(text, code="forgotten" if text == "forgotten" else None)


def asked(update: str, aside: bool = False) -> Asked:
    return Asked(update, {"text": update}, aside)


def kept(feed: Feed) -> list[dict[str, Any]]:
    return [json.loads(item.line) for item in feed.since(0)]


def texts(feed: Feed) -> list[str]:
    return [one["text"] for one in kept(feed) if one["kind"] == "text"]


async def settled(feed: Feed) -> None:
    while feed.running:
        await asyncio.sleep(0)


async def test_so_many_answers_run_of_one_and_of_all() -> None:
    feeds, gate = Feeds(Bounds(answers=2, all_answers=3)), asyncio.Event()
    for person, update in (("a", "1"), ("a", "2"), ("b", "3")):
        feeds.answer(person, asked(update), lambda: replies("done", gate=gate))
    feeds.answer("a", asked("1"), lambda: replies("twice"))
    for person in ("a", "c"):
        with pytest.raises(CrowdedError):
            feeds.answer(person, asked("4"), lambda: replies("more"))
    gate.set()
    await settled(feeds.of("a"))
    assert texts(feeds.of("a")) == ["done", "done"]
    feeds.answer("a", asked("4"), lambda: replies("more"))
    await feeds.close(1)


async def test_so_many_pages_listen() -> None:
    feeds = Feeds(Bounds(pages=1, all_pages=2))
    with feeds.listening("a"), feeds.listening("b"):
        for person in ("a", "c"):
            with pytest.raises(CrowdedError), feeds.listening(person):
                pass
    with feeds.listening("c"):
        pass


async def test_the_oldest_goes_first_and_the_newest_stays() -> None:
    feeds = Feeds(Bounds(bytes=2000, all_bytes=3000))
    for person in ("a", "b"):
        feeds.push(person, Text(person * 900))
        feeds.push(person, Text(person * 900 + "!"))
    assert texts(feeds.of("a")) == ["a" * 900 + "!"]
    assert texts(feeds.of("b"))[-1] == "b" * 900 + "!"
    assert sum(feeds.of(person).size for person in "ab") <= 3000


async def test_the_newest_answer_is_whole_however_large_it_is() -> None:
    feeds = Feeds(Bounds(bytes=2000))
    feeds.push("a", Text("x" * 9000))
    assert texts(feeds.of("a")) == ["x" * 9000], "a page that listens has not heard it yet"
    feeds.push("a", Text("short"))
    assert texts(feeds.of("a")) == ["short"]


async def test_many_large_answers_together_keep_within_the_room_of_all() -> None:
    feeds = Feeds(Bounds(bytes=2000, all_bytes=30_000))
    people = [str(number) for number in range(20)]
    for person in people:
        feeds.push(person, Text("x" * 9000))
        assert sum(feeds.of(one).size for one in people) <= 30_000
    assert texts(feeds.of("0")) == [] and texts(feeds.of("19")) == ["x" * 9000]


async def test_a_picture_of_two_goes_when_it_is_over_and_comes_no_more() -> None:
    """Other pictures stay, and so does that of another pair."""
    feeds = Feeds(Bounds())
    for pair in ("", "one", "two"):
        feeds.push("a", Shown(Picture(b"1", "image/png", f"{pair}.png", pair), pair=pair))
    feeds.push("a", Text("It is over", ended="one"))
    feeds.push("a", Shown(Picture(b"1", "image/png", "late.png", "late"), pair="one"))
    feed = feeds.of("a")
    assert [one["picture"]["name"] for one in kept(feed) if one["kind"] == "picture"] == [".png", "two.png"]
    assert texts(feed) == ["It is over"]
    assert feed.size == sum(len(item.line) for item in feed.items)


async def test_only_the_pairs_that_ended_last_are_remembered() -> None:
    """A picture that was drawn meanwhile comes at once or never."""
    feeds = Feeds(Bounds())
    for number in range(ENDED_KEPT + 1):
        feeds.push("a", Text("It is over", ended=f"pair {number}"))
    for number in (0, 1, ENDED_KEPT):
        name = f"{number}.png"
        feeds.push("a", Shown(Picture(b"1", "image/png", name, name), pair=f"pair {number}"))
    came = [one["picture"]["name"] for one in kept(feeds.of("a")) if one["kind"] == "picture"]
    assert came == ["0.png"]


async def test_what_is_old_is_let_go_and_an_aside_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("bot.adapters.web.feeds.time.monotonic", lambda: now)
    feeds = Feeds(Bounds(seconds=3600))
    feeds.answer("a", asked("1"), lambda: replies("kept"))
    feeds.answer("a", asked("2", aside=True), lambda: replies("aside"))
    feed = feeds.of("a")
    await settled(feed)
    assert sorted(texts(feed)) == ["aside", "kept"]
    now += 61
    feeds.tidy()
    assert texts(feed) == ["kept"]
    now += 3600
    feeds.tidy()
    assert kept(feed) == []
    assert feed.size == 0
    assert feeds.of("a") is not feed, "nothing is left of the person"


async def test_nothing_is_said_after_forget_but_that() -> None:
    feeds, gate = Feeds(Bounds()), asyncio.Event()
    feeds.answer("a", asked("1"), lambda: replies("before"))
    feeds.answer("a", asked("2"), lambda: replies("late", gate=gate))
    feed = feeds.of("a")
    while "before" not in texts(feed):
        await asyncio.sleep(0)
    feeds.answer("a", asked("3"), lambda: replies("forgotten"))
    gate.set()
    await settled(feed)
    assert [one.get("text", "") for one in kept(feed)] == ["forgotten", ""]


async def test_numbers_grow_when_a_feed_begins_anew() -> None:
    first, second = Feeds(Bounds()), Feeds(Bounds())
    first.push("a", Text("old"))
    second.push("a", Text("new"))
    assert kept(second.of("a"))[0]["number"] > kept(first.of("a"))[-1]["number"]


async def test_an_answer_that_is_cancelled_before_its_first_step_takes_no_place() -> None:
    """Its `finally` never runs."""
    feeds, gate = Feeds(Bounds(answers=1)), asyncio.Event()
    feed = feeds.of("a")
    feeds.answer("a", asked("1"), lambda: replies("never", gate=gate))
    feed.forget("2")
    for _ in range(3):
        await asyncio.sleep(0)
    assert not feed.running
    feeds.answer("a", asked("3"), lambda: replies("done"))
    await settled(feed)
    assert texts(feed) == ["done"]
