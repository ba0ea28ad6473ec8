"""What a decision goes by: read anew for each, and all of one moment."""

from __future__ import annotations

import secrets
from dataclasses import replace

from bot.core import charts
from bot.core.charts import Chart, ChartError
from bot.core.effects import Known
from bot.core.features.sheets import NINE, SEEDS
from bot.core.hands.partners import Partners
from bot.core.hands.writes import CONSENT_VERSION
from bot.core.house import House
from bot.core.mbti import GENDERS
from bot.core.packs import Packs, PackView
from bot.core.photos import SELFIE, Photos
from bot.core.place import Place
from bot.core.ports import Store
from bot.core.run import Run
from bot.core.state import State, from_json
from db.records import Pair, Standing


class Knowledge:
    """Of the store, the server's packs, the photos in memory, what one of a pair was told, and the house.

    Raises ChartError for a match chart that cannot be used.
    """

    def __init__(
        self, store: Store, packs: PackView, photos: Photos, partners: Partners, house: House
    ) -> None:
        self._store, self._packs, self._photos, self._partners = store, packs, photos, partners
        self._chart = charts.load(house.match_chart)
        self._owners, self._retention_seconds = house.owners, house.retention_seconds

    async def read(self, run: Run) -> tuple[State, Known]:
        """Where the conversation of `run` stands, and all else. Raises StoreError."""
        packs = await self._packs.look()
        standing = await self._store.standing(run.ref, run.chat, run.event.origin.community, SELFIE)
        state = from_json(standing.state)
        if state.pair and self._partners.told(run.event.origin.person, state.pair):
            state = replace(state, pair="", unready=False)
        pair = await self._store.pair(state.pair, run.ref, run.handle) if state.pair else None
        known = self._known(run, standing, packs, pair)
        if pair and not pair.both:  # who was heard of it before a restart is to be told again
            self._partners.heard(run, pair)
        return state, known

    def _known(self, run: Run, standing: Standing, packs: Packs, pair: Pair | None) -> Known:
        chosen, place = standing.preferences, self._place(run, standing, packs)
        run.place = place
        run.speak(chosen)
        pack = packs.look(place.settings.pack)
        gender = chosen.match_gender
        kept = self._photos.find(run.key)
        return Known(
            consented=standing.agreed == CONSENT_VERSION,
            chart=self._chart_of(place),
            photo=None if kept is None or kept.spare else kept,
            kept=kept,
            match_gender=gender if gender in GENDERS else None,
            last_face=standing.face,
            running=run.presence.works(run.chat),
            room=self._room(run),
            can_hide=run.event.origin.can_hide,
            can_share=run.event.origin.can_share,
            hours=max(1, round(place.seconds(self._retention_seconds) / 3600)),
            public=bool(place.settings.public if chosen.public is None else chosen.public),
            directions=pack.directions,
            looks=pack.looks,
            dice=secrets.randbelow(SEEDS - NINE),
            language=chosen.language,
            place=place,
            shared=run.event.origin.shared,
            pair=pair,
            unready=self._partners.unready(run.event.origin.person),
            person=run.event.origin.person,
        )

    def _room(self, run: Run) -> bool:
        """Whether the event's photo, if it has one, can be held."""
        return run.photo is None or self._photos.room(run.key, run.photo.data)

    def _place(self, run: Run, standing: Standing, packs: Packs) -> Place:
        """Where the event comes from, with what is set there now."""
        origin, tag = run.event.origin, self._store.tag
        platform = origin.person.platform
        owner = origin.owner or (platform, origin.person.id) in self._owners
        if origin.community is None:
            return Place(owner=owner, pack=packs.named(None))
        settings = standing.settings
        if settings.pack and settings.pack not in packs.names:  # it has left the server
            settings = settings.changed("pack", None)
        return Place(
            community=True,
            settings=settings,
            admin=origin.admin,
            owner=owner,
            blocked=standing.blocked,
            channel=tag(platform, "channel", origin.channel or origin.chat),
            roles=tuple(tag(platform, "role", role) for role in origin.roles),
            packs=packs.names,
            pack=packs.named(settings.pack),
        )

    def _chart_of(self, place: Place) -> Chart:
        """The place's match chart; the house's where there is none, or it cannot be used any more."""
        name = place.settings.match_chart
        if name is None:
            return self._chart
        try:
            return charts.load(name)
        except ChartError:
            return self._chart
