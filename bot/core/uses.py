"""Quotas: long work is taken from a person's day, and given back when it fails by no doing of theirs."""

from __future__ import annotations

from bot.core.effects import Ended, Failed, Job, ManyFound, Outcome
from bot.core.ports import Store
from bot.core.run import Run

_CODES = {"quota": "quota_used", "cooldown": "cooldown"}
_OWN_DOING = frozenset({"cancelled"})
"""Failures that are a person's own wish."""


class Uses:
    """One use is one job: a face found in a photo, put into one, or a film; its uncompressed file is none."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def take(self, run: Run, job: Job) -> Failed | None:
        """Take one use for the job; why not, if not."""
        origin, place = run.event.origin, run.place
        limit, cooldown = place.quota, place.settings.cooldown
        if not job.costs or (limit is None and not cooldown):
            return None
        async with run.writing():
            quota = await self._store.take_quota(run.ref, origin.community, limit=limit, cooldown=cooldown)
        run.used = not quota.refused
        return Failed(job, _CODES[quota.refused], quota.wait) if quota.refused else None

    async def settle(self, run: Run, outcome: Outcome) -> None:
        """Give the use back when nothing came of it."""
        if run.used and not _made(outcome):
            async with run.writing():
                await self._store.give_back(run.ref, run.event.origin.community)
        run.used = False


def _made(outcome: Outcome) -> bool:
    """Where a photo had several faces, only the one that is picked is a use."""
    if isinstance(outcome, Failed):
        return outcome.code in _OWN_DOING
    return isinstance(outcome, Ended) and not isinstance(outcome, ManyFound)
