"""What the core needs from outside: the consumer owns the Protocol, the composition root brings what fulfils it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.core.balances import BalanceChart
from bot.core.card import Card
from bot.core.events import Event, Origin, Person
from bot.core.mbti import Gender
from bot.core.replies import Reply, Suggested, Suggestion
from db.community import AuditEntry, Block, CommunitySettings
from db.records import (
    Failure,
    Held,
    Making,
    Pair,
    PairLatent,
    PersonRef,
    Preferences,
    Quota,
    Receipt,
    SharedMaking,
    Standing,
    Statistics,
)
from inference.errors import Box
from inference.wire import Face, FilmFormat, ImageFormat, JobEvent, PackInfo, ProjectResult, ServerState


class Film(Protocol):
    """A film's files by format; `jpeg` is its first frame."""

    @property
    def files(self) -> Mapping[FilmFormat, bytes]: ...


class Faces(Protocol):
    """The inference server; `inference.client.Client` fulfils it. Raises `inference.errors.TypefaceError`."""

    async def packs(self) -> list[PackInfo]: ...
    async def state(self) -> ServerState: ...

    async def render(self, face: Face, *, pack: str | None, size: int, format: ImageFormat) -> bytes: ...

    async def compose(
        self, photo: bytes, face: Face, *, box: Box | None, pack: str | None, size: int, format: ImageFormat
    ) -> bytes:
        """The photo with `face` in it, longest side at most `size` px."""
        ...

    def morph(
        self, faces: Sequence[Face], *, owner: str, pack: str | None, formats: list[FilmFormat]
    ) -> AsyncIterator[JobEvent | Film]:
        """Turn faces into one another; as `project`."""
        ...

    def project(
        self, photo: bytes, *, owner: str, box: Box | None = None, pack: str | None = None
    ) -> AsyncIterator[JobEvent | ProjectResult]:
        """Yields events and last the result. Closing the iterator, or cancelling the task, cancels the job."""
        ...


