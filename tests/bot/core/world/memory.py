"""The store's twin in memory: what `db.store.Store` answers, a thousand times as fast.

`test_memory.py` plays the same calls on both and compares. Codes and ids are counted, so that a text shows whose they
are. `touched` holds whom a call wrote about, `saved` every state, `jobs` and `closed` what was written down of work
and walks. The next call of a name in `failing` fails, and all while it is `down`; calls wait for `pause`, by their
names, or all of them for that of "".
"""

from __future__ import annotations

from db.community import NOTHING_SET
from db.records import PersonRef, Standing
from tests.bot.core.world.own import Own
from tests.bot.core.world.shared import Shared


class Memory(Own, Shared):
    """Every method as in `bot.core.ports.Store`."""

    async def standing(self, person: PersonRef, chat: str, community: str | None, kind: str) -> Standing:
        await self._call("standing")
        row, newest = self.row(person), self._newest(person, kind)
        here = self.place(community) if community is not None else None
        return Standing(
            state=row.states.get(self.place(chat)),
            preferences=row.wishes,
            agreed=max(row.agreed, default=None),
            face=newest[0].id if newest else None,
            settings=self.settings.get(here, NOTHING_SET) if here is not None else NOTHING_SET,
            blocked=here is not None and person in self.blocking.get(here, {}),
        )

    def assert_nothing_about(self, person: PersonRef) -> None:
        """Nothing is held, and nothing at all was written after the person was forgotten."""
        assert person not in self.people
        assert person not in self.touched
