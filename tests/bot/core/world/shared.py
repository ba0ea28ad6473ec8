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
from tests.bot.core.world.rows import DAY, Rows, Two, hashed_handle, hashed_id


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
        self._call("invite")
        pair, ends = f"pair-{self._next():07d}", self.now + timedelta(seconds=seconds)
        invited = hashed_id(friend) if friend else hashed_handle(asker.platform, handle) if handle else None
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

    def _concerning(self, pair: str, person: PersonRef, handle: str | None) -> Two | None:
        """The pair, if this person is asker or friend of it, or may become the friend."""
        two = self._good().get(pair)
        if two is None or person in (two.asker, two.friend):
            return two
        theirs = {hashed_id(person), hashed_handle(person.platform, handle) if handle else None, None}
        return two if two.friend is None and two.invited in theirs else None

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
        self._call("give_back")
        today = (person, community, self.now.date())
        if today in self.uses:
            count, last = self.uses[today]
            self.uses[today] = (max(0, count - 1), last)

    async def reset_quota(self, by: PersonRef, community: str, whom: PersonRef) -> str:
        self._call("reset_quota")
        for day in (self.now, self.now - DAY):
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


def _seconds(wait: timedelta) -> int:
    return -(-wait // timedelta(seconds=1))