class Store(Protocol):
    """What is kept, and how it is forgotten; fulfilled by `db.store.Store`. Raises `db.errors.StoreError`."""

    async def seen(self, platform: str, update: str) -> bool: ...
    async def standing(self, person: PersonRef, chat: str, community: str | None, kind: str) -> Standing:
        """All that a decision goes by, of one moment: it is good for that decision, and old after any long wait."""
        ...

    async def save(self, person: PersonRef, chat: str, state: str) -> None: ...
    async def consent(self, person: PersonRef, version: int) -> None: ...
    async def keep_face(
        self, person: PersonRef, latent: bytes, *, kind: str, pack: str, seconds: int
    ) -> str: ...
    async def face(self, person: PersonRef, face_id: str, pack: str | None = None) -> bytes | None:
        """With `pack` only a latent that belongs to that pack."""
        ...

    async def note_community(self, platform: str, community: str) -> None: ...
    async def open_session(
        self, person: PersonRef, chat: str, type: str, gender: str, community: str | None
    ) -> None: ...
    async def close_session(self, person: PersonRef, chat: str, outcome: str) -> None: ...
    async def log_job(
        self, person: PersonRef, kind: str, queue_ms: int, run_ms: int, outcome: str
    ) -> None: ...
    async def prefer(
        self,
        person: PersonRef,
        *,
        locale: str | None = None,
        match_gender: str | None = None,
        public: bool | None = None,
        language: str | None = None,
    ) -> Preferences: ...
    async def keep_making(self, person: PersonRef, making: str, *, open: bool, seconds: int) -> str:
        """Keep how a picture was made, and hand out its code; `open`: nothing of a person is in it."""
        ...

    async def making(self, person: PersonRef, code: str) -> Making | None:
        """The person's own, or anybody's open one."""
        ...

    async def makings(self, person: PersonRef, offset: int, limit: int) -> tuple[tuple[Making, ...], int]:
        """The person's own, newest first, and how many there are in all."""
        ...

    async def invite(
        self, asker: PersonRef, friend: PersonRef | None = None, handle: str | None = None
    ) -> str: ...
    async def agree(self, pair: str, person: PersonRef, handle: str | None = None) -> Pair | None: ...
    async def pair(self, pair: str, person: PersonRef, handle: str | None = None) -> Pair | None: ...
    async def pair_latents(
        self, pair: str, person: PersonRef, kind: str
    ) -> tuple[PairLatent, PairLatent] | None: ...
    async def withdraw_pair(self, pair: str, person: PersonRef, handle: str | None = None) -> bool: ...
    async def drop_making(self, person: PersonRef, code: str) -> bool: ...
    async def share(self, person: PersonRef, code: str, seconds: int) -> str | None:
        """The token of a new link to one's own making, which ends with it at the latest; None when it is not."""
        ...

    async def links(self, person: PersonRef, code: str) -> int:
        """How many links lead to one's own making now."""
        ...

    async def unshare(self, person: PersonRef, code: str) -> int:
        """End all links to one's own making; how many there were."""
        ...

    async def shared(self, token: str) -> SharedMaking | None:
        """What a link shows; None when it has ended."""
        ...

    async def shared_face(self, token: str, face: str) -> bytes | None:
        """The latent that the shared making names; None of any other."""
        ...

    def tag(self, platform: str, kind: str, id: str) -> str: ...
    async def change_community(
        self, by: PersonRef, community: str, key: str, value: Any
    ) -> CommunitySettings:
        """Raises db.errors.Rejected for a value that the setting does not take."""
        ...

    async def move_community(self, platform: str, old: str, new: str) -> bool:
        """A group goes on under another id, as a chat and as a community; whether that is news."""
        ...

    async def audit(
        self, platform: str, community: str, offset: int, limit: int
    ) -> tuple[tuple[AuditEntry, ...], int]: ...
    async def block(self, by: PersonRef, community: str, whom: PersonRef) -> str: ...
    async def unblock(self, by: PersonRef, community: str, tag: str) -> bool: ...
    async def blocks(
        self, platform: str, community: str, offset: int, limit: int
    ) -> tuple[tuple[Block, ...], int]: ...
    async def take_quota(
        self, person: PersonRef, community: str | None, *, limit: int | None, cooldown: int
    ) -> Quota: ...
    async def give_back(self, person: PersonRef, community: str | None) -> None: ...
    async def reset_quota(self, by: PersonRef, community: str, whom: PersonRef) -> str: ...
    async def put_on_map(self, person: PersonRef, community: str, type: str) -> None: ...
    async def take_off_map(self, person: PersonRef, community: str) -> bool: ...
    async def on_map(self, person: PersonRef, community: str) -> str | None: ...
    async def type_map(self, platform: str, community: str) -> tuple[tuple[str, int], ...]: ...
    async def statistics(self, since: datetime, place: tuple[str, str] | None) -> Statistics: ...
    async def failures(self, limit: int) -> tuple[Failure, ...]: ...
    async def forget(self, person: PersonRef) -> Receipt: ...
    async def held(self, person: PersonRef) -> Held: ...


class Drawing(Protocol):
    """What the bot does to pictures itself; fulfilled by `bot.drawing.pen`. Raises `inference.errors.PhotoError`."""

    def shrink(self, photo: bytes) -> bytes:
        """The upright photo as JPEG without metadata, longest side at most 2,048 px; BadImage or TooLarge for junk."""
        ...

    def number_boxes(self, photo: bytes, boxes: Sequence[Box]) -> bytes:
        """The upright photo as JPEG, longest side at most 1,024 px, with each box numbered from 1."""
        ...

    def sheet(
        self, pictures: Sequence[bytes], captions: Sequence[str], columns: int, format: ImageFormat
    ) -> bytes:
        """The pictures in rows of `columns`, each over its caption, as one picture."""
        ...

    def mosaic(self, pictures: Sequence[bytes]) -> bytes:
        """Two to four pictures side by side in one small square, as PNG."""
        ...

    def balances(self, chart: BalanceChart) -> bytes:
        """The chart of the quiz as JPEG."""
        ...

    def statistics(self, found: Statistics, words: Mapping[str, str]) -> bytes:
        """One sheet as PNG; `words` are the fields of `db.plots.Words`."""
        ...

    def type_map(self, counts: Mapping[str, int], title: str) -> bytes:
        """All sixteen types with how many there are of each, as JPEG."""
        ...

    def card(self, card: Card, format: ImageFormat) -> bytes:
        """The card to share, in the size of its shape."""
        ...


