"""The store's twin in memory: what `db.store.Store` answers, a thousand times as fast.

`test_memory.py` plays the same calls on both and compares. Codes and ids are counted, so that a text shows whose they
are. `touched` holds whom a call wrote about, `saved` every state; the next call of a name in `failing` fails.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2s
from typing import Any

from db.areas.makings import MAKINGS_KEPT
from db.areas.pairs import INVITATIONS_KEPT, PAIR_SECONDS
from db.community import AuditEntry, Block, CommunitySettings
from db.errors import NoConsent, StoreError
from db.records import (
    ENDED_WELL,
    Failure,
    Held,
    HeldConsent,
    HeldFace,
    Making,
    Pair,
    PairLatent,
    PersonRef,
    Preferences,
    Quota,
    Receipt,
    SharedMaking,
    Statistics,
)

BEGINNING = datetime(2030, 1, 1, 12, tzinfo=UTC)
_DAY = timedelta(days=1)


@dataclass
class Someone:
    """A person's row, and all that hangs on it."""

    wishes: Preferences = field(default_factory=Preferences)
    agreed: dict[int, HeldConsent] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    faces: dict[str, tuple[HeldFace, bytes]] = field(default_factory=dict)
    made: dict[str, Making] = field(default_factory=dict)
    links: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    maps: dict[str, str] = field(default_factory=dict)
    walks: list[tuple[str | None, str, str]] = field(default_factory=list)
    jobs: int = 0
    number: int = 0


@dataclass
class Two:
    """A pair's row. `invited` is whom the asker named, as the store would keep it: hashed."""

    asker: PersonRef
    invited: tuple[str, ...] | None
    created: datetime
    expires: datetime
    friend: PersonRef | None = None
    agreed: set[PersonRef] = field(default_factory=set)

    @property
    def both(self) -> bool:
        return len(self.agreed) == 2

    def seen_by(self, id: str, person: PersonRef) -> Pair:
        asked = person == self.asker
        mine = person in self.agreed
        return Pair(id, asked, mine, bool(self.agreed - {person}), self.expires)


