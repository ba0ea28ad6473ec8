"""Any events in any order: thousands of generated conversations of three people, with all that the core can do."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.core.balances import STATEMENTS
from bot.core.commands import COMMANDS
from bot.core.conversation import FEATURES
from bot.core.effects import Effect, Outcome
from bot.core.events import Command, Event, Photo, PhotoSent, Platform, Press, TextSent
from bot.core.forms import FORMS
from bot.core.presses import OPEN, Action, decode, encode
from bot.core.state import from_json
from inference import errors
from inference.errors import TypefaceError
from tests.bot.core.world.server import NO_PICTURE
from tests.bot.core.world.world import CLOSED, DAY, World, forged

CONVERSATIONS = int(os.environ.get("TYPEFACE_CONVERSATIONS", "1000"))
"""`make soak` plays a hundred times as many, in rounds, since Hypothesis remembers all that it has tried in one."""
STEPS, ROUND = 10, 1000

WORDS = st.lists(
    st.sampled_from(
        ["enfp", "woman", "남자", "either", "abcd", "enpf", "여자", "hello", "help", "네", "ENFP-T", "🎉"]
    )
    | st.sampled_from(
        [
            "smile",
            "older",
            "1.5",
            "coarse",
            "4",
            "40",
            "log",
            "INTJ",
            "ESFP",
            "Z00007",
            "9999999999",
            "P000-0000-0003",
            "x" * 5000,
        ]
    )
    | st.sampled_from(["\u202eright to left", "z\u200bero", "**bold** <b>&amp;</b> [a](b)"])
    | st.text(max_size=8),
    max_size=4,
).map(" ".join)
NAMES = st.sampled_from([*(spec.name for spec in COMMANDS), "other"])
PLATFORMS: tuple[Platform, ...] = ("discord", "discord", "web", "web", "telegram", "terminal")
WHO = st.sampled_from([0, 0, 0, 1, 1, 2])
WHERE = st.sampled_from([0, 0, 0, 1, 2])
PLACE = st.integers(0, 10**6)
PHOTOS = st.sampled_from(["selfie", "selfie", "selfie", "crowd", "crowd", "none", "too_large", "?"])
FAILURES = [
    errors.ManyFaces(boxes=[(0, 0, 9, 9)] * 30) if kind is errors.ManyFaces else kind()
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, TypefaceError)
]
CALLS = ["standing", "save", "prefer", "keep_face", "keep_making", "making"]
CALLS += ["change_community", "log_job", "forget", "agree", "pair_latents", "share", "held"]
HABITS: tuple[Mapping[str, Any], ...] = (
    {},
    {},
    {},
    {"quota": 1, "role_quotas": {"fans": 3}},
    {"cooldown": 60, "spoiler": True},
    {"public": True, "locale": "ja"},
    {"channels": ["channel-2"]},
    {"retention_hours": 1, "match_chart": "opposite"},
    {"pack": "anime"},
    {"paused": "back at nine"},
)
PLAY = """
+face compose reveal revealed | +face compose photo +crowd place | +face show | +face card publish
+face film filmed | +face plain again | +face match meet other | +face all /card | +face more me
+face mix mix | +face edit move unedited undo redo | +face looks look | +face dice seed | +face match types type
+face gallery made recall | +face gallery made tossed | +face gallery made toss tossed | +face gallery made png
+face plain typeas | +face types type typeas
+face gallery made page | +face compose photopng | +face compose again more compose photopng photopng
+face /morph | +face /undo /redo | +face /all /surprise /looks | +face /mix /edit | +face /gallery /show
"""
PHOTO = """
+crowd pick | /mbti type gender agree +crowd pick | +face +slow +selfie cancel +quick retry | +slow +selfie +quick
+face selfie decline | +face photo +selfie | +face selfie +selfie | /start begin type gender +selfie agree
+face +broken +selfie retry | +other /mbti type gender /me /mix /card | +other +peek
/me /match /mbti type gender +selfie agree /me | +face +slow +selfie +quick cancel
"""
OWN = """
/start quiz answer back pause on | /quiz +quiz answer /quiz result | /quiz +quiz answer /quiz anew
/start help privacy mydata | /language language | /privacy forget forgotten | /forget mydata | /help /mydata /back
+owner /health health | +face /types count /types count | /public +face | /private +face
"""
LINK = """
+face again gallery made link unlink +follow | +face again gallery made link link | +face again /share unlink
+face /morph /share | +two share end | +two +slow share end +quick | +two /us | +two +look share
"""
PANEL = """
+admin /admin admin set | +admin /admin admin set +form | +admin /admin log stats stats | +admin /admin break
+admin /admin break +member +says | +admin +block unblock | +admin +role role | +admin +reset log
+admin +block log log | +admin +many blocks blocks unblock
"""
"""Usual ways, so that what follows them is met often: commands, buttons by what they do, and what `step` knows."""
OLD = [
    (Action.SHAPE, "1"),
    (Action.COLOURS, "1"),
    (Action.PUBLIC, "0"),
    (Action.PUBLIC, "1"),
    (Action.SHOW, "1"),
    (Action.WITHDRAW,),
]
"""Buttons that are under messages of long ago."""


def ways(lines: str) -> list[list[str]]:
    return [way.split() for way in lines.strip().replace("\n", "|").split("|")]


class Conversations(RuleBasedStateMachine):
    """They do anything that people do; server and store answer as they like: early, late, wrongly or never."""

    world: World
    reached: ClassVar[Counter[object]] = Counter()
    played: ClassVar[int] = 0

    @initialize(platform=st.sampled_from(PLATFORMS), habits=st.sampled_from(HABITS))
    def begin(self, platform: Platform, habits: Mapping[str, Any]) -> None:
        self.world = World(platform, Conversations.reached, habits)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.close()
        Conversations.played += 1
        if Conversations.played % 1000 == 0:  # seen with -s, as `make soak` runs it
            print(f"{Conversations.played} conversations of up to {STEPS} steps played", flush=True)

    def send(self, who: int, where: int, *events: Event) -> str | None:
        return self.world.happen(who, where, *events)[-1].code

    def press(self, who: int, where: int, payload: str, text: str | None = None) -> str | None:
        return self.send(who, where, Press(self.world.origin(who, where), payload, text))

    def order(
        self, who: int, where: int, name: str, photo: Photo | None = None, **options: str
    ) -> str | None:
        return self.send(who, where, Command(self.world.origin(who, where), name, options, photo))

    def newest(self, who: int, action: str) -> str | None:
        """Press the newest button that does this, if there ever was one."""
        found = [one for one in self.world.members[who].payloads if one[1].split(".")[2] == action]
        return self.press(who, *found[-1]) if found else None

    def photo(self, who: int, kind: str) -> Photo:
        if kind in {"too_large", "?"}:
            return Photo(problem=kind)
        return Photo(NO_PICTURE if kind == "none" else self.world.members[who].selfie(kind == "crowd"))

    # Words, commands and photos

    @rule(who=WHO, where=WHERE, words=WORDS, mine=st.booleans())
    def say_something(self, who: int, where: int, words: str, mine: bool) -> None:
        words += f" {self.world.members[who].mark}" * mine
        self.send(who, where, TextSent(self.world.origin(who, where), words))

    @rule(who=WHO, where=WHERE, name=NAMES, words=st.just("") | WORDS, photo=st.none() | PHOTOS)
    def command(self, who: int, where: int, name: str, words: str, photo: str | None) -> None:
        options = {"text": words} if words else {}
        self.order(who, where, name, self.photo(who, photo) if photo else None, **options)

    @rule(who=WHO, where=WHERE, name=NAMES)
    def plain_command(self, who: int, where: int, name: str) -> None:
        codes = self.world.members[who].codes
        options = {"line": f"a line of {self.world.members[who].mark}"} if name == "card" else {}
        options |= {"code": codes[-1]} if name in {"show", "share"} and codes else {}
        self.order(who, where, name, **options)

    @rule(who=WHO, where=WHERE, kind=PHOTOS)
    def send_photo(self, who: int, where: int, kind: str) -> None:
        self.send(who, where, PhotoSent(self.world.origin(who, where), self.photo(who, kind)))

    @rule(who=WHO, where=WHERE, place=PLACE, name=st.sampled_from(["show", "share"]))
    def ask_for_a_code(self, who: int, where: int, place: int, name: str) -> None:
        """One's own, or one that was seen over somebody's shoulder."""
        self.world.suggest(who, where)
        store, own = self.world.store, self.world.store.row(self.world.members[who].ref).made
        made = {code: one for row in store.people.values() for code, one in row.made.items()}
        code = ["Z99999", *made][place % (len(made) + 1)]
        answer = self.order(who, where, name, code=code)
        if code not in own and not (code in made and made[code].open):
            assert answer in {"unknown_code", "only_web", *CLOSED}, "another person's picture"

    # Buttons

    @rule(who=WHO, back=st.integers(1, 8), times=st.sampled_from([1, 1, 1, 2, 10]))
    def press_a_recent_button(self, who: int, back: int, times: int) -> None:
        """Once, or impatiently."""
        if payloads := self.world.members[who].payloads[-back:]:
            where, payload = payloads[0]
            self.send(who, where, *[Press(self.world.origin(who, where), payload)] * times)
        else:
            self.order(who, 1, "start")

    @rule(who=WHO, place=PLACE, ever=st.booleans())
    def press_some_button(self, who: int, place: int, ever: bool) -> None:
        """Any that was ever seen; or the newest of a kind, each kind as likely as the others."""
        payloads = self.world.members[who].payloads
        if payloads and ever:
            self.press(who, *payloads[place % len(payloads)])
        elif payloads:
            kinds = list(dict.fromkeys(payload.split(".")[2] for _, payload in payloads))
            self.newest(who, kinds[place % len(kinds)])

    @rule(who=WHO, where=WHERE, old=st.sampled_from(OLD))
    def press_an_old_button(self, who: int, where: int, old: tuple[Action, *tuple[str, ...]]) -> None:
        self.press(who, where, encode(self.world.members[who].person, *old))

    @rule(who=WHO, other=WHO, where=WHERE, place=PLACE, forge=st.booleans())
    def press_the_others_button(self, who: int, other: int, where: int, place: int, forge: bool) -> None:
        """As it is; or forged: the tag is no signature, and what it carries may come with one's own."""
        payloads = self.world.members[other].payloads
        if who == other or not payloads:
            return
        _, payload = payloads[place % len(payloads)]
        if forge:
            self.press(who, where, forged(self.world.members[who].person, payload))
            return
        before = self.world.state(who, where)
        code = self.press(who, where, payload)
        pressed = decode(self.world.members[who].person, payload)
        if pressed and pressed.action not in OPEN and code not in CLOSED:
            assert code == "not_yours"
            # But for being greeted, for work that a restart has interrupted, and for news of a picture of two.
            told = {"greeted": False, "job": None, "doing": "photo", "pair": "", "unready": False}
            assert vars(before) | told == vars(self.world.state(who, where)) | told

    @rule(who=WHO)
    def block_the_bot(self, who: int) -> None:
        self.world.leave(who)

    @rule(who=WHO, where=WHERE, payload=st.text(max_size=70))
    def press_garbage(self, who: int, where: int, payload: str) -> None:
        assert self.press(who, where, payload) in {"bad_button", *CLOSED}

    @rule(who=WHO, text=st.sampled_from(["", "back soon", "x" * 5000, "\u202ereversed\n\nlines"]))
    def fill_in_the_form(self, who: int, text: str) -> None:
        self.press(who, 0, encode(self.world.members[who].person, Action.PAUSE), text)

    @rule(who=WHO, where=WHERE)
    def receive_it_twice(self, who: int, where: int) -> None:
        update = f"update {len(self.world.store.updates)}"
        event = TextSent(replace(self.world.origin(who, where), update=update), "hello")
        for _ in range(2):
            self.send(who, where, event)

    # The usual ways

    @rule(who=WHO, where=WHERE, way=st.sampled_from(ways(PLAY)))
    def play_with_a_face(self, who: int, where: int, way: list[str]) -> None:
        self.go(who, where, way)

    @rule(who=WHO, where=WHERE, way=st.sampled_from(ways(PHOTO)))
    def send_photos(self, who: int, where: int, way: list[str]) -> None:
        self.go(who, where, way)

    @rule(who=WHO, where=WHERE, way=st.sampled_from(ways(OWN)))
    def look_after_ones_own(self, who: int, where: int, way: list[str]) -> None:
        self.go(who, where, way)

    @rule(who=WHO, where=WHERE, way=st.sampled_from(ways(LINK)), place=PLACE)
    def share_a_link(self, who: int, where: int, way: list[str], place: int) -> None:
        self.go(who, where, way)
        self.world.look_behind(place)

    @rule(who=st.sampled_from([1, 1, 0]), way=st.sampled_from(ways(PANEL)), then=st.integers(0, 12))
    def go_through_the_panel(self, who: int, way: list[str], then: int) -> None:
        self.go(who, 0, way)
        if payloads := self.world.members[who].payloads[-1 - then :]:
            self.press(who, *payloads[0])

    def go(self, who: int, where: int, way: list[str]) -> None:
        for step in way:
            if step.startswith("/"):
                self.plain_command(who, where, step[1:])
            elif step.startswith("+"):
                self.step(who, where, step[1:])
            else:
                self.newest(who, step)

    def step(self, who: int, where: int, step: str) -> None:
        world, member = self.world, self.world.members[who]
        steps: dict[str, Callable[[], object]] = {
            "face": lambda: self.get_a_face(who, where),
            "selfie": lambda: self.send_photo(who, where, "selfie"),
            "crowd": lambda: self.send_photo(who, where, "crowd"),
            "slow": lambda: world.be_slow(True),
            "quick": lambda: world.be_slow(False),
            "broken": lambda: setattr(world.server, "error", errors.Busy()),
            "admin": lambda: setattr(member, "admin", True),
            "member": lambda: setattr(member, "admin", False),
            "owner": lambda: setattr(member, "owner", True),
            "says": lambda: self.say_something(who, where, "all is well", mine=False),
            "other": lambda: self.go((who + 1) % 3, where, ["+face", "/card"]),
            "peek": lambda: self.ask_for_a_code(who, where, -1, "show"),
            "block": lambda: self.order(who, where, "admin", person="stranger"),
            "many": lambda: [self.order(who, where, "admin", person=f"stranger {n}") for n in range(21)],
            "reset": lambda: self.administer(who, who, "reset"),
            "role": lambda: self.order(who, where, "admin", role="fans"),
            "form": lambda: self.fill_in_the_form(who, "back soon"),
            "two": lambda: self.two_agree(who, (who + 1) % 3, where, "id", end=False),
            "follow": lambda: self.world.look_behind(0),
            "look": lambda: self.ask_somebody(who, who, where, "code"),
            "quiz": lambda: self.answer_most_statements(who, where),
        }
        steps[step]()

    def get_a_face(self, who: int, where: int) -> None:
        """Unless there is one, or there can be none now."""
        world = self.world
        if world.store.row(world.members[who].ref).faces or world.server.slow:
            return
        world.service.full = False
        self.order(who, where, "mbti", gender="woman", type="ENFP")
        self.newest(who, Action.AGREE)
        self.send_photo(who, where, "selfie")

    def answer_most_statements(self, who: int, where: int) -> None:
        """As if all but the last were answered long ago."""
        row, chat = self.world.store.row(self.world.members[who].ref), self.world.origin(who, where).chat
        if chat in row.states:
            answered = replace(from_json(row.states[chat]), answers="3" * (len(STATEMENTS) - 1))
            row.states[chat] = answered.to_json()
            self.order(who, where, "quiz")

    # Together, and by a link

    @rule(who=WHO, friend=WHO, where=WHERE, how=st.sampled_from(["id", "id", "handle", "nobody", "code"]))
    def ask_somebody(self, who: int, friend: int, where: int, how: str) -> None:
        member = self.world.members[friend]
        pairs = ["P00000000000", *self.world.store.pairs]
        options: dict[str, str] = {
            "id": {"friend": member.person.id},
            "handle": {"text": f"@{member.mark}"},
            "code": {"text": pairs[-1]},
        }.get(how, {})
        self.order(who, where, "us", **options)

    @rule(who=WHO, where=WHERE, what=st.sampled_from([Action.US_AGREE, Action.US_MIX, Action.US_END]))
    def press_a_button_of_two(self, who: int, where: int, what: Action) -> None:
        """It stands where all can press it."""
        if pairs := list(self.world.store.pairs):
            args = (pairs[-1], "70") if what is Action.US_MIX else (pairs[-1],)
            self.press(who, where, encode(self.world.members[0].person, what, *args))

    @rule(
        who=WHO, friend=WHO, where=WHERE, how=st.sampled_from(["id", "handle", "nobody"]), end=st.booleans()
    )
    def two_agree(self, who: int, friend: int, where: int, how: str, end: bool) -> None:
        """The usual way to a picture of two."""
        for one in (who, friend):
            self.get_a_face(one, where)
        self.ask_somebody(who, friend, where, how)
        for one in (friend, who):
            self.press_a_button_of_two(one, where, Action.US_AGREE)
        if end:
            self.press_a_button_of_two(friend, where, Action.US_END)

    # Admins

    @rule(who=WHO, other=WHO, what=st.sampled_from(["log", "stats 7", "block", "person", "role", "reset"]))
    def administer(self, who: int, other: int, what: str) -> None:
        person = self.world.members[other].person.id
        options = {
            "person": {"person": person},
            "reset": {"what": what, "person": person},
            "role": {"role": "fans"},
        }
        self.order(who, 0, "admin", **options.get(what, {"what": what}))

    @rule(who=WHO, admin=st.booleans())
    def rights_are_given_and_taken(self, who: int, admin: bool) -> None:
        self.world.members[who].admin = admin

    # The server, the store, and time

    @precondition(lambda self: self.world.server.waiting)
    @rule(place=PLACE)
    def work_goes_on(self, place: int) -> None:
        self.world.let_go_on(place)

    @rule(
        who=WHO,
        where=WHERE,
        error=st.sampled_from(FAILURES),
        way=st.sampled_from(ways("+selfie | /me | /morph | /card | /health")),
    )
    def work_fails(self, who: int, where: int, error: TypefaceError, way: list[str]) -> None:
        self.world.server.error = error
        if self.world.server.waiting:
            self.world.let_go_on(0)
        else:
            self.go(who, where, way)
        self.world.server.error = None

    @precondition(lambda self: self.world.answers)
    @rule(place=PLACE)
    def nobody_listens_any_more(self, place: int) -> None:
        """The chat is gone, or the person has blocked the bot: the answer is given up."""
        self.world.hang_up(place)

    @rule(who=WHO, where=WHERE, name=NAMES, call=st.sampled_from(CALLS))
    def the_store_fails(self, who: int, where: int, name: str, call: str) -> None:
        self.world.store.failing = {call}
        self.order(who, where, name)
        self.world.store.failing = set()

    @rule(
        where=WHERE,
        asked=st.lists(st.sampled_from(["press", "press", "selfie"]) | NAMES, min_size=1, max_size=3),
        seconds=st.sampled_from([0, 20, 1000]),
        lost=st.booleans(),
    )
    def the_store_hangs(self, where: int, asked: list[str], seconds: int, lost: bool) -> None:
        """Each of the three asks something meanwhile; then it answers, or fails, and all goes on."""
        self.world.hang()
        hung = [
            self.world.happen(who, where, self.event(who, where, what))[0] for who, what in enumerate(asked)
        ]
        assert not any(answer.done for answer in hung), "an answer without the store"
        self.world.pass_time(seconds)
        self.world.come_back(hung, lost)
        for who in range(len(hung)):
            assert self.order(who, where, "help") != "store_down"

    def event(self, who: int, where: int, what: str) -> Event:
        origin, payloads = self.world.origin(who, where), self.world.members[who].payloads
        if what == "press" and payloads:
            return Press(origin, payloads[-1][1])
        return PhotoSent(origin, self.photo(who, what)) if what == "selfie" else Command(origin, what, {})

    @precondition(lambda self: self.world.telegram)
    @rule(late=st.booleans())
    def the_group_moves(self, late: bool) -> None:
        self.world.group_moves(late)

    @rule(
        what=st.sampled_from(["slow", "quick", "full", "room", "restart"])
        | st.sampled_from([20, 1000, 3700, DAY + 1, 8 * DAY])
    )
    def the_world_turns(self, what: str | int) -> None:
        match what:
            case int(seconds):
                self.world.pass_time(seconds)
            case "slow" | "quick":
                self.world.be_slow(what == "slow")
            case "restart":
                self.world.anew()
            case _:
                self.world.service.full = what == "full"


