"""The photos in memory, and the jobs that run on them."""

from __future__ import annotations

import asyncio

from bot.core.effects import CancelJob, Drop, Hold, Spare
from bot.core.events import Command, PhotoSent
from bot.core.hand import Hand
from bot.core.photos import Photos
from bot.core.run import Run


def hand(photos: Photos) -> Hand:
    async def hold(run: Run, effect: Hold) -> None:
        """Keep the event's photo, and see that it is gone in time even if nobody ever asks for it."""
        assert isinstance(run.event, PhotoSent | Command) and run.event.photo
        run.check()
        held = photos.hold(run.key, run.event.photo.data, spare=effect.spare)
        asyncio.get_running_loop().call_later(photos.left(held) + 0.01, photos.sweep)

    async def spare(run: Run, effect: Spare) -> None:
        photos.set_spare(run.key, effect.spare)

    async def drop(run: Run, _: Drop) -> None:
        photos.drop(run.key)

    async def cancel(run: Run, effect: CancelJob) -> None:
        running = run.presence.running.get(run.chat)
        if running and running.number == effect.job:
            running.stop("cancelled")

    return Hand({Hold: hold, Spare: spare, Drop: drop, CancelJob: cancel})
