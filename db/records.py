"""What the database hands out: frozen values, free of SQL, so that every room may hold them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from db.community import NOTHING_SET, CommunitySettings

ENDED_WELL = ("done", "cancelled")
"""Outcomes of jobs that are no failure."""


@dataclass(frozen=True, slots=True)
class PersonRef:
    """A person as a platform knows them.

    The raw id lives in memory only: it is hashed before it reaches a table, and left out of `repr` so that no
    log line can hold it.
    """

    platform: str
    id: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Person:
    """A person's row: `hash` stands for their id, `key` is their data key, wrapped; `nickname` is sealed with it."""

    id: UUID
    hash: bytes = field(repr=False)
    key: bytes = field(repr=False)
    locale: str | None = None
    match_gender: str | None = None
    language: str | None = None
    public: bool | None = None
    nickname: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person chose once; None where they never did.

    `locale` is what their platform told last, `language` what they chose themselves; `public` is whether others see
    results at once.
    """

    locale: str | None = None
    match_gender: str | None = None
    language: str | None = None
    public: bool | None = None
    nickname: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands in one chat of one community: all that a decision goes by, read at one moment.

    `state` is the conversation as it was saved, `agreed` the newest version of the consent that stands, `face` the
    id of the newest face that is kept; each None where there is none. `settings` are the community's, and `blocked`
    says whether it does not serve this person.
    """

    state: str | None = None
    preferences: Preferences = Preferences()
    agreed: int | None = None
    face: str | None = None
    settings: CommunitySettings = NOTHING_SET
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class HeldFace:
    """A kept face, told without its latent."""

    id: str
    kind: str
    pack: str
    created: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class HeldConsent:
    """A consent to one version of the text; `withdrawn` is None while it stands."""

    version: int
    given: datetime
    withdrawn: datetime | None


@dataclass(frozen=True, slots=True)
class Making:
    """How a picture was made, in the bot's own JSON; `open`: nothing of a person's face is in it."""

    code: str
    making: str = field(repr=False)
    open: bool
    created: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class SharedMaking:
    """A making that its owner shares by a link, until `expires`."""

    code: str
    making: str = field(repr=False)
    open: bool
    expires: datetime


PAIR_ALPHABET, PAIR_LETTERS = "0123456789BCDFGHJKMNPQRSTVWXYZ", 12
"""Of a pair's id, which people dictate: no letter that is taken for a digit, and no vowels, so that it spells no word.

59 bits: for a day whoever has the id of an invitation that names nobody may agree to it, and nobody guesses one.
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people who may have one picture together, as one of them sees it.

    `asked`: it was this one who asked. `mine` and `theirs`: who has agreed. `expires`: until when the agreement
    can be given, and once `both` have agreed, until when it is good. `own`: it goes when this one is forgotten; not so
    for who only looks at what is open to whoever agrees first.
    """

    id: str
    asked: bool
    mine: bool
    theirs: bool
    expires: datetime
    own: bool

    @property
    def both(self) -> bool:
        return self.mine and self.theirs


@dataclass(frozen=True, slots=True)
class PairLatent:
    """One of two faces that are mixed by agreement: its pack's name, and the latent."""

    pack: str
    latent: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Quota:
    """What came of asking for one use: `refused` says why it was not taken, `wait` the seconds until it may be.

    `left` is what remains of today's quota, None where there is none.
    """

    refused: Literal["", "quota", "cooldown"]
    left: int | None
    wait: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """A job that did not end well: when, its kind, and the error's code."""

    at: datetime
    kind: str
    code: str


@dataclass(frozen=True, slots=True)
class Held:
    """All that is held about a person, and until when their last face is kept (None: no face is).

    `session_days` and `conversation_days` say how long sessions and job timings, and a conversation, are kept.
    """

    faces: tuple[HeldFace, ...] = ()
    consents: tuple[HeldConsent, ...] = ()
    conversations: int = 0
    sessions: int = 0
    jobs: int = 0
    makings: int = 0
    shares: int = 0
    pairs: int = 0
    maps: int = 0
    preferences: Preferences = Preferences()
    until: datetime | None = None
    session_days: int = 365
    conversation_days: int = 30


@dataclass(frozen=True, slots=True)
class Receipt:
    """What `/forget` removed. Sessions, jobs and audit entries stay, cut from the person."""

    key: bool = False
    faces: int = 0
    conversations: int = 0
    consents: int = 0
    sessions: int = 0
    jobs: int = 0
    makings: int = 0
    shares: int = 0
    pairs: int = 0
    maps: int = 0


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows a purge removed; `abandoned` sessions were only closed."""

    faces: int = 0
    updates: int = 0
    conversations: int = 0
    sessions: int = 0
    jobs: int = 0
    people: int = 0
    abandoned: int = 0
    makings: int = 0
    shares: int = 0
    pairs: int = 0
    uses: int = 0
    audit: int = 0


@dataclass(frozen=True, slots=True)
class Spread:
    """Nearest-rank percentiles of a time in milliseconds."""

    p50: int
    p95: int


@dataclass(frozen=True, slots=True)
class JobTimes:
    """How long one kind of job waited and ran."""

    kind: str
    count: int
    wait: Spread
    run: Spread


@dataclass(frozen=True, slots=True)
class Statistics:
    """Numbers about use, without anything about a person. Pairs are (what, how many)."""

    days: tuple[tuple[str, int], ...] = ()
    types: tuple[tuple[str, int], ...] = ()
    genders: tuple[tuple[str, int], ...] = ()
    outcomes: tuple[tuple[str, int], ...] = ()
    jobs: tuple[tuple[str, str, int], ...] = ()
    times: tuple[JobTimes, ...] = ()
    people: int = 0
    consented: int = 0

    @property
    def failures(self) -> tuple[tuple[str, int], ...]:
        """Jobs that ended neither well nor by their person's wish, by the error's code, most first."""
        found: dict[str, int] = {}
        for _, outcome, number in self.jobs:
            if outcome not in ENDED_WELL:
                found[outcome] = found.get(outcome, 0) + number
        return tuple(sorted(found.items(), key=lambda row: (-row[1], row[0])))

    @property
    def consent_rate(self) -> float | None:
        """Share in [0, 1] of the known people whose consent stands; None when nobody is known."""
        return self.consented / self.people if self.people else None
