"""The store in memory, which the generated conversations are played on, answers as the real one does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from pydantic import BaseModel

from db.community import AuditEntry
from db.errors import StoreError
from db.records import PersonRef
from db.settings import load
from db.store import Store, open_store, upgrade
from tests.bot.core.world.memory import Memory

NAMED = {
    "keep_face": "face",
    "keep_making": "code",
    "share": "token",
    "invite": "pair",
    "block": "tag",
    "reset_quota": "tag",
}
"""Calls that hand out a name, which is another one in each store."""
DAY = 24 * 3600
SEEDS, CALLS = 3, 700


@dataclass
class Both:
    """The two stores, and what each calls the same things."""

    real: Store
    twin: Memory
    names: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    place: str = field(default_factory=lambda: uuid4().hex)
    people: tuple[PersonRef, ...] = field(
        default_factory=lambda: tuple(PersonRef("discord", uuid4().hex) for _ in range(3))
    )

    async def call(self, name: str, arguments: Callable[[int], tuple[Any, ...]], **options: Any) -> None:
        """The same call on both; `arguments` are told which store they are for."""
        found = [
            await answer(getattr(store, name)(*arguments(which), **options))
            for which, store in enumerate((self.twin, self.real))
        ]
        if name in NAMED and all(isinstance(one, str) for one in found):
            names = self.names.setdefault(NAMED[name], [])
            assert [names.index(one) for one in names if one[0] == found[0]] == [
                names.index(one) for one in names if one[1] == found[1]
            ]
            names += [(found[0], found[1])] if (found[0], found[1]) not in names else []
        else:
            assert self.plain(found[0], 0) == self.plain(found[1], 1), name

    def named(self, kind: str, number: int, which: int) -> str:
        """One of the names of that kind, or one that nothing has."""
        known = self.names.get(kind, [])
        nothing = {"tag": "0" * 8, "pair": "a" * 12}.get(kind, "ZZZZZZ")
        return known[-1 - number % min(4, len(known))][which] if known else nothing

    def plain(self, value: Any, which: int) -> Any:
        """Without the names of that store."""
        if isinstance(value, AuditEntry):
            return (value.at, value.who == "", value.key, self.plain((value.old, value.new), which))
        if is_dataclass(value):
            return {one.name: self.plain(getattr(value, one.name), which) for one in fields(value)}
        if isinstance(value, BaseModel):
            return value.model_dump()
        if isinstance(value, tuple | list):
            return [self.plain(one, which) for one in value]
        if isinstance(value, str):
            for kind, names in self.names.items():
                for number, name in enumerate(names):
                    value = value.replace(name[which], f"{kind} {number}")
        return value


async def answer(call: Any) -> Any:
    try:
        return await call
    except StoreError as error:
        return error.code


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[Both]:
    """Both go by the time of the one in memory."""
    settings, twin = load({"TYPEFACE_HOME": str(tmp_path / "home")}), Memory()
    settings.home.mkdir(mode=0o700)
    upgrade(settings)
    store = await open_store(settings, lambda: twin.now)
    yield Both(store, twin)
    await store.close()


def calls(both: Both, who: PersonRef, other: PersonRef, n: int) -> dict[str, tuple[Any, ...]]:
    """Every call of the port: its arguments, or what gives them for each store, and options last."""
    face, code, token, pair, tag = (
        lambda which, kind=kind: both.named(kind, n, which)
        for kind in ("face", "code", "token", "pair", "tag")
    )
    here = both.place + " later" * (n % 3 == 0)
    chat = [here, "chat"][n % 2]
    ruled = here if both.twin.moves else both.place  # a group whose admins have set something is no other one

    def made(which: str) -> str:
        return f'{{"face":"{face(which)}"}}'

    kept = {"open": n % 2 == 0, "seconds": 600 * (1 + n % 3)}
    key, value = [
        ("quota", 3),
        ("paused", "later"),
        ("public", True),
        ("quota", -1),
        ("no", 1),
        ("quota", None),
    ][n % 6]
    return {
        "save": (who, chat, f"state {n}"),
        "standing": (who, chat, [here, None][n % 2], "selfie"),
        "seen": ("discord", f"{here} {n % 3}"),
        "consent": (who, 1 + n % 2),
        "prefer": (who, {"language": ["", "ko", None][n % 3], "public": [None, True, False][n % 3]}),
        "keep_face": (
            who,
            b"latent %d" % n,
            {"kind": "selfie", "pack": f"pack {n % 2}", "seconds": 1 + 900 * n},
        ),
        "face": (who, face, [None, "pack 0"][n % 2]),
        "keep_making": (who, made, kept),
        "making": (who, code),
        "makings": (who, n % 2, 3),
        "drop_making": (who, code),
        "share": (who, code, 600 * (1 + n % 4)),
        "links": (who, code),
        "unshare": (who, code),
        "shared": (token,),
        "shared_face": (token, face),
        "invite": (who, *[(other,), (None, "@Friend"), ()][n % 3]),
        "agree": (pair, who, [None, "@friend"][n % 2]),
        "pair": (pair, who, [None, "@friend"][n % 2]),
        "pair_latents": (pair, who, "selfie"),
        "withdraw_pair": (pair, who),
        "note_community": ("discord", here),
        "move_community": ("discord", both.place, f"{both.place} later"),
        "change_community": (who, ruled, key, value),
        "audit": ("discord", here, 0, 5),
        "block": (who, ruled, other),
        "unblock": (who, ruled, tag),
        "blocks": ("discord", here, n % 2, 3),
        "put_on_map": (who, here, ["ENFP", "INTJ"][n % 2]),
        "take_off_map": (who, here),
        "on_map": (who, here),
        "type_map": ("discord", here),
        "take_quota": (who, here, {"limit": [None, 1, 2][n % 3], "cooldown": [0, 90][n % 2]}),
        "reset_quota": (who, ruled, other),
        "give_back": (who, here),
        "open_session": (who, chat, "ENFP", "female", here),
        "close_session": (who, chat, "matched"),
        "log_job": (who, "render", 1, 2, ["done", "busy"][n % 2]),
        "held": (who,),
        "forget": (who,),
    }


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_whatever_is_asked_of_it(both: Both, seed: int) -> None:
    random = Random(seed)
    for person in both.people[:2]:
        await both.call("consent", lambda _, person=person: (person, 1))
    for _ in range(CALLS):
        both.twin.now += timedelta(seconds=1)  # no two things are equally old
        known = calls(both, random.choice(both.people), random.choice(both.people), random.randrange(12))
        name = random.choice([*known, "later"])
        # To be forgotten is rare, so that there is something to forget, and a group moves once.
        if name == "later":
            both.twin.now += timedelta(seconds=random.choice([1, 100, 100, 700, 700, 700, 700, DAY]))
        elif name not in {"forget", "move_community"} or random.random() < 0.2:
            *said, options = known[name] if isinstance(known[name][-1], dict) else (*known[name], {})
            await both.call(
                name,
                lambda which, said=said: tuple(one(which) if callable(one) else one for one in said),
                **options,
            )
    assert both.twin.moves == {both.place: f"{both.place} later"}