class Memory:
    """Every method as in `bot.core.ports.Store`."""

    def __init__(self) -> None:
        self.now = BEGINNING
        self.people: dict[PersonRef, Someone] = {}
        self.pairs: dict[str, Two] = {}
        self.settings: dict[str, CommunitySettings] = {}
        self.log: dict[str, list[tuple[PersonRef | None, AuditEntry]]] = {}
        self.blocking: dict[str, dict[PersonRef, Block]] = {}
        self.uses: dict[tuple[PersonRef, str | None, date], tuple[int, datetime]] = {}
        self.failed: list[Failure] = []
        self.updates: set[tuple[str, str]] = set()
        self.touched: set[PersonRef] = set()
        self.saved: list[tuple[PersonRef, str]] = []
        self.failing: set[str] = set()
        self._counted = 0

    def _call(self, name: str) -> None:
        if name in self.failing:
            self.failing.discard(name)
            raise StoreError(f"{name} failed")

    def _meet(self, person: PersonRef) -> Someone:
        """The person's row, for writing."""
        self.touched.add(person)
        if person not in self.people:
            self.people[person] = Someone(number=self._next())
        return self.people[person]

    def row(self, person: PersonRef) -> Someone:
        """The person's row, for reading: an empty one for a stranger."""
        return self.people.get(person) or Someone()

    def _next(self) -> int:
        self._counted += 1
        return self._counted

    def _agreeing(self, person: PersonRef) -> Someone:
        if not self.row(person).agreed:
            raise NoConsent("Nothing of a face is kept of a person who has not agreed.")
        return self._meet(person)

    # Conversations

    async def seen(self, platform: str, update: str) -> bool:
        self._call("seen")
        known = (platform, update) in self.updates
        self.updates.add((platform, update))
        return known

    async def load(self, person: PersonRef, chat: str) -> str | None:
        self._call("load")
        return self.row(person).states.get(chat)

    async def save(self, person: PersonRef, chat: str, state: str) -> None:
        self._call("save")
        self._meet(person).states[chat] = state
        self.saved.append((person, state))

    async def open_session(
        self, person: PersonRef, chat: str, type: str, gender: str, community: str | None = None
    ) -> None:
        self._call("open_session")
        self._meet(person).walks.append((community, type, gender))

    async def close_session(self, person: PersonRef, chat: str, outcome: str) -> None:
        self._call("close_session")

    async def log_job(self, person: PersonRef, kind: str, queue_ms: int, run_ms: int, outcome: str) -> None:
        self._call("log_job")
        if person in self.people:
            self._meet(person).jobs += 1
        if outcome not in ENDED_WELL:
            self.failed.append(Failure(self.now, kind, outcome))

    # People

    async def consented(self, person: PersonRef, version: int) -> bool:
        self._call("consented")
        return version in self.row(person).agreed

    async def consent(self, person: PersonRef, version: int) -> None:
        self._call("consent")
        self._meet(person).agreed.setdefault(version, HeldConsent(version, self.now, None))

    async def preferences(self, person: PersonRef) -> Preferences:
        self._call("preferences")
        return self.row(person).wishes

    async def prefer(
        self,
        person: PersonRef,
        *,
        locale: str | None = None,
        match_gender: str | None = None,
        language: str | None = None,
        public: bool | None = None,
    ) -> None:
        self._call("prefer")
        texts = {"locale": locale, "match_gender": match_gender, "language": language}
        chosen: dict[str, Any] = {name: text or None for name, text in texts.items() if text is not None}
        if public is not None:
            chosen["public"] = public
        known = self._meet(person)
        known.wishes = replace(known.wishes, **chosen)

    async def forget(self, person: PersonRef) -> Receipt:
        self._call("forget")
        if person not in self.people:
            return Receipt()
        self.touched.add(person)
        held = await self.held(person)
        row = self.people.pop(person)
        mine = [pair for pair, two in self.pairs.items() if self._tied(two, person)]
        for pair in mine:
            del self.pairs[pair]
        for entries in self.log.values():
            entries[:] = [
                (None, replace(entry, who="")) if who == person else (who, entry) for who, entry in entries
            ]
        return Receipt(
            key=True,
            faces=len(row.faces),
            conversations=len(row.states),
            consents=len(row.agreed),
            sessions=len(row.walks),
            jobs=row.jobs,
            makings=len(row.made),
            shares=held.shares,
            pairs=len(mine),
            maps=len(row.maps),
        )

    async def held(self, person: PersonRef) -> Held:
        self._call("held")
        row = self.row(person)
        faces = tuple(face for face, _ in row.faces.values() if face.expires > self.now)
        return Held(
            faces=faces,
            consents=tuple(row.agreed.values()),
            conversations=len(row.states),
            sessions=len(row.walks),
            jobs=row.jobs,
            makings=len(self._makings(person)),
            shares=sum(ends > self.now for _, ends in row.links.values()),
            pairs=sum(person in (two.asker, two.friend) for two in self._good().values()),
            maps=len(row.maps),
            preferences=row.wishes,
            until=max((face.expires for face in faces), default=None),
        )

    # Faces

    async def keep_face(self, person: PersonRef, latent: bytes, *, kind: str, pack: str, seconds: int) -> str:
        self._call("keep_face")
        row = self._agreeing(person)
        face = HeldFace(
            f"face-{self._next():07d}", kind, pack, self.now, self.now + timedelta(seconds=seconds)
        )
        row.faces[face.id] = (face, latent)
        return face.id

    async def face(self, person: PersonRef, face_id: str, pack: str | None = None) -> bytes | None:
        self._call("face")
        face, latent = self.row(person).faces.get(face_id, (None, None))
        good = face is not None and face.expires > self.now and pack in (None, face.pack)
        return latent if good else None

    async def latest_face(self, person: PersonRef, kind: str) -> str | None:
        self._call("latest_face")
        newest = self._newest(person, kind)
        return newest[0].id if newest else None

    def _newest(self, person: PersonRef, kind: str) -> tuple[HeldFace, bytes] | None:
        kept = [
            one
            for one in self.row(person).faces.values()
            if one[0].kind == kind and one[0].expires > self.now
        ]
        return max(reversed(kept), key=lambda one: (one[0].created, one[0].expires), default=None)

    # Makings and links

    async def keep_making(self, person: PersonRef, making: str, *, open: bool, seconds: int) -> str:
        self._call("keep_making")
        row = self._meet(person) if open else self._agreeing(person)
        code = f"Z{self._next():05d}"
        row.made[code] = Making(code, making, open, self.now, self.now + timedelta(seconds=seconds))
        for oldest in list(row.made)[:-MAKINGS_KEPT]:
            self._drop(row, oldest)
        return code

    async def making(self, person: PersonRef, code: str) -> Making | None:
        self._call("making")
        code = code.strip().upper()
        for owner, row in self.people.items():
            made = row.made.get(code)
            if made and made.expires > self.now and (made.open or owner == person):
                return made
        return None

    def _makings(self, person: PersonRef) -> list[Making]:
        return [made for made in reversed(self.row(person).made.values()) if made.expires > self.now]

    async def makings(
        self, person: PersonRef, offset: int = 0, limit: int = 10
    ) -> tuple[tuple[Making, ...], int]:
        self._call("makings")
        own = self._makings(person)
        return tuple(own[offset : offset + limit]), len(own)

    async def drop_making(self, person: PersonRef, code: str) -> bool:
        self._call("drop_making")
        row = self.people.get(person)
        if row is None or code not in row.made:
            return False
        self._drop(self._meet(person), code)
        return True

    def _drop(self, row: Someone, code: str) -> None:
        del row.made[code]
        row.links = {token: link for token, link in row.links.items() if link[0] != code}

    def _own(self, person: PersonRef, code: str) -> Making | None:
        made = self.row(person).made.get(code)
        return made if made and made.expires > self.now else None

    async def share(self, person: PersonRef, code: str, seconds: int) -> str | None:
        self._call("share")
        if (made := self._own(person, code)) is None:
            return None
        token = f"token-{self._next():016d}"
        ends = min(made.expires, self.now + timedelta(seconds=seconds))
        self._meet(person).links[token] = (code, ends)
        return token

    async def links(self, person: PersonRef, code: str) -> int:
        self._call("links")
        if self._own(person, code) is None:
            return 0
        links = self.row(person).links.values()
        return sum(one == code and ends > self.now for one, ends in links)

    async def unshare(self, person: PersonRef, code: str) -> int:
        self._call("unshare")
        if self._own(person, code) is None:
            return 0
        row = self._meet(person)
        left = {token: link for token, link in row.links.items() if link[0] != code}
        ended, row.links = len(row.links) - len(left), left
        return ended

    def _linked(self, token: str) -> tuple[PersonRef, Making, datetime] | None:
        for owner, row in self.people.items():
            code, ends = row.links.get(token, ("", self.now))
            made = self._own(owner, code)
            if made and ends > self.now:
                return owner, made, ends
        return None

    async def shared(self, token: str) -> SharedMaking | None:
        self._call("shared")
        if (found := self._linked(token)) is None:
            return None
        _, made, ends = found
        return SharedMaking(made.code, made.making, made.open, ends)

    async def shared_face(self, token: str, face: str) -> bytes | None:
        self._call("shared_face")
        found = self._linked(token)
        return await self.face(found[0], face) if found and f'"{face}"' in found[1].making else None

    # Pairs

    async def invite(
        self,
        asker: PersonRef,
        friend: PersonRef | None = None,
        handle: str | None = None,
        seconds: int = PAIR_SECONDS,
    ) -> str:
        self._call("invite")
        pair, ends = f"pair-{self._next():07d}", self.now + timedelta(seconds=seconds)
        invited = _id(friend) if friend else _handle(asker.platform, handle) if handle else None
        self._meet(asker)
        self.pairs[pair] = Two(asker, invited, self.now, ends)
        own = [one for one, two in self.pairs.items() if two.asker == asker]
        for oldest in own[:-INVITATIONS_KEPT]:
            del self.pairs[oldest]
        return pair

    async def agree(self, pair: str, person: PersonRef, handle: str | None = None) -> Pair | None:
        self._call("agree")
        two = self._concerning(pair, person, handle)
        if two is None:
            return None
        self._agreeing(person)
        if person != two.asker:
            two.friend, two.invited = person, None
        if person not in two.agreed:
            two.agreed.add(person)
            if two.both:
                two.expires = self.now + (two.expires - two.created)
        return two.seen_by(pair, person)

    async def pair(self, pair: str, person: PersonRef, handle: str | None = None) -> Pair | None:
        self._call("pair")
        two = self._concerning(pair, person, handle)
        return two.seen_by(pair, person) if two else None

    async def pair_latents(
        self, pair: str, person: PersonRef, kind: str
    ) -> tuple[PairLatent, PairLatent] | None:
        self._call("pair_latents")
        two = self._good().get(pair)
        if two is None or not two.both or two.friend is None or person not in (two.asker, two.friend):
            return None
        asker, friend = (
            self._newest(one, kind) if self.row(one).agreed else None for one in (two.asker, two.friend)
        )
        if asker is None or friend is None:
            return None
        return PairLatent(asker[0].pack, asker[1]), PairLatent(friend[0].pack, friend[1])

    async def withdraw_pair(self, pair: str, person: PersonRef, handle: str | None = None) -> bool:
        self._call("withdraw_pair")
        if self._concerning(pair, person, handle) is None:
            return False
        del self.pairs[pair]
        return True

    def _good(self) -> dict[str, Two]:
        return {pair: two for pair, two in self.pairs.items() if two.expires > self.now}

    def _concerning(self, pair: str, person: PersonRef, handle: str | None) -> Two | None:
        """The pair, if this person is asker or friend of it, or may become the friend."""
        two = self._good().get(pair)
        if two is None or person in (two.asker, two.friend):
            return two
        theirs = {_id(person), _handle(person.platform, handle) if handle else None, None}
        return two if two.friend is None and two.invited in theirs else None

    def _tied(self, two: Two, person: PersonRef) -> bool:
        return person in (two.asker, two.friend) or two.invited == _id(person)

    # Communities

    async def note_community(self, platform: str, community: str) -> None:
        self._call("note_community")

    def tag(self, platform: str, kind: str, id: str) -> str:
        return blake2s(f"{platform} {kind} {id}".encode(), digest_size=8).hexdigest()

    async def community(self, platform: str, community: str) -> CommunitySettings:
        self._call("community")
        return self.settings.get(community, CommunitySettings())

    async def change_community(
        self, by: PersonRef, community: str, key: str, value: Any
    ) -> CommunitySettings:
        self._call("change_community")
        old = self.settings.get(community, CommunitySettings())
        new = old.changed(key, value)
        if new != old:
            self.settings[community] = new
            self._write_down(by, community, (key, old.model_dump()[key], new.model_dump()[key]))
        return new

    def _write_down(self, by: PersonRef, community: str, change: tuple[str, Any, Any]) -> None:
        self._meet(by)
        who = self.tag(by.platform, community, by.id)[:8]
        self.log.setdefault(community, []).insert(0, (by, AuditEntry(self.now, who, *change)))

    async def audit(
        self, platform: str, community: str, offset: int = 0, limit: int = 10
    ) -> tuple[tuple[AuditEntry, ...], int]:
        self._call("audit")
        entries = [entry for _, entry in self.log.get(community, [])]
        return tuple(entries[offset : offset + limit]), len(entries)

    def _tag_in(self, community: str, whom: PersonRef) -> str:
        return self.tag(whom.platform, f"block {community}", whom.id)[:8]

    async def block(self, by: PersonRef, community: str, whom: PersonRef) -> str:
        self._call("block")
        tag = self._tag_in(community, whom)
        blocked = self.blocking.setdefault(community, {})
        if whom not in blocked:
            self.blocking[community] = {whom: Block(tag, self.now), **blocked}
            self._write_down(by, community, ("block", None, tag))
        return tag

    async def unblock(self, by: PersonRef, community: str, tag: str) -> bool:
        self._call("unblock")
        found = [whom for whom, block in self.blocking.get(community, {}).items() if block.tag == tag]
        for whom in found:
            del self.blocking[community][whom]
            self._write_down(by, community, ("block", tag, None))
        return bool(found)

    async def blocks(self, platform: str, community: str) -> tuple[Block, ...]:
        self._call("blocks")
        return tuple(self.blocking.get(community, {}).values())

    async def blocked(self, person: PersonRef, community: str) -> bool:
        self._call("blocked")
        return person in self.blocking.get(community, {})

    async def put_on_map(self, person: PersonRef, community: str, type: str) -> None:
        self._call("put_on_map")
        self._meet(person).maps[community] = type

    async def take_off_map(self, person: PersonRef, community: str) -> bool:
        self._call("take_off_map")
        return person in self.people and self._meet(person).maps.pop(community, None) is not None

    async def on_map(self, person: PersonRef, community: str) -> str | None:
        self._call("on_map")
        return self.row(person).maps.get(community)

    async def type_map(self, platform: str, community: str) -> tuple[tuple[str, int], ...]:
        self._call("type_map")
        counted = Counter(row.maps[community] for row in self.people.values() if community in row.maps)
        return tuple(sorted(counted.items(), key=lambda one: (-one[1], one[0])))

    # Quotas and reports

    async def take_quota(
        self, person: PersonRef, community: str | None, *, limit: int | None = None, cooldown: int = 0
    ) -> Quota:
        self._call("take_quota")
        count, last = self._used(person, community)
        left = None if limit is None else max(0, limit - count)
        if left == 0:
            midnight = self.now.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY
            return Quota("quota", 0, _seconds(midnight - self.now))
        if last and (ready := last + timedelta(seconds=cooldown)) > self.now:
            return Quota("cooldown", left, _seconds(ready - self.now))
        self.uses[person, community, self.now.date()] = (count + 1, self.now)
        return Quota("", None if left is None else left - 1)

    def _used(self, person: PersonRef, community: str | None) -> tuple[int, datetime | None]:
        """Today's uses, and the last one of today or yesterday."""
        today, yesterday = (
            self.uses.get((person, community, day.date())) for day in (self.now, self.now - _DAY)
        )
        if today and today[0]:
            return today
        return 0, yesterday[1] if yesterday else None

    async def give_back(self, person: PersonRef, community: str | None) -> None:
        self._call("give_back")
        today = (person, community, self.now.date())
        if today in self.uses:
            count, last = self.uses[today]
            self.uses[today] = (max(0, count - 1), last)

    async def reset_quota(self, by: PersonRef, community: str, whom: PersonRef) -> str:
        self._call("reset_quota")
        for day in (self.now, self.now - _DAY):
            self.uses.pop((whom, community, day.date()), None)
        tag = self._tag_in(community, whom)
        self._write_down(by, community, ("reset", None, tag))
        return tag

    async def statistics(self, since: datetime, place: tuple[str, str] | None = None) -> Statistics:
        self._call("statistics")
        walks = [walk for row in self.people.values() for walk in row.walks]
        there = [walk for walk in walks if place is None or walk[0] == place[1]]
        return Statistics(
            days=((self.now.date().isoformat(), len(there)),) if there else (),
            types=tuple(Counter(kind for _, kind, _ in there).most_common()),
            genders=tuple(Counter(gender for _, _, gender in there).most_common()),
            people=len(self.people),
            consented=sum(bool(row.agreed) for row in self.people.values()),
        )

    async def failures(self, limit: int) -> tuple[Failure, ...]:
        self._call("failures")
        return tuple(self.failed[::-1][:limit])


def _id(person: PersonRef) -> tuple[str, ...]:
    return ("id", person.platform, person.id)


def _handle(platform: str, handle: str) -> tuple[str, ...]:
    return ("handle", platform, handle.strip().removeprefix("@").casefold())


def _seconds(wait: timedelta) -> int:
    return -(-wait // timedelta(seconds=1))
