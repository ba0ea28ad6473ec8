"""Any events in any order: thousands of generated conversations, with the effects played by a small world."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from bot.core import charts, making, outcomes
from bot.core.commands import COMMANDS
from bot.core.conversation import step
from bot.core.effects import (
    Ask,
    CancelJob,
    Compose,
    Composed,
    Consent,
    Direction,
    Drop,
    Effect,
    Ended,
    Failed,
    Forget,
    Forgotten,
    HeldRead,
    Hold,
    Known,
    ManyFound,
    Outcome,
    Portrait,
    Prefer,
    Project,
    Projected,
    Render,
    Rendered,
    Say,
    Show,
    Spare,
    Wanted,
)
from bot.core.events import Command, Event, Origin, Person, Photo, PhotoSent, Press, TextSent
from bot.core.features.card import CardDrawn, DrawCard
from bot.core.features.made import (
    DropMaking,
    EntryRead,
    GalleryRead,
    MakingDropped,
    MakingRead,
    Original,
    OriginalMade,
    ReadEntry,
    ReadGallery,
    ReadMaking,
)
from bot.core.features.quiz import BalancesDrawn, DrawBalances
from bot.core.features.sheets import DrawSheet, SheetDrawn
from bot.core.filming import Film, Filmed
from bot.core.making import Made
from bot.core.mbti import TYPES, Gender
from bot.core.photos import HeldPhoto
from bot.core.phrasing import Phrasing, Shot
from bot.core.presses import Action
from bot.core.replies import Shown, Text
from bot.core.state import State, from_json
from bot.core.wording import LOCALES
from db.records import Held, Receipt
from tests.bot.core.people import ANN, BOB, check, final, press, stopped

CHART = charts.load("popular")
DIRECTIONS = (Direction("smile", -20, 20), Direction("own-name", -10, 30))
CONVERSATIONS = int(os.environ.get("TYPEFACE_CONVERSATIONS", "1000"))
"""`make soak` plays a hundred times as many."""
STEPS = 15
UNSEEN = "everyone sees what the person has not seen"
CODES = [*sorted(outcomes.KNOWN_CODES - {"many_faces"}), "unknown_label", "whatever"]


@dataclass
class World:
    """One person in one chat, and what the ports would hold about them."""

    person: Person
    saved: str | None = None
    consented: bool = False
    photo: HeldPhoto | None = None
    photos: int = 0
    room: bool = True
    wish: Gender | None = None
    faces: list[str] = field(default_factory=list)
    running: int | None = None
    work: list[Effect] = field(default_factory=list)
    payloads: list[str] = field(default_factory=list)
    looked: dict[int, tuple[object, ...]] = field(default_factory=dict)
    made: dict[str, Made] = field(default_factory=dict)

    def known(self) -> Known:
        last = self.faces[-1] if self.faces else None
        running = self.running is not None
        waits = None if self.photo is None or self.photo.spare else self.photo
        return Known(
            self.consented,
            CHART,
            waits,
            self.photo,
            self.wish,
            last,
            running,
            self.room,
            can_hide=True,
            directions=DIRECTIONS,
            looks=("mean", "darker", "older"),
            dice=self.photos * 7919,
        )

    def happen(self, event: Event | Outcome) -> list[Text | Shown]:
        """Decide as the service does; what was said last must lead on, unless work goes on."""
        before = from_json(self.saved)
        assert from_json(before.to_json()) == before
        ended = _number(event)
        if ended is not None and ended == self.running:
            self.running = None
        state, effects = step(before, event, self.known())
        said = [reply for effect in effects for reply in self._do(effect)]
        if not any(isinstance(effect, Forget) for effect in effects):
            self.saved = state.to_json()
        assert from_json(state.to_json()) == state
        assert all(not isinstance(effect, Ask) for effect in effects[:-1])
        assert effects
        if isinstance(effects[-1], Ask):
            self.work.append(effects[-1])
        else:
            assert isinstance(effects[-1], Say | Show)
            if ended is not None and ended != before.job:
                stopped(list(said))
            else:
                final(list(said))
        return said

    def _do(self, effect: Effect) -> list[Text | Shown]:
        match effect:
            case Say() | Show():
                return self._said(effect)
            case Hold() | Spare() | Drop():
                self._keep(effect)
            case Consent():
                self.consented = True
            case Prefer(gender):
                self.wish = gender
            case CancelJob(number):
                assert self.running == number
                self.running = None
            case Project() | Compose():
                self._work_on_photo(effect)
            case Film(job):
                assert self.running is None
                self.running = job
            case Forget():
                self._forget()
            case Render(Portrait(face=str()) as wanted):
                assert wanted.face
                assert wanted.face.startswith(self.person.id), "another person's face"
                assert wanted.serial > 0
                assert not wanted.public or self.looked.get(wanted.serial) == look(wanted), UNSEEN
        return []

    def _keep(self, effect: Hold | Spare | Drop) -> None:
        match effect:
            case Hold(spare):
                assert self.room
                self.photos += 1
                self.photo = HeldPhoto(f"{self.photos:08x}", b"", 0, spare=spare)
            case Spare():
                self.photo = self.photo and replace(self.photo, spare=True)
            case Drop():
                self.photo = None

    def _work_on_photo(self, effect: Project | Compose) -> None:
        assert self.consented, "a photo is worked on without consent"
        assert self.photo
        assert self.running is None
        assert effect.pick is None or effect.pick < len(self.photo.boxes)
        self.running = effect.job
        if isinstance(effect, Compose):
            wanted = effect.wanted
            assert wanted.face.startswith(self.person.id), "another person's face"
            seen = look(wanted, self.photo.token)
            assert not wanted.public or self.looked.get(wanted.serial) == seen, UNSEEN

    def _said(self, effect: Say | Show) -> list[Text | Shown]:
        # One language after the other: that every text fits in each is tested in test_wording.py.
        phrasing = Phrasing(self.person, LOCALES[len(self.payloads) % len(LOCALES)])
        if isinstance(effect, Say):
            reply: Text | Shown = phrasing.text(effect)
        else:
            reply = phrasing.shown(effect, Shot(b"x", code="C0DE00"))
        check(reply)
        self.payloads += [button.payload for row in reply.menu for button in row]
        if reply.select:
            self.payloads += [button.payload for button in reply.select.options]
        if isinstance(reply, Shown):
            self.payloads += [f"{slider.payload}{slider.high}" for slider in reply.sliders]
        return [reply]

    def _forget(self) -> None:
        self.saved, self.consented, self.photo, self.wish = None, False, None, None
        self.faces, self.running = [], None
        # What ran before ends in the service, without a decision.
        self.work, self.looked, self.made = [], {}, {}


def look(wanted: Portrait, token: str = "") -> tuple[object, ...]:
    """What is to be seen: a blended face, in the photo `token` if it is in one."""
    return wanted.face, wanted.type, wanted.gender, wanted.blend, token


def _number(event: Event | Outcome) -> int | None:
    """The number of the projection that has ended with `event`, if one has."""
    if isinstance(event, Ended):
        return event.job
    return event.work if isinstance(event, Failed) and isinstance(event.work, int) else None


WORDS = st.lists(
    st.sampled_from(
        [
            *TYPES,
            "enfp",
            "woman",
            "남자",
            "either",
            "abcd",
            "enpf",
            "여자",
            "hello",
            "help",
            "네",
            "ENFP-T",
            "🎉",
            "C0DE00",
            "smile",
            "1.5",
            "coarse",
            "40",
            "9999999999",
        ]
    )
    | st.text(max_size=8),
    max_size=4,
).map(" ".join)
NAMES = st.sampled_from(["mbti", "mbti", *(spec.name for spec in COMMANDS), "other", ""])
PHOTOS = st.sampled_from(
    [Photo(b"x"), Photo(b"x"), Photo(b"y"), Photo(problem="too_large"), Photo(problem="?")]
)
WHO = st.sampled_from([0, 1])
PLACE = st.integers(0, 10**6)


class Conversations(RuleBasedStateMachine):
    """Two people do anything that people do; the world answers as it likes, early, late or never."""

    played = 0

    def __init__(self) -> None:
        super().__init__()
        self.worlds = (World(ANN), World(BOB))

    def teardown(self) -> None:
        Conversations.played += 1
        if Conversations.played % 1000 == 0:  # seen with -s, as `make soak` runs it
            print(f"{Conversations.played} conversations of up to {STEPS} steps played", flush=True)

    def origin(self, who: int) -> Origin:
        return Origin(self.worlds[who].person, "c", can_hide=bool(who))

    @rule(who=WHO, words=WORDS)
    def say_something(self, who: int, words: str) -> None:
        self.worlds[who].happen(TextSent(self.origin(who), words))

    @rule(who=WHO, name=NAMES, words=WORDS, photo=st.none() | PHOTOS)
    def command(self, who: int, name: str, words: str, photo: Photo | None) -> None:
        self.worlds[who].happen(Command(self.origin(who), name, {"text": words}, photo))

    @rule(who=WHO, kind=st.sampled_from(TYPES), gender=st.sampled_from(["woman", "man", "either"]))
    def begin(self, who: int, kind: str, gender: str) -> None:
        self.worlds[who].happen(Command(self.origin(who), "mbti", {"gender": gender, "type": kind}))

    @rule(who=WHO, photo=PHOTOS)
    def send_photo(self, who: int, photo: Photo) -> None:
        self.worlds[who].happen(PhotoSent(self.origin(who), photo))

    @rule(who=WHO, back=st.integers(1, 8))
    def press_a_recent_button(self, who: int, back: int) -> None:
        if payloads := self.worlds[who].payloads[-back:]:
            self.worlds[who].happen(Press(self.origin(who), payloads[0]))

    @rule(who=WHO, place=PLACE)
    def press_any_button_ever_seen(self, who: int, place: int) -> None:
        if payloads := self.worlds[who].payloads:
            self.worlds[who].happen(Press(self.origin(who), payloads[place % len(payloads)]))

    @rule(who=WHO, place=PLACE)
    def press_the_others_button(self, who: int, place: int) -> None:
        if payloads := self.worlds[1 - who].payloads:
            saved, world = self.worlds[who].saved, self.worlds[who]
            before = from_json(saved)
            said = world.happen(Press(self.origin(who), payloads[place % len(payloads)]))
            assert said[-1].code == "not_yours"
            after = from_json(world.saved)
            same = {"greeted": False, "job": None, "doing": "photo"}  # of work that a restart has interrupted
            assert replace(after, **same) == replace(before, **same)

    @rule(who=WHO, payload=st.text(max_size=70))
    def press_garbage(self, who: int, payload: str) -> None:
        said = self.worlds[who].happen(Press(self.origin(who), payload))
        assert said[-1].code == "bad_button"

    @rule(who=WHO, place=PLACE)
    def work_is_done(self, who: int, place: int) -> None:
        world = self.worlds[who]
        if world.work:
            world.happen(self._done(world, world.work.pop(place % len(world.work)), place // 7))

    def _done(self, world: World, effect: Effect, place: int) -> Outcome:
        match effect:
            case Render(wanted):
                return self._rendered(world, wanted)
            case Film(job) if world.running != job and place % 2:
                return Failed(job, "cancelled")
            case Project() | Compose() if world.running != effect.job and place % 2:
                return Failed(effect.job, "cancelled")
            case Project(job):
                # If it was cancelled, then a moment too late: the face is kept, and nothing is said of it.
                world.faces.append(f"{world.person.id}-{job}-{len(world.faces)}")
                return Projected(job, world.faces[-1])
            case Compose():
                return self._composed(world, effect)
            case Forget():
                return Forgotten(Receipt(key=True, faces=2))
            case _:
                return self._sketched(effect) or self._read(world, effect, place)

    def _sketched(self, effect: Effect) -> Outcome | None:
        if isinstance(effect, DrawBalances):
            return BalancesDrawn(effect.answers)
        if isinstance(effect, Film):
            return Filmed(effect.job, effect)
        if isinstance(effect, DrawCard):
            return CardDrawn(effect)
        if not isinstance(effect, DrawSheet):
            return None
        assert all(face.face is None for face in effect.made.faces)
        return SheetDrawn(effect)

    def _read(self, world: World, effect: Effect, place: int) -> Outcome:
        match effect:
            case ReadMaking(code):
                return MakingRead(code, world.made.get(code), datetime(2030, 1, 1, tzinfo=UTC))
            case ReadGallery(page):
                codes = tuple(world.made)[-6:]
                return GalleryRead(codes, page, 1 + page + place % 2, len(codes), bool(place % 3))
            case DropMaking(code):
                return MakingDropped(code, world.made.pop(code, None) is not None)
            case ReadEntry(code):
                made = world.made.get(code)
                return EntryRead(code, made.kind if made else None, links=place % 2)
            case Original(code):
                made = world.made.get(code)
                return OriginalMade(code, made) if made else Failed(effect, "face_gone")
            case _:
                return HeldRead(Held(conversations=1))

    def _rendered(self, world: World, wanted: Wanted) -> Outcome:
        made = Made("face", (making.of(wanted),))
        assert making.from_json(making.to_json(made)) == made
        world.made[f"C0DE{len(world.made):02d}"] = made
        if not (isinstance(wanted, Portrait) and wanted.face):
            return Rendered(wanted)
        if wanted.face not in world.faces:
            return Failed(wanted, "face_gone")
        if not wanted.public:
            world.looked[wanted.serial] = look(wanted)
        return Rendered(wanted)

    def _composed(self, world: World, effect: Compose) -> Outcome:
        wanted = effect.wanted
        if wanted.face not in world.faces:
            return Failed(effect.job, "face_gone")
        if world.photo is None:
            return Failed(effect.job, "photo_gone")
        if not wanted.public:
            world.looked[wanted.serial] = look(wanted, world.photo.token)
        return Composed(effect.job, wanted, world.photo.token)

    @rule(who=WHO, place=PLACE, code=st.sampled_from(CODES), seconds=st.integers(0, 99))
    def work_fails(self, who: int, place: int, code: str, seconds: int) -> None:
        world = self.worlds[who]
        at = place % len(world.work) if world.work else None
        if at is None or not isinstance(effect := world.work[at], Render | Project | Compose | Film):
            return
        del world.work[at]
        failed = effect.wanted if isinstance(effect, Render) else effect.job
        said = world.happen(Failed(failed, code, seconds))
        asked = {"ask_photo"} if isinstance(effect, Compose) and code == "photo_gone" else set()
        assert said[-1].code in {code, "cancelled", *asked}

    @rule(who=WHO, count=st.integers(2, 20), drawn=st.booleans())
    def many_faces_are_found(self, who: int, count: int, drawn: bool) -> None:
        world = self.worlds[who]
        found = [effect for effect in world.work if isinstance(effect, Project | Compose)]
        if found and world.photo:
            world.work.remove(found[0])
            if world.running == found[0].job:
                world.photo = replace(world.photo, boxes=((0, 0, 9, 9),) * count)
            world.happen(ManyFound(found[0].job, world.photo.token, count, drawn))

    @rule(who=WHO, room=st.booleans())
    def memory_fills_and_empties(self, who: int, room: bool) -> None:
        self.worlds[who].room = room

    @rule(who=WHO, into=st.sampled_from(["", "photo", "photo", "everyone"]))
    def a_selfie_becomes_a_blend(self, who: int, into: str) -> None:
        """The usual way to a blended face, to the photo with it and to everyone, so that what follows is met often."""
        world = self.worlds[who]
        if world.running is not None:
            return
        if not world.faces:
            world.room, world.consented = True, True
            self.begin(who, "ENFP", "woman")
            self.send_photo(who, Photo(b"x"))
            self._all_done(world)
        wanted = {"": [], "photo": [Action.COMPOSE], "everyone": [Action.REVEAL, Action.REVEAL_SURE]}[into]
        for action in wanted:
            made = [payload for payload in world.payloads if payload.split(".")[2] == action]
            if made:
                world.happen(Press(self.origin(who), made[-1]))
                self._all_done(world)

    def _all_done(self, world: World) -> None:
        while world.work:
            world.happen(self._done(world, world.work.pop(0), 0))

    @rule(who=WHO)
    def time_passes(self, who: int) -> None:
        self.worlds[who].photo = None

    @rule(who=WHO)
    def the_kept_face_expires(self, who: int) -> None:
        self.worlds[who].faces.clear()

    @rule(who=WHO)
    def the_bot_is_started_anew(self, who: int) -> None:
        world = self.worlds[who]
        world.photo, world.running, world.work = None, None, []


@pytest.mark.timeout(0 if CONVERSATIONS > 1000 else 900)
class TestConversations(Conversations.TestCase):  # type: ignore[misc,valid-type]
    pass


TestConversations.settings = settings(
    max_examples=CONVERSATIONS,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def test_what_was_cancelled_a_moment_too_late_is_not_shown() -> None:
    state = State(type="ENFP", gender="female", greeted=True, jobs=3)
    after, effects = step(state, Projected(3, "f"), Known(True, CHART, last_face="f"))
    assert after == state
    assert [type(effect) for effect in effects] == [Say]


def test_an_old_number_is_no_second_selfie() -> None:
    photo = HeldPhoto("0000000a", b"", 0, ((0, 0, 1, 1),))
    state = State(type="ENFP", gender="female", greeted=True, job=3, jobs=3)
    known = Known(True, CHART, photo, running=True)
    after, effects = step(state, press(Action.PICK, photo.token, "0"), known)
    assert after == state
    assert isinstance(effects[-1], Say)
    assert effects[-1].code == "already_running"


def test_interrupted_work_is_told_by_the_next_answer() -> None:
    state = State(type="ENFP", gender="female", greeted=True, job=3, jobs=3)
    known = Known(True, CHART)
    after, effects = step(state, TextSent(Origin(ANN, "c"), "hm"), known)
    assert after.job is None
    assert isinstance(effects[0], Say)
    assert effects[0].code == "interrupted"
    assert isinstance(effects[-1], Say)
    _, effects = step(state, PhotoSent(Origin(ANN, "c"), Photo(b"x")), replace(known, photo=None))
    assert effects == (Hold(), Project(4))
