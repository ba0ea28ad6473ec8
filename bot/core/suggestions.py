"""What is offered while an option is being typed: types, directions, looks, and codes of the person's own pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.core import captions, looks, making
from bot.core.effects import Direction, Line
from bot.core.events import Origin
from bot.core.hearing import parse
from bot.core.languages import spoken
from bot.core.mbti import TYPES
from bot.core.packs import PackView
from bot.core.photos import SELFIE
from bot.core.phrasing import Phrasing
from bot.core.ports import Store
from bot.core.replies import Suggested, Suggestion
from db.errors import StoreError
from db.records import Making, PersonRef

MOST, LONGEST = 25, 100
SEARCHED = 200
"""So many of the person's newest pictures are looked through for what was typed."""


def types(typed: str, phrasing: Phrasing) -> tuple[Suggestion, ...]:
    """Each with its nickname; also by the words for it that are understood, such as 엔프피."""
    named = {kind: Suggestion(phrasing.line(Line(f"title-{kind}")), kind) for kind in TYPES}
    meant = parse(typed).type
    return (named[meant],) if meant else fitting(named.values(), typed)


def directions(known: Iterable[Direction], typed: str, phrasing: Phrasing) -> tuple[Suggestion, ...]:
    return fitting(
        (Suggestion(phrasing.line(captions.direction(one.name)), one.name) for one in known), typed
    )


def worn(names: Sequence[str], typed: str, phrasing: Phrasing) -> tuple[Suggestion, ...]:
    return fitting(
        (Suggestion(phrasing.line(looks.label(names, n)), str(n + 1)) for n in range(len(names))), typed
    )


def codes(makings: Iterable[Making], typed: str, phrasing: Phrasing) -> tuple[Suggestion, ...]:
    """Each with what it is of."""
    readable = [(one.code, made) for one in makings if (made := making.from_json(one.making))]
    return fitting(
        (Suggestion(f"{code} · {phrasing.line(_told(made))}", code) for code, made in readable), typed
    )


def _told(made: making.Made) -> Line:
    return captions.alt(made.faces[0]) if made.kind == "face" else captions.told(made)


def fitting(offered: Iterable[Suggestion], typed: str) -> tuple[Suggestion, ...]:
    """What has the typed words in it; first what begins with them."""
    wanted = " ".join(typed.lower().split())
    found = [one for one in offered if wanted in one.label.lower() or wanted in one.value.lower()]
    found.sort(key=lambda one: not one.label.lower().startswith(wanted))
    return tuple(_short(one) for one in found if len(one.value) <= LONGEST)[:MOST]


def _short(one: Suggestion) -> Suggestion:
    return one if len(one.label) <= LONGEST else Suggestion(one.label[: LONGEST - 1] + "…", one.value)


class Suggestions:
    """Looks up what there is to suggest."""

    def __init__(self, store: Store, packs: PackView) -> None:
        self._store, self._packs = store, packs

    async def of(self, origin: Origin, kind: Suggested, typed: str) -> Sequence[Suggestion]:
        """Nothing while the store does not answer: the person can still type."""
        try:
            return await self._looked_up(origin, kind, typed)
        except StoreError:
            return ()

    async def _looked_up(self, origin: Origin, kind: Suggested, typed: str) -> Sequence[Suggestion]:
        person = origin.person
        ref = PersonRef(person.platform, person.id)
        found = await self._store.standing(ref, origin.chat, origin.community, SELFIE)
        phrasing = Phrasing(person, spoken(origin, found.preferences, found.settings))
        if kind == "types":
            return types(typed, phrasing)
        if kind == "codes":
            makings, _ = await self._store.makings(ref, 0, SEARCHED if typed.strip() else MOST)
            return codes(makings, typed, phrasing)
        pack = (await self._packs.look()).look(found.settings.pack)
        if kind == "looks":
            return worn(pack.looks, typed, phrasing)
        return directions(pack.directions, typed, phrasing)