def leaves(root: type) -> set[type]:
    """The classes of the bot that are made, not inherited from."""
    below = [one for one in root.__subclasses__() if one.__module__.startswith("bot.")]
    return {leaf for one in below for leaf in leaves(one)} or {root}


def all_there_is() -> set[object]:
    """What the conversations must come by: commands, buttons, forms, effects and outcomes, as the bot lists them."""
    commands = {f"/{spec.name}" for spec in COMMANDS} | {
        f"/{name}" for one in FEATURES for name in one.commands
    }
    forms = {f"form {name}" for name in FORMS}
    return commands | forms | set(Action) | leaves(Effect) | leaves(Outcome)


def test_the_usual_ways_come_by_all_there_is() -> None:
    """So that nothing depends on luck: a new command, button, form or effect needs a way."""
    for platform in ("discord", "web"):
        for way in ways("|".join((PLAY, PHOTO, OWN, LINK, PANEL))):
            take(platform, way)
    missed = {str(what) for what in all_there_is() if not Conversations.reached[what]}
    assert missed == set(), "give what is new a usual way"


def take(platform: Platform, way: list[str]) -> None:
    """Two people take the way, one after the other."""
    machine = Conversations()
    machine.begin(platform, {})
    for who in (0, 1):
        machine.go(who, 0, way)
    machine.press_an_old_button(0, 0, OLD[len(way) % len(OLD)])
    machine.teardown()


@pytest.mark.timeout(0 if CONVERSATIONS > ROUND else 900)
def test_any_conversation() -> None:
    """None ends in an exception, a dead end or a leak."""
    for played in range(0, CONVERSATIONS, ROUND):
        run_state_machine_as_test(
            Conversations,
            settings=settings(
                max_examples=min(ROUND, CONVERSATIONS - played),
                stateful_step_count=STEPS,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
