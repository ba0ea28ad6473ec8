"""A person's own in the store's twin: conversations, preferences, faces, makings and links."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from db.areas.makings import MAKINGS_KEPT
from db.records import (
    ENDED_WELL,
    Failure,
    Held,
    HeldConsent,
    HeldFace,
    Making,
    PersonRef,
    Preferences,
    Receipt,
    SharedMaking,
)
from tests.bot.core.world.rows import Rows, Someone, hashed_id


class Own(Rows):
    """As in `db.areas`: conversations, people, faces, makings."""

    # Conversations

    async def seen(self, platform: str, update: str) -> bool:
        await self._call("seen")
        known = (platform, update) in self.updates
        self.updates.add((platform, update))
        return known

    async def save(self, person: PersonRef, chat: str, state: str) -> None:
        await self._call("save")
        self._meet(person).states[self.place(chat)] = state
        self.saved.append((person, state))

    async def open_session(
        self, person: PersonRef, chat: str, type: str, gender: str, community: str | None = None
    ) -> None:
        await self._call("open_session")
        place = self._know(community) if community else None
        self._meet(person).walks.append((place, type, gender))

    async def close_session(self, person: PersonRef, chat: str, outcome: str) -> None:
        await self._call("close_session")
        self.closed.append(outcome)

    async def log_job(self, person: PersonRef, kind: str, queue_ms: int, run_ms: int, outcome: str) -> None:
        await self._call("log_job")
        self.touched.add(person)
        self.jobs.append((kind, queue_ms, run_ms, outcome))
        if person in self.people:
            self._meet(person).jobs += 1
        if outcome not in ENDED_WELL:
            self.failed.append(Failure(self.now, kind, outcome))

    # People

    async def consent(self, person: PersonRef, version: int) -> None:
        await self._call("consent")
        self._meet(person).agreed.setdefault(version, HeldConsent(version, self.now, None))

    async def prefer(
        self,
        person: PersonRef,
        *,
        locale: str | None = None,
        match_gender: str | None = None,
        language: str | None = None,
        public: bool | None = None,
    ) -> Preferences:
        await self._call("prefer")
        texts = {"locale": locale, "match_gender": match_gender, "language": language}
        chosen: dict[str, Any] = {name: text or None for name, text in texts.items() if text is not None}
        if public is not None:
            chosen["public"] = public
        known = self._meet(person)
        known.wishes = replace(known.wishes, **chosen)
        return known.wishes

    async def forget(self, person: PersonRef) -> Receipt:
        await self._call("forget")
        self.touched.discard(person)
        if person not in self.people:
            return Receipt()
        held = await self.held(person)
        row = self.people.pop(person)
        mine = [
            pair
            for pair, two in self.pairs.items()
            if person in (two.asker, two.friend) or two.invited == hashed_id(person)
        ]
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
        await self._call("held")
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
        await self._call("keep_face")
        row = self._agreeing(person)
        face = HeldFace(
            f"face-{self._next():07d}", kind, pack, self.now, self.now + timedelta(seconds=seconds)
        )
        row.faces[face.id] = (face, latent)
        return face.id

    async def face(self, person: PersonRef, face_id: str, pack: str | None = None) -> bytes | None:
        await self._call("face")
        face, latent = self.row(person).faces.get(face_id, (None, None))
        good = face is not None and face.expires > self.now and pack in (None, face.pack)
        return latent if good else None

    # Makings and links

    async def keep_making(self, person: PersonRef, making: str, *, open: bool, seconds: int) -> str:
        await self._call("keep_making")
        row = self._meet(person) if open else self._agreeing(person)
        code = f"Z{self._next():05d}"
        row.made[code] = Making(code, making, open, self.now, self.now + timedelta(seconds=seconds))
        for oldest in list(row.made)[:-MAKINGS_KEPT]:
            self._drop(row, oldest)
        return code

    async def making(self, person: PersonRef, code: str) -> Making | None:
        await self._call("making")
        code = code.strip().upper()
        for owner, row in self.people.items():
            made = row.made.get(code)
            if made and made.expires > self.now and (made.open or owner == person):
                return made
        return None

    async def makings(
        self, person: PersonRef, offset: int = 0, limit: int = 10
    ) -> tuple[tuple[Making, ...], int]:
        await self._call("makings")
        own = self._makings(person)
        return tuple(own[offset : offset + limit]), len(own)

    async def drop_making(self, person: PersonRef, code: str) -> bool:
        await self._call("drop_making")
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
        await self._call("share")
        if (made := self._own(person, code)) is None:
            return None
        token = f"token-{self._next():016d}"
        ends = min(made.expires, self.now + timedelta(seconds=seconds))
        self._meet(person).links[token] = (code, ends)
        return token

    async def links(self, person: PersonRef, code: str) -> int:
        await self._call("links")
        if self._own(person, code) is None:
            return 0
        links = self.row(person).links.values()
        return sum(one == code and ends > self.now for one, ends in links)

    async def unshare(self, person: PersonRef, code: str) -> int:
        await self._call("unshare")
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
        await self._call("shared")
        if (found := self._linked(token)) is None:
            return None
        _, made, ends = found
        return SharedMaking(made.code, made.making, made.open, ends)

    async def shared_face(self, token: str, face: str) -> bytes | None:
        await self._call("shared_face")
        found = self._linked(token)
        return await self.face(found[0], face) if found and f'"{face}"' in found[1].making else None
