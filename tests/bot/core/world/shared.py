"""What several share in the store's twin: pairs, communities, quotas and reports."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from hashlib import blake2s
from typing import Any

from db.areas.pairs import INVITATIONS_KEPT, PAIR_SECONDS
from db.community import AuditEntry, Block, CommunitySettings
from db.records import (
    Failure,
    Pair,
    PairLatent,
    PersonRef,
    Quota,
    Statistics,
)
from tests.bot.core.world.rows import DAY, Rows, Two, hashed_handle, hashed_id, renamed


class Shared(Rows):
    """As in `db.areas`: pairs, communities, quotas, reports."""

    # Pairs

    async def invite(
        self,
        asker: PersonRef,
        friend: PersonRef | None = None,
        handle: str | None = None,
        seconds: int = PAIR_SECONDS,
    ) -> str:
        await self._call("invite")
        pair, ends = f"P{self._next():011d}", self.now + timedelta(seconds=seconds)
        invited = hashed_id(friend) if friend else hashed_handle(asker.platform, handle) if handle else None
        self._meet(asker)
        self.pairs[pair] = Two(asker, invited, self.now, ends)
        own = [one for one, two in self.pairs.items() if two.asker == asker]
        for oldest in own[:-INVITATIONS_KEPT]:
            del self.pairs[oldest]
        return pair

    async def agree(self, pair: str, person: PersonRef, handle: str | None = None) -> Pair | None:
        await self._call("agree")
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
        await self._call("pair")
        two = self._concerning(pair, person, handle)
        return two.seen_by(pair, person) if two else None

    async def pair_latents(
        self, pair: str, person: PersonRef, kind: str
    ) -> tuple[PairLatent, PairLatent] | None:
        await self._call("pair_latents")
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
        await self._call("withdraw_pair")
        if self._concerning(pair, person, handle) is None:
            return False
        del self.pairs[pair]
        return True

    def _concerning(self, pair: str, person: PersonRef, handle: str | None) -> Two | None:
        """The pair, if this person is asker or friend of it, or may become the friend."""
        two = self._good().get(pair)
        if two is None or person in (two.asker, two.friend):
            return two
        theirs = {hashed_id(person), hashed_handle(person.platform, handle) if handle else None, None}
        return two if two.friend is None and two.invited in theirs else None

    async def note_community(self, platform: str, community: str) -> None:
        await self._call("note_community")
        self._know(community)

    def tag(self, platform: str, kind: str, id: str) -> str:
        return blake2s(f"{platform} {kind} {id}".encode(), digest_size=8).hexdigest()

    async def change_community(
        self, by: PersonRef, community: str, key: str, value: Any
    ) -> CommunitySettings:
        await self._call("change_community")
        old = self.settings.get(self.place(community), CommunitySettings())
        new = old.changed(key, value)
        community = self._know(community)
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
        await self._call("audit")
        entries = [entry for _, entry in self.log.get(self.place(community), [])]
        return tuple(entries[offset : offset + limit]), len(entries)

    async def move_community(self, platform: str, old: str, new: str) -> bool:
        """As `db.areas.moves`: what began in the new group joins the rest, unless its admins have set something."""
        await self._call("move_community")
        if new in self.settings or self.log.get(new) or old in self.moves:
            return False
        self.moves = {one: new if now == old else now for one, now in self.moves.items()} | {old: new}
        for row in self.people.values():
            row.states = _joined(row.states, old, new, later=True)
        if old not in self.known:
            return True
        self.known = self.known - {old} | {new}
        self.settings = renamed(self.settings, old, new)
        self.log, self.blocking = renamed(self.log, old, new), renamed(self.blocking, old, new)
        self._roots[new] = self._roots.pop(old, old)
        uses = {key: use for key, use in self.uses.items() if key[1] != new}
        self.uses = {(who, self.place(at) if at else None, day): use for (who, at, day), use in uses.items()}
        for row in self.people.values():
            row.maps = _joined(row.maps, old, new, later=False)
            row.walks = [(self.place(at) if at else None, *walk) for at, *walk in row.walks]
        if settings := self.settings.get(new):
            tags = [self.tag(platform, "channel", one) for one in (old, new)]
            channels = tuple(tags[1] if one == tags[0] else one for one in settings.channels)
            self.settings[new] = settings.model_copy(update={"channels": channels})
        return True

    def _tag_in(self, community: str, whom: PersonRef) -> str:
        return self.tag(whom.platform, f"block {self._roots.get(community, community)}", whom.id)[:8]

    async def block(self, by: PersonRef, community: str, whom: PersonRef) -> str:
        await self._call("block")
        community = self._know(community)
        tag = self._tag_in(community, whom)
        blocked = self.blocking.setdefault(community, {})
        if whom not in blocked:
            self.blocking[community] = {whom: Block(tag, self.now), **blocked}
            self._write_down(by, community, ("block", None, tag))
        return tag

    async def unblock(self, by: PersonRef, community: str, tag: str) -> bool:
        await self._call("unblock")
        community = self._know(community)
        found = [whom for whom, block in self.blocking.get(community, {}).items() if block.tag == tag]
        for whom in found:
            del self.blocking[community][whom]
            self._write_down(by, community, ("block", tag, None))
        return bool(found)

    async def blocks(
        self, platform: str, community: str, offset: int, limit: int
    ) -> tuple[tuple[Block, ...], int]:
        await self._call("blocks")
        found = tuple(self.blocking.get(self.place(community), {}).values())
        return found[offset : offset + limit], len(found)

    async def put_on_map(self, person: PersonRef, community: str, type: str) -> None:
        await self._call("put_on_map")
        self._meet(person).maps[self._know(community)] = type

    async def take_off_map(self, person: PersonRef, community: str) -> bool:
        await self._call("take_off_map")
        community = self._know(community)
        return person in self.people and self._meet(person).maps.pop(community, None) is not None

    async def on_map(self, person: PersonRef, community: str) -> str | None:
        await self._call("on_map")
        return self.row(person).maps.get(self.place(community))

    async def type_map(self, platform: str, community: str) -> tuple[tuple[str, int], ...]:
        await self._call("type_map")
        community = self.place(community)
        counted = Counter(row.maps[community] for row in self.people.values() if community in row.maps)
        return tuple(sorted(counted.items(), key=lambda one: (-one[1], one[0])))

    # Quotas and reports

    async def take_quota(
        self, person: PersonRef, community: str | None, *, limit: int | None = None, cooldown: int = 0
    ) -> Quota:
        await self._call("take_quota")
        community = self._know(community) if community else None
        count, last = self._used(person, community)
        left = None if limit is None else max(0, limit - count)
        if left == 0:
            midnight = self.now.replace(hour=0, minute=0, second=0, microsecond=0) + DAY
            return Quota("quota", 0, _seconds(midnight - self.now))
        if last and (ready := last + timedelta(seconds=cooldown)) > self.now:
            return Quota("cooldown", left, _seconds(ready - self.now))
        self.uses[person, community, self.now.date()] = (count + 1, self.now)
        return Quota("", None if left is None else left - 1)

    def _used(self, person: PersonRef, community: str | None) -> tuple[int, datetime | None]:
        """Today's uses, and the last one of today or yesterday."""
        today, yesterday = (
            self.uses.get((person, community, day.date())) for day in (self.now, self.now - DAY)
        )
        if today and today[0]:
            return today
        return 0, yesterday[1] if yesterday else None

    async def give_back(self, person: PersonRef, community: str | None) -> None:
        await self._call("give_back")
        today = (person, self.place(community) if community else None, self.now.date())
        if today in self.uses:
            count, _ = self.uses[today]
            self.uses[today] = (max(0, count - 1), self.now - DAY)

    async def reset_quota(self, by: PersonRef, community: str, whom: PersonRef) -> str:
        await self._call("reset_quota")
        community = self._know(community)
        for day in (self.now, self.now - DAY):
            self.uses.pop((whom, community, day.date()), None)
        tag = self._tag_in(community, whom)
        self._write_down(by, community, ("reset", None, tag))
        return tag

    async def statistics(self, since: datetime, place: tuple[str, str] | None = None) -> Statistics:
        await self._call("statistics")
        walks = [walk for row in self.people.values() for walk in row.walks]
        there = [walk for walk in walks if place is None or walk[0] == self.place(place[1])]
        return Statistics(
            days=((self.now.date().isoformat(), len(there)),) if there else (),
            types=tuple(Counter(kind for _, kind, _ in there).most_common()),
            genders=tuple(Counter(gender for _, _, gender in there).most_common()),
            people=len(self.people),
            consented=sum(bool(row.agreed) for row in self.people.values()),
        )

    async def failures(self, limit: int) -> tuple[Failure, ...]:
        await self._call("failures")
        return tuple(self.failed[::-1][:limit])


def _seconds(wait: timedelta) -> int:
    return -(-wait // timedelta(seconds=1))


def _joined(kept: dict[str, str], old: str, new: str, *, later: bool) -> dict[str, str]:
    """As `renamed`; of two the later one stays, or the earlier."""
    if later and new in kept:
        return {key: value for key, value in kept.items() if key != old}
    return renamed(kept, old, new)
