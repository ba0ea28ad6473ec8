"""Turns: whatever the network does to calls, no window of the platform's clock has too many."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.core.turns import Rate, Turns, Window
from tests.bot.core.fakes import FakeClock

EVERY, EACH = Rate(6, 0.2), Rate(3, 0.3)


def worst(taken: list[float], seconds: float) -> int:
    """The most calls of any window of the platform's clock."""
    return max(sum(at <= one < at + seconds for one in taken) for at in taken)


def turns(every: Rate = EVERY, each: Rate = EACH) -> Turns:
    return Turns(every, lambda _: (each,))


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_no_window_has_too_many_however_long_calls_travel() -> None:
    """Calls reach the platform at any time between their begin and their end."""
    lot, ours = random.Random(1), turns()
    taken: list[tuple[int, float]] = []

    async def call(key: int) -> None:
        async with ours.turn(key):
            await asyncio.sleep(lot.random() * 0.1)
            taken.append((key, time.monotonic()))
            await asyncio.sleep(lot.random() * 0.1)

    await asyncio.gather(*(call(number % 5) for number in range(40)))
    assert len(taken) == 40
    assert worst([at for _, at in taken], EVERY.seconds) <= EVERY.most
    for key in range(5):
        assert worst([at for one, at in taken if one == key], EACH.seconds) <= EACH.most


def test_a_place_is_held_until_a_window_after_the_end() -> None:
    window = Window(Rate(2, 10))
    window.begin()
    assert (window.free(0), window.wait(0)) == (1, 0)
    window.begin()
    assert window.wait(100) == float("inf")
    window.end(100)
    assert (window.wait(104), window.free(109.9), window.free(110)) == (6, 0, 1)
    assert not window.idle(110)


@asynccontextmanager
async def busy(ours: Turns, key: int, times: int) -> AsyncIterator[list[asyncio.Task[None]]]:
    """So many places of a key are taken."""
    gate = asyncio.Event()

    async def call() -> None:
        async with ours.turn(key):
            await gate.wait()

    tasks = [asyncio.create_task(call()) for _ in range(times)]
    await settle()
    yield tasks
    gate.set()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_first_come_first_served_but_a_full_chat_keeps_nobody_else_waiting() -> None:
    ours = turns(Rate(100, 1), Rate(1, 0.05))
    order: list[tuple[int, int]] = []

    async def call(key: int, number: int) -> None:
        async with ours.turn(key):
            order.append((key, number))

    async with busy(ours, 1, 1):
        late = [asyncio.create_task(call(1, number)) for number in range(3)]
        await settle()
        await call(2, 0)
        assert order == [(2, 0)]
    await asyncio.gather(*late)
    assert order == [(2, 0), (1, 0), (1, 1), (1, 2)]


async def test_who_gives_up_waiting_leaves_no_trace() -> None:
    ours = turns(Rate(100, 1), Rate(1, 0.01))
    async with busy(ours, 1, 1):
        waiting = asyncio.create_task(ours.begin(1))
        await settle()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    async with asyncio.timeout(10):
        await ours.begin(1)


async def test_who_gives_up_as_their_turn_comes_gives_it_back() -> None:
    ours = turns(Rate(100, 1), Rate(1, 0))
    await ours.begin(1)
    waiting = asyncio.create_task(ours.begin(1))
    await settle()
    ours.end(1)  # it is their turn from here on, but they have not heard of it
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    async with asyncio.timeout(10):
        await ours.begin(1)


async def test_progress_leaves_half_of_all_places_to_answers() -> None:
    ours = turns(Rate(8, 60), Rate(4, 60))
    async with busy(ours, 1, 1):
        assert ours.spare(1)
    assert ours.spare(1)
    async with busy(ours, 1, 1):
        assert not ours.spare(1)
        assert ours.spare(2)
        async with busy(ours, 3, 2):
            assert not ours.spare(2), "half of all is taken"


async def test_silence_that_is_asked_for_is_kept() -> None:
    clock = FakeClock()
    ours = Turns(Rate(9, 1), lambda _: (Rate(9, 1),), clock)
    ours.hush(1, 0.1)
    ours.hush(1, 0.05)
    waiting = asyncio.create_task(ours.begin(1))
    await settle()
    assert not waiting.done() and not ours.spare(1)
    async with asyncio.timeout(10):
        await ours.begin(2)
        clock.now += 0.1
        await waiting
    assert ours.spare(1)


async def test_idle_keys_are_forgotten() -> None:
    clock = FakeClock()
    ours = Turns(Rate(10**6, 1), lambda _: (Rate(1, 1),), clock)
    for key in range(2500):
        async with ours.turn(key):
            pass
        clock.now += 0.01
    assert len(ours._places) <= 1001
