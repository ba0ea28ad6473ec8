"""Recording fakes at the core's ports. They know no network: whatever is not prepared fails."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2s
from typing import Any

from bot.core.balances import BalanceChart
from bot.core.card import Card
from db.community import AuditEntry, Block, CommunitySettings
from db.errors import StoreError
from db.records import (
    Failure,
    Held,
    HeldFace,
    Making,
    PersonRef,
    Preferences,
    Quota,
    Receipt,
    SharedMaking,
    Statistics,
)
from inference.client import Film
from inference.errors import Box, TypefaceError
from inference.wire import (
    DirectionInfo,
    Face,
    FilmFormat,
    Gender,
    ImageFormat,
    JobEvent,
    JobView,
    LabelFace,
    LatentFace,
    MixFace,
    PackInfo,
    ProjectResult,
    ServerState,
)

PACK = PackInfo(
    name="starter",
    version="1",
    resolution=64,
    num_ws=10,
    w_dim=128,
    labels=[],
    looks=["mean", "darker", "older"],
    directions=[
        DirectionInfo(name="smile", low=-2, high=2, how="fitted"),
        DirectionInfo(name="own-name", low=-1, high=3, how="fitted"),
    ],
    operations=[],
    licence="Apache-2.0",
    attribution="",
    illustrative=True,
    default=True,
)
ANIME = PACK.model_copy(update={"name": "anime", "default": False, "looks": ["mean"]})
JPEG = b"\xff\xd8 a face"
COMPOSED = b"\xff\xd8 a face in a photo"
FILE = b"\x89PNG a face in a photo"


NOW = datetime(2030, 1, 1, tzinfo=UTC)


class FakeClock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


class FakeDrawing:
    def __init__(self) -> None:
        self.charts: list[BalanceChart] = []
        self.sheets: list[tuple[tuple[str, ...], int]] = []
        self.mosaics: list[int] = []
        self.words: list[Mapping[str, str]] = []
        self.maps: list[Mapping[str, int]] = []
        self.cards: list[Card] = []
        self.drawn: list[tuple[bytes, tuple[Box, ...]]] = []
        self.error: Exception | None = None
        self.shrunk: list[bytes] = []
        self.refuses: dict[bytes, TypefaceError] = {}

    def shrink(self, photo: bytes) -> bytes:
        """The photo as it is; `refuses` names those that are none."""
        self.shrunk.append(photo)
        if error := self.refuses.get(photo):
            raise error
        return photo

    def sheet(
        self, pictures: Sequence[bytes], captions: Sequence[str], columns: int, format: ImageFormat
    ) -> bytes:
        assert len(pictures) == len(captions)
        self.sheets.append((tuple(captions), columns))
        return b"\xff\xd8 a sheet"

    def mosaic(self, pictures: Sequence[bytes]) -> bytes:
        assert 2 <= len(pictures) <= 4
        self.mosaics.append(len(pictures))
        return b"a mosaic"

    def balances(self, chart: BalanceChart) -> bytes:
        if self.error:
            raise self.error
        self.charts.append(chart)
        return b"\xff\xd8 a chart"

    def statistics(self, found: Statistics, words: Mapping[str, str]) -> bytes:
        self.words.append(words)
        return b"\x89PNG statistics"

    def type_map(self, counts: Mapping[str, int], title: str) -> bytes:
        self.maps.append(counts)
        return b"\xff\xd8 a map"

    def card(self, card: Card, format: ImageFormat) -> bytes:
        self.cards.append(card)
        return b"\xff\xd8 a card"

    def number_boxes(self, photo: bytes, boxes: Sequence[Box]) -> bytes:
        if self.error:
            raise self.error
        self.drawn.append((photo, tuple(boxes)))
        return b"\xff\xd8 numbered"


class FakeFaces:
    """The latent of a photo is the photo's own bytes, so that a test sees whose face is whose.

    With `looks_while_queued` the first preview comes while the job still waits, and it waits on for `queue_gate`.
    `fail` is raised once by the next call of that name; with `gate` a projection waits after its preview, and
    a composition before its picture.
    """

    def __init__(self) -> None:
        self.rendered: list[Face] = []
        self.morphed: list[tuple[Face, ...]] = []
        self.projected: list[tuple[bytes, str, Box | None]] = []
        self.composed: list[tuple[bytes, Box | None]] = []
        self.composed_as: list[ImageFormat] = []
        self.cancelled = 0
        self.packs_asked: list[str | None] = []
        self.fail: dict[str, TypefaceError] = {}
        self.looks_while_queued = False
        self.bug: Exception | None = None
        self.gate: asyncio.Event | None = None
        self.queue_gate: asyncio.Event | None = None
        self.started = asyncio.Event()

    async def packs(self) -> list[PackInfo]:
        self._maybe_fail("packs")
        return [PACK, ANIME]

    async def state(self) -> ServerState:
        self._maybe_fail("state")
        return ServerState(ready=True, waiting=3, running=2, devices=["cuda:0", "cuda:1"], version="9.9")

    async def render(self, face: Face, *, pack: str | None, size: int, format: ImageFormat) -> bytes:
        self.packs_asked.append(pack)
        assert size in (192, 384, 512, 1024)
        self._maybe_fail("render")
        if self.bug:
            raise self.bug
        self.rendered.append(face)
        return JPEG

    async def morph(
        self, faces: Sequence[Face], *, owner: str, pack: str | None, formats: list[FilmFormat]
    ) -> AsyncIterator[JobEvent | Film]:
        self.morphed.append(tuple(faces))
        self._maybe_fail("morph")
        view = JobView(id="m", kind="morph", state="running", step=9, steps=90, eta=2)
        try:
            yield JobEvent(job=view, preview=b64encode(JPEG).decode())
            self.started.set()
            if self.gate:
                await self.gate.wait()
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        yield Film({"mp4": b"a film", "webp": b"a picture that moves", "jpeg": JPEG})

    async def compose(
        self, photo: bytes, face: Face, *, box: Box | None, pack: str | None, size: int, format: ImageFormat
    ) -> bytes:
        self.packs_asked.append(pack)
        assert size == 2048
        self.composed_as.append(format)
        self.composed.append((photo, box))
        self._maybe_fail("compose")
        if self.bug:
            raise self.bug
        self.started.set()
        try:
            if self.gate:
                await self.gate.wait()
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        self._maybe_fail("compose-end")
        self.rendered.append(face)
        return COMPOSED if format == "jpeg" else FILE

    async def project(
        self, photo: bytes, *, owner: str, box: Box | None = None, pack: str | None = None
    ) -> AsyncIterator[JobEvent | ProjectResult]:
        self.packs_asked.append(pack)
        self.projected.append((photo, owner, box))
        self._maybe_fail("project")
        preview = b64encode(JPEG).decode()
        try:
            queued = JobView(id="j", kind="project", state="queued", position=2, eta=20)
            for first_look in (None, preview) if self.looks_while_queued else (None,):
                yield JobEvent(job=queued, preview=first_look)
                await asyncio.sleep(0)
            if self.queue_gate:
                await self.queue_gate.wait()
            view = JobView(id="j", kind="project", state="running", step=10, steps=40, eta=8)
            yield JobEvent(job=view, preview=preview)
            self.started.set()
            if self.gate:
                await self.gate.wait()
            await asyncio.sleep(0)
            self._maybe_fail("project-end")
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        face = LatentFace(data=b64encode(photo).decode())
        yield ProjectResult(
            face=face, pack=pack or "starter", version="1", steps=40, queue_ms=5, run_ms=900, loss=0.1
        )

    def _maybe_fail(self, what: str) -> None:
        if error := self.fail.pop(what, None):
            raise error

    def assert_type(self, label: str, gender: Gender) -> None:
        assert self.rendered[-1] == LabelFace(label=label, gender=gender)

    def assert_blend(self, photo: bytes, label: str, weight: float) -> None:
        face = self.rendered[-1]
        assert isinstance(face, MixFace)
        assert face.a == LatentFace(data=b64encode(photo).decode())
        assert isinstance(face.b, LabelFace)
        assert face.b.label == label
        assert face.layers == "all"
        assert face.weight == weight

    def assert_nothing_projected(self) -> None:
        assert not self.projected


class FakeStore:
    """In memory. `down` makes every call fail, `fail_next` the next of that name; `pause` lets calls wait."""

    def __init__(self) -> None:
        self.states: dict[tuple[PersonRef, str], str] = {}
        self.consents: set[PersonRef] = set()
        self.faces: dict[str, tuple[PersonRef, bytes, int]] = {}
        self.packs: dict[str, str] = {}
        self.sessions: list[tuple[PersonRef, str, str]] = []
        self.closed: list[str] = []
        self.communities: set[tuple[str, str]] = set()
        self.jobs: list[tuple[str, int, int, str]] = []
        self.shares: dict[str, str] = {}
        self.made: dict[str, tuple[PersonRef, Making]] = {}
        self.wishes: dict[PersonRef, Preferences] = {}
        self.settings: dict[tuple[str, str], CommunitySettings] = {}
        self.log: list[AuditEntry] = []
        self.moves: list[tuple[str, str]] = []
        self.blocking: dict[tuple[str, PersonRef], str] = {}
        self.used: dict[tuple[PersonRef, str | None], int] = {}
        self.map: dict[PersonRef, str] = {}
        self.updates: set[tuple[str, str]] = set()
        self.down = False
        self.fail_next: set[str] = set()
        self.pause: dict[str, asyncio.Event] = {}
        self.writes: list[tuple[str, PersonRef]] = []

    async def _call(self, name: str) -> None:
        await asyncio.sleep(0)
        if name in self.pause:
            await self.pause[name].wait()
        if self.down or name in self.fail_next:
            self.fail_next.discard(name)
            raise StoreError(f"{name} failed")

    async def seen(self, platform: str, update: str) -> bool:
        await self._call("seen")
        known = (platform, update) in self.updates
        self.updates.add((platform, update))
        return known

    async def load(self, person: PersonRef, chat: str) -> str | None:
        await self._call("load")
        return self.states.get((person, chat))

    async def save(self, person: PersonRef, chat: str, state: str) -> None:
        await self._call("save")
        self.writes.append(("save", person))
        self.states[person, chat] = state

    async def consented(self, person: PersonRef, version: int) -> bool:
        await self._call("consented")
        return person in self.consents

    async def consent(self, person: PersonRef, version: int) -> None:
        await self._call("consent")
        self.writes.append(("consent", person))
        self.consents.add(person)

    async def keep_face(self, person: PersonRef, latent: bytes, *, kind: str, pack: str, seconds: int) -> str:
        await self._call("keep_face")
        self.writes.append(("keep_face", person))
        assert person in self.consents
        assert kind == "selfie"
        face = f"face-{len(self.faces)}"
        self.faces[face] = (person, latent, seconds)
        self.packs[face] = pack
        return face

    async def face(self, person: PersonRef, face_id: str, pack: str | None = None) -> bytes | None:
        await self._call("face")
        if pack is not None and self.packs.get(face_id) != pack:
            return None
        owner, latent, _ = self.faces.get(face_id, (None, b"", 0))
        return latent if owner == person else None

    async def latest_face(self, person: PersonRef, kind: str) -> str | None:
        await self._call("latest_face")
        own = [face for face, (owner, _, _) in self.faces.items() if owner == person]
        return own[-1] if own else None

    async def open_session(
        self, person: PersonRef, chat: str, type: str, gender: str, community: str | None
    ) -> None:
        await self._call("open_session")
        if community:
            self.communities.add((person.platform, community))
        self.writes.append(("open_session", person))
        self.sessions.append((person, type, gender))

    async def close_session(self, person: PersonRef, chat: str, outcome: str) -> None:
        await self._call("close_session")
        self.writes.append(("close_session", person))
        self.closed.append(outcome)

    async def log_job(self, person: PersonRef, kind: str, queue_ms: int, run_ms: int, outcome: str) -> None:
        await self._call("log_job")
        self.writes.append(("log_job", person))
        self.jobs.append((kind, queue_ms, run_ms, outcome))

    async def preferences(self, person: PersonRef) -> Preferences:
        await self._call("preferences")
        return self.wishes.get(person, Preferences())

    async def prefer(self, person: PersonRef, **wishes: Any) -> None:
        await self._call("prefer")
        self.writes.append(("prefer", person))
        told = {name: None if value == "" else value for name, value in wishes.items() if value is not None}
        self.wishes[person] = replace(self.wishes.get(person, Preferences()), **told)

    async def keep_making(self, person: PersonRef, making: str, *, open: bool, seconds: int) -> str:
        await self._call("keep_making")
        self.writes.append(("keep_making", person))
        code = f"C0DE{len(self.made):02d}"
        now = datetime.now(UTC)
        self.made[code] = (person, Making(code, making, open, now, now + timedelta(seconds=seconds)))
        return code

    async def making(self, person: PersonRef, code: str) -> Making | None:
        await self._call("making")
        owner, made = self.made.get(code, (None, None))
        return made if made and (owner == person or made.open) else None

    async def makings(self, person: PersonRef, offset: int, limit: int) -> tuple[tuple[Making, ...], int]:
        await self._call("makings")
        own = [made for owner, made in reversed(self.made.values()) if owner == person]
        return tuple(own[offset : offset + limit]), len(own)

    async def withdraw_pair(self, pair: str, person: PersonRef, handle: str | None = None) -> bool:
        """Pairs are played with the real store (features/test_us.py): here there are none."""
        await self._call("withdraw_pair")
        return False

    async def drop_making(self, person: PersonRef, code: str) -> bool:
        await self._call("drop_making")
        owner, _ = self.made.get(code, (None, None))
        return owner == person and self.made.pop(code, None) is not None

    def tag(self, platform: str, kind: str, id: str) -> str:
        return blake2s(f"{platform} {kind} {id}".encode(), digest_size=8).hexdigest()

    async def community(self, platform: str, community: str) -> CommunitySettings:
        await self._call("community")
        return self.settings.get((platform, community), CommunitySettings())

    async def change_community(
        self, by: PersonRef, community: str, key: str, value: Any
    ) -> CommunitySettings:
        await self._call("change_community")
        old = await self.community(by.platform, community)
        new = self.settings[by.platform, community] = old.changed(key, value)
        self.log.append(AuditEntry(NOW, "a1b2c3d4", key, getattr(old, key), getattr(new, key)))
        return new

    async def move_community(self, platform: str, old: str, new: str) -> bool:
        await self._call("move_community")
        self.moves.append((old, new))
        return self.moves.count((old, new)) == 1

    async def audit(
        self, platform: str, community: str, offset: int, limit: int
    ) -> tuple[tuple[AuditEntry, ...], int]:
        await self._call("audit")
        return tuple(self.log[::-1][offset : offset + limit]), len(self.log)

    async def block(self, by: PersonRef, community: str, whom: PersonRef) -> str:
        await self._call("block")
        tag = self.tag(whom.platform, "block", whom.id)[:8]
        self.blocking[community, whom] = tag
        self.log.append(AuditEntry(NOW, "", "block", None, tag))
        return tag

    async def unblock(self, by: PersonRef, community: str, tag: str) -> bool:
        await self._call("unblock")
        found = [key for key, value in self.blocking.items() if value == tag]
        for key in found:
            del self.blocking[key]
        return bool(found)

    async def blocks(self, platform: str, community: str) -> tuple[Block, ...]:
        await self._call("blocks")
        return tuple(Block(tag, NOW) for (place, _), tag in self.blocking.items() if place == community)

    async def blocked(self, person: PersonRef, community: str) -> bool:
        await self._call("blocked")
        return (community, person) in self.blocking

    async def take_quota(
        self, person: PersonRef, community: str | None, *, limit: int | None, cooldown: int
    ) -> Quota:
        await self._call("take_quota")
        used = self.used.get((person, community), 0)
        if limit is not None and used >= limit:
            return Quota("quota", 0, 7200)
        if cooldown and used:
            return Quota("cooldown", None, cooldown)
        self.used[person, community] = used + 1
        return Quota("", None if limit is None else limit - used - 1)

    async def give_back(self, person: PersonRef, community: str | None) -> None:
        await self._call("give_back")
        self.used[person, community] -= 1

    async def reset_quota(self, by: PersonRef, community: str, whom: PersonRef) -> str:
        await self._call("reset_quota")
        self.used.pop((whom, community), None)
        tag = self.tag(whom.platform, "block", whom.id)[:8]
        self.log.append(AuditEntry(NOW, "", "reset", None, tag))
        return tag

    async def put_on_map(self, person: PersonRef, community: str, type: str) -> None:
        await self._call("put_on_map")
        self.map[person] = type

    async def take_off_map(self, person: PersonRef, community: str) -> bool:
        await self._call("take_off_map")
        return self.map.pop(person, None) is not None

    async def on_map(self, person: PersonRef, community: str) -> str | None:
        await self._call("on_map")
        return self.map.get(person)

    async def type_map(self, platform: str, community: str) -> tuple[tuple[str, int], ...]:
        await self._call("type_map")
        return tuple(Counter(self.map.values()).most_common())

    async def statistics(self, since: datetime, place: tuple[str, str] | None) -> Statistics:
        await self._call("statistics")
        return Statistics(types=(("ENFP", 3),), people=4, consented=3)

    async def failures(self, limit: int) -> tuple[Failure, ...]:
        await self._call("failures")
        return tuple(Failure(NOW, kind, code) for kind, _, _, code in self.jobs[::-1] if code != "done")[
            :limit
        ]

    async def share(self, person: PersonRef, code: str, seconds: int) -> str | None:
        await self._call("share")
        if self.made.get(code, (None, None))[0] != person:
            return None
        token = f"{len(self.shares):022d}"
        self.shares[token] = code
        return token

    async def links(self, person: PersonRef, code: str) -> int:
        await self._call("links")
        return list(self.shares.values()).count(code) if self.made.get(code, (None, 0))[0] == person else 0

    async def unshare(self, person: PersonRef, code: str) -> int:
        count = await self.links(person, code)
        if count:
            self.shares = {token: one for token, one in self.shares.items() if one != code}
        return count

    async def shared(self, token: str) -> SharedMaking | None:
        await self._call("shared")
        _, made = self.made.get(self.shares.get(token, ""), (None, None))
        return SharedMaking(made.code, made.making, made.open, made.expires) if made else None

    async def shared_face(self, token: str, face: str) -> bytes | None:
        await self._call("shared_face")
        made = await self.shared(token)
        owner, latent, _ = self.faces.get(face, (None, b"", 0))
        return latent if owner and made and f'"{face}"' in made.making else None

    async def forget(self, person: PersonRef) -> Receipt:
        await self._call("forget")
        self.writes = [write for write in self.writes if write[1] != person]
        faces = [face for face, (owner, _, _) in self.faces.items() if owner == person]
        chats = [key for key in self.states if key[0] == person]
        receipt = Receipt(key=bool(faces), faces=len(faces), conversations=len(chats))
        for face in faces:
            del self.faces[face]
        for key in chats:
            del self.states[key]
        self.made = {code: kept for code, kept in self.made.items() if kept[0] != person}
        self.consents.discard(person)
        self.wishes.pop(person, None)
        return receipt

    async def held(self, person: PersonRef) -> Held:
        await self._call("held")
        made = datetime(2030, 1, 1, tzinfo=UTC)
        faces = tuple(
            HeldFace(face, "selfie", "starter", made, made + timedelta(days=1))
            for face, (owner, _, _) in self.faces.items()
            if owner == person
        )
        chats = sum(key[0] == person for key in self.states)
        return Held(faces=faces, conversations=chats, until=faces[-1].expires if faces else None)

    def assert_nothing_about(self, person: PersonRef) -> None:
        """Nothing is held, and nothing at all was written after the person was forgotten."""
        assert not [write for write in self.writes if write[1] == person]
        assert person not in self.consents
        assert person not in self.wishes
        assert not [key for key in self.states if key[0] == person]
        assert not [face for face, (owner, _, _) in self.faces.items() if owner == person]