class Clock(Protocol):
    def monotonic(self) -> float:
        """Seconds; for how long a photo may stay in memory."""
        ...


@dataclass(frozen=True)
class Ports:
    """What the service was given."""

    faces: Faces
    store: Store
    drawing: Drawing
    clock: Clock


Push = Callable[[str, Reply], None]
"""Brings a reply to the platform's id of a person."""


class Handler(Protocol):
    """The core, as adapters see it; fulfilled by `bot.core.service.Service`."""

    def handle(self, event: Event) -> AsyncGenerator[Reply]:
        """Answer `event`; closing the generator cancels the work behind it."""
        ...

    async def language(self, origin: Origin) -> str:
        """In which of `wording.LOCALES` whoever is at `origin` is answered."""
        ...


class SharingError(Exception):
    """What a link shows cannot be had now: too much is asked for, or the store or the faces' server is away."""


@dataclass(frozen=True)
class Shared:
    """What stands beside a shared picture: keys of `texts/` and their arguments."""

    title: str
    alt: str
    args: Mapping[str, str]


class Shares(Protocol):
    """What links show, as the web sees it; fulfilled by `bot.core.sharing.Sharing`. Raises SharingError."""

    async def look(self, token: str) -> Shared | None:
        """What the link shows; None when it has ended, or never was one."""
        ...

    async def picture(self, token: str, locale: str) -> bytes | None:
        """The picture as JPEG, with any words on it in the language of who looks; None as in `look`."""
        ...


class Sharer(Handler, Protocol):
    """The core, as the web sees it."""

    @property
    def sharing(self) -> Shares: ...

    def reach(self, platform: str, push: Push) -> None:
        """From here on `push` tells people of that platform something that they have not asked for just now."""
        ...


class Samples(Protocol):
    """Faces of types alone, with nothing of a person; fulfilled by `bot.core.service.Service`."""

    async def sample(self, kind: str, gender: Gender) -> bytes | None:
        """The type's average face as JPEG, 512 px; None while the server has none for us."""
        ...


class Desk(Handler, Samples, Protocol):
    """All of the core for a platform that has inline questions, groups whose ids change, and tells who leaves."""

    async def moved(self, platform: str, old: str, new: str) -> bool:
        """A group goes on under another id; whether that is news. Returns when it is written down."""
        ...

    def left(self, person: Person) -> None:
        """The person has blocked the bot: their work ends and their photos go, what is stored stays."""
        ...


class Suggests(Protocol):
    """What can be offered while an option is typed; fulfilled by `bot.core.suggestions.Suggestions`."""

    async def of(self, origin: Origin, kind: Suggested, typed: str) -> Sequence[Suggestion]: ...


class Adapter(Protocol):
    """One platform. `start` returns when the platform answers, `stop` when nothing of it runs any more."""

    name: str

    @property
    def notice(self) -> str | None:
        """After `start`: what whoever started us should know, such as a platform that is not reachable yet."""
        ...

    @property
    def owners(self) -> tuple[str, ...]:
        """The platform's ids of those whom it knows as the bot's owners, after `start`."""
        ...

    async def notify(self, person: str, text: str) -> bool:
        """Write to that person unasked; whether it came through."""
        ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...
