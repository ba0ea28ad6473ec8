"""Who blocks the bot while an answer of theirs is under way, be it in a group."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.core.events import PhotoSent
from bot.core.jobs import Ended
from bot.core.phrasing import Phrasing
from bot.core.presence import Presence, Running
from bot.core.replies import Progress, Shown
from bot.core.run import Run
from tests.bot.core.conftest import Bench
from tests.bot.core.people import ANN, BOB, command, final, press, selfie


async def agreed(bench: Bench) -> None:
    for person in (ANN, BOB):
        await bench.send(command("mbti", "ENFP", "female", person=person, chat="group"))
        await bench.send(press("agree", person=person, chat="group"))


@pytest.mark.parametrize("at", ["shrink", "standing", "save"])
async def test_a_photo_on_its_way_is_not_held_and_no_work_begins(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """They leave while it is made small, while the store tells of them, while it keeps where they stand."""
    await agreed(bench)

    def leaves(*_: object) -> None:
        bench.service.left(ANN)

    if at == "shrink":
        loop = asyncio.get_running_loop()

        def shrink(photo: bytes) -> bytes:
            loop.call_soon_threadsafe(leaves)
            return photo

        monkeypatch.setattr(bench.drawing, "shrink", shrink)
    else:
        real = getattr(bench.store, at)

        async def asked(*args: object, **more: object) -> object:
            monkeypatch.setattr(bench.store, at, real)
            leaves()
            return await real(*args, **more)

        monkeypatch.setattr(bench.store, at, asked)
    replies = await bench.send(selfie(chat="group"))
    assert final(replies).code == "cancelled"
    assert not any(isinstance(reply, Shown) for reply in replies)
    assert not bench.service._photos
    assert not bench.faces.projected
    assert not bench.row().faces
    # They may come back, and what comes then is theirs again.
    monkeypatch.undo()
    assert isinstance(final(await bench.send(selfie(chat="group"))), Shown)


async def test_work_in_a_group_ends_with_a_word_and_that_of_others_goes_on(bench: Bench) -> None:
    await agreed(bench)
    bench.faces.gate = asyncio.Event()
    begun = [asyncio.Event(), asyncio.Event()]

    async def answer(event: PhotoSent, place: int) -> object:
        last: object = None
        async for reply in bench.service.handle(event):
            last = reply
            if isinstance(reply, Progress):
                begun[place].set()
        return last

    anns = asyncio.create_task(answer(selfie(chat="group"), 0))
    bobs = asyncio.create_task(answer(selfie(person=BOB, chat="group"), 1))
    for event in begun:
        await event.wait()
    bench.service.left(ANN)
    assert getattr(await anns, "code", None) == "cancelled"
    bench.faces.gate.set()
    assert isinstance(await bobs, Shown)
    assert len(bench.service._photos) == 1


async def test_work_that_is_stopped_before_its_first_step_ends_too(bench: Bench) -> None:
    """A task that is cancelled before it runs comes to no `finally` of its own."""
    presence, phrasing = Presence(), Phrasing(ANN, "en")
    run = Run(selfie(), "c", presence, phrasing, presence.epoch)
    run.running = Running(1, "photo")

    async def source() -> AsyncIterator[bytes]:
        yield b"never asked for"

    followed = bench.service._jobs.follow(run, source(), 60, "photo_gone")
    ending = asyncio.ensure_future(anext(followed))
    await asyncio.sleep(0)
    assert run.running.task is not None
    run.running.stop("cancelled")
    ended = await asyncio.wait_for(ending, 20)
    assert isinstance(ended, Ended) and ended.code == "cancelled"
