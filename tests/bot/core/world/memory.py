"""The store's twin in memory: what `db.store.Store` answers, a thousand times as fast.

`test_memory.py` plays the same calls on both and compares. Codes and ids are counted, so that a text shows whose they
are. `touched` holds whom a call wrote about, `saved` every state; the next call of a name in `failing` fails.
"""

from __future__ import annotations

from tests.bot.core.world.own import Own
from tests.bot.core.world.shared import Shared


class Memory(Own, Shared):
    """Every method as in `bot.core.ports.Store`."""
