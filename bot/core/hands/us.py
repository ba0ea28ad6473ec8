"""Two people on one picture: what each of them has agreed to is asked of the store, every time."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from bot.core.effects import Outcome
from bot.core.features.us import Agree, End, Invite, Look, Missing, Mixed, PairEnded, PairStands, Together
from bot.core.hand import Hand
from bot.core.hands.partners import Partners
from bot.core.photos import SELFIE
from bot.core.ports import Ports
from bot.core.rendering import failed
from bot.core.run import Run
from bot.core.stills import SIZE
from db.errors import NoConsent
from db.records import Pair, PersonRef
from inference.errors import TypefaceError
from inference.wire import Face, LatentFace, LayerGroup, MixFace, SeedFace

Deed = Callable[[Run, Any], Awaitable[Outcome]]
CALM = 0.3
"""How far the two are drawn to the average face: what two photos' light and detail add up to is no face's."""
_CALMED: tuple[LayerGroup, ...] = ("coarse", "middle")
"""Their colours stay the two people's own."""


def _calm(face: Face) -> Face:
    for layers in _CALMED:
        face = MixFace(a=face, b=SeedFace(seed=0, psi=0), layers=layers, weight=CALM)
    return face


class Us:
    """Each method carries out one effect."""

    def __init__(self, ports: Ports, partners: Partners) -> None:
        self._faces, self._store, self._partners = ports.faces, ports.store, partners

    def hand(self) -> Hand:
        return Hand(
            asks={
                Invite: self._invite,
                Agree: self._waited(self._agree),
                Look: self._waited(self._look),
                Together: self._waited(self._together),
                End: self._end,
            }
        )

    def _waited(self, deed: Deed) -> Deed:
        """Who has no face yet is waited for, in all of their chats."""

        async def done(run: Run, effect: Any) -> Outcome:
            outcome = await deed(run, effect)
            if isinstance(outcome, PairStands):
                ready = outcome.missing not in ("consent", "face")
                self._partners.ready(run.event.origin.person, outcome.pair, ready)
            return outcome

        return done

    async def _invite(self, run: Run, effect: Invite) -> Outcome:
        """Nobody is asked for a picture that the asker could not be on."""
        if not await self._has_face(run):
            return PairStands("", "face")
        friend = PersonRef(run.ref.platform, effect.friend) if effect.friend else None
        async with run.writing():
            pair = await self._store.invite(run.ref, friend, effect.handle)
        stands = self._stands(run, pair, await self._store.pair(pair, run.ref))
        return replace(stands, friend=effect.friend)

    async def _agree(self, run: Run, effect: Agree) -> Outcome:
        if await self._store.pair(effect.pair, run.ref, run.handle) is None:
            return PairStands(effect.pair, "over")
        if not await self._has_face(run):
            return PairStands(effect.pair, "face")
        try:
            async with run.writing():
                pair = await self._store.agree(effect.pair, run.ref, run.handle)
        except NoConsent:
            return PairStands(effect.pair, "consent")
        return self._stands(run, effect.pair, pair)

    async def _look(self, run: Run, effect: Look) -> Outcome:
        pair = await self._store.pair(effect.pair, run.ref, run.handle)
        return replace(self._stands(run, effect.pair, pair), quiet=effect.quiet)

    def _stands(self, run: Run, pair: str, found: Pair | None) -> PairStands:
        if found is None:
            return PairStands(pair, "over")
        self._partners.heard(run, found)
        return PairStands(pair, "", found.both, found.mine, found.expires)

    async def _together(self, run: Run, effect: Together) -> Outcome:
        """The picture of both, if both agree now and both faces are there."""
        latents = await self._store.pair_latents(effect.pair, run.ref, SELFIE)
        if latents is None:
            return PairStands(effect.pair, await self._missing(run, effect.pair))
        asker, friend = latents
        if asker.pack != friend.pack:
            return PairStands(effect.pair, "packs")
        a, b = (LatentFace(data=b64encode(one.latent).decode()) for one in latents)
        two = MixFace(a=a, b=b, layers="all", weight=effect.weight / 100)
        try:
            picture = await self._faces.render(_calm(two), pack=asker.pack, size=SIZE, format="jpeg")
        except TypefaceError as error:
            return failed(effect, error)
        if await self._store.pair_latents(effect.pair, run.ref, SELFIE) is None:  # ended while it was drawn
            return PairStands(effect.pair, await self._missing(run, effect.pair))
        run.show(picture)
        return Mixed(effect.pair, effect.weight)

    async def _missing(self, run: Run, pair: str) -> Missing:
        found = await self._store.pair(pair, run.ref, run.handle)
        if found is None or not found.both:
            return "over"
        return "friend" if await self._has_face(run) else "face"

    async def _has_face(self, run: Run) -> bool:
        found = await self._store.standing(run.ref, run.chat, None, SELFIE)
        return found.face is not None

    async def _end(self, run: Run, effect: End) -> Outcome:
        async with run.writing():
            ended = await self._store.withdraw_pair(effect.pair, run.ref, run.handle)
        if ended:
            self._partners.ended(run.event.origin.person, effect.pair)
        return PairEnded(effect.pair, ended)
