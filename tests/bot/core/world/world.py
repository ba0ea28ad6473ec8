"""A small world around the core: three people, their chats and a server of theirs, and what must never happen there.

The service is the real one with its real hands; its ports are `memory.Memory`, `server.Server` and `server.Pen`. All
that is a person's own holds a word that nobody else's things hold (`Member.mark`), so that a leak can be seen.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.core.effects import Ask, Effect, Outcome, Say, Show
from bot.core.events import Command, Event, Origin, Person, Platform, Press, TextSent
from bot.core.house import House
from bot.core.ports import SharingError
from bot.core.presses import Action, decode, tag
from bot.core.replies import Picture, Progress, Reply, Shown, Text
from bot.core.run import Run
from bot.core.service import Service
from bot.core.state import State, from_json
from db.community import CommunitySettings
from db.records import PersonRef
from inference.errors import Unreachable
from tests.bot.core.people import check
from tests.bot.core.world.memory import Memory
from tests.bot.core.world.server import Loop, Pen, Server

DAY = 24 * 3600
_CODE = re.compile(r"\bZ[0-9]{5}\b")
CLOSED = frozenset({"blocked", "paused", "off_here"})
"""Where nothing is answered but what concerns a person's own data."""
_REFUSED = CLOSED | {"owners_only", "only_in_community", "admins_only", "not_yours"}
_SHOWS = frozenset({Action.SHOW, Action.PUBLISH, Action.REVEAL_SURE})
"""What a person presses so that everyone sees something of theirs."""


@dataclass
class Member:
    """Somebody in the world; `mark` is in all that is theirs."""

    mark: str
    locale: str
    person: Person
    admin: bool = False
    owner: bool = False
    roles: tuple[str, ...] = ()
    payloads: list[tuple[int, str]] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    looked_at: set[bytes] = field(default_factory=set)
    photos: int = 0

    @property
    def ref(self) -> PersonRef:
        return PersonRef(self.person.platform, self.person.id)

    def selfie(self, crowd: bool = False) -> bytes:
        self.photos += 1
        return f"selfie {self.photos} of {self.mark}{' and friends' * crowd}".encode()


@dataclass
class Answer:
    """An event, and what was answered so far.

    `open`: the person has chosen that everyone sees it. `promised`: it is their first word for a picture of two.
    """

    who: int
    where: int
    event: Event
    open: bool
    replies: list[Reply] = field(default_factory=list)
    judged: int = 0
    task: asyncio.Task[None] | None = None
    promised: bool = False
    hung_up: bool = False
    forgotten: bool = False

    @property
    def done(self) -> bool:
        return self.task is None or self.task.done()

    @property
    def pressed(self) -> tuple[Action | None, tuple[str, ...]]:
        found = (
            decode(self.event.origin.person, self.event.payload) if isinstance(self.event, Press) else None
        )
        return (found.action, found.args) if found else (None, ())

    @property
    def code(self) -> str | None:
        last = self.replies[-1] if self.replies else None
        return last.code if isinstance(last, Text | Shown) else None


class Watched(Service):
    """Counts what it meets: `reached` is all that was decided about and done. With `full` no photo finds room."""

    def __init__(self, world: World) -> None:
        house = House(DAY, "popular")
        super().__init__(world.server, world.store, Pen(), world.loop, house)
        self.reached, self.full = world.reached, False

    def _room(self, run: Run) -> bool:
        return not self.full and super()._room(run)

    def rests(self, origin: Origin) -> bool:
        """Whether no photo of theirs waits there, and no work on one goes on."""
        person, chat = origin.person, self._chat(origin)
        return self._photos.find((person, chat)) is None and not self._presences.of(person).works(chat)

    async def _decide(self, run: Run, happened: Event | Outcome) -> tuple[Effect, ...]:
        effects = await super()._decide(run, happened)
        assert effects, "nothing is said or done"
        assert all(not isinstance(effect, Ask) for effect in effects[:-1])
        assert isinstance(effects[-1], Ask | Say | Show)
        self.reached.update(type(one) for one in (happened, *effects))
        return effects


class World:
    """`habits` are settings of the server that the three share; channels and roles in them by their ids."""

    def __init__(self, platform: Platform, reached: Counter[object], habits: Mapping[str, Any]) -> None:
        self.reached = reached
        self.loop, self.store, self.server = Loop(), Memory(), Server()
        self.members = tuple(
            Member(mark, locale, Person(platform, f"7{mark}"), roles=roles)
            for mark, locale, roles in (
                ("annsown", "en", ("fans",)),
                ("bobsown", "ko", ()),
                ("evesown", "ja", ()),
            )
        )
        self.group, self.telegram = "guild", platform == "telegram"
        self.store.known.add(self.group)
        self.store.settings[self.group] = self._settled(platform, habits)
        self.members[1].admin = self.members[2].owner = True
        self.answers: list[Answer] = []
        self.delivered: set[str | None] = set()
        self.agreed: dict[str, dict[int, float]] = {}
        self.tokens: dict[str, tuple[int, str]] = {}
        self.ended: set[str] = set()
        self.logged: list[logging.LogRecord] = []
        self._handler = _Heard(self.logged)
        logging.getLogger("bot").addHandler(self._handler)
        self.service = Watched(self)

    def _settled(self, platform: Platform, habits: Mapping[str, Any]) -> CommunitySettings:
        place = CommunitySettings()
        for key, value in habits.items():
            place = place.changed(key, self._tagged(platform, key, value))
        return place

    def _tagged(self, platform: Platform, key: str, value: Any) -> Any:
        """As it is kept: without the platform's ids."""
        if key == "channels":
            return tuple(self.store.tag(platform, "channel", one) for one in value)
        if key == "role_quotas":
            return {self.store.tag(platform, "role", one): uses for one, uses in value.items()}
        return value

    def close(self) -> None:
        self.server.slow = False
        try:
            self.stop()
        finally:
            logging.getLogger("bot").removeHandler(self._handler)
            self.loop.close()

    def stop(self) -> None:
        """The bot stops, as at the end of a day: everybody who waits is told."""
        closing = self.loop.create_task(self.service.close())
        self.loop.settle()
        for turn in list(self.server.waiting):
            turn.set_exception(Unreachable())
        self.moved()
        assert closing.done()
        assert not self.answers, "somebody waits for ever"

    def anew(self) -> None:
        self.stop()
        self.service = Watched(self)

    # What happens

    def origin(self, who: int, where: int) -> Origin:
        """Where 0 and 2 are channels of the server, 1 is a chat of one's own; a group on Telegram is a channel."""
        member = self.members[who]
        private = where == 1
        platform = member.person.platform
        return Origin(
            member.person,
            f"dm-{member.mark}"
            if private
            else self.group
            if self.telegram and not where
            else f"channel-{where}",
            member.locale,
            shared=not private,
            can_hide=platform == "discord",
            can_share=platform == "web",
            community=None if private else self.group,
            name=f"Name of {member.mark}",
            handle=member.mark,
            admin=member.admin and not private,
            owner=member.owner,
            roles=() if private else member.roles,
        )

    def happen(self, who: int, where: int, *events: Event) -> list[Answer]:
        """These events of one person come at the same moment; what can be answered now is."""
        answers = [Answer(who, where, event, self._open(who, where, event)) for event in events]
        self.store.touched.clear()
        settings, log = dict(self.store.settings), len(self.store.log.get(self.group, ()))
        for answer in answers:
            self._promise(answer)
            answer.task = self.loop.create_task(self._listen(answer))
            self.answers.append(answer)
        moving = {answer.who for answer in self.answers}
        self.moved()
        assert self.store.touched <= {self.members[one].ref for one in moving}, "another person's row changed"
        if not any(answer.event.origin.admin for answer in answers):
            assert self.store.settings == settings, "settings changed by one who may not"
            assert len(self.store.log.get(self.group, ())) == log, "written down for one who may not"
        for answer in answers:
            self._keep_word(answer)
        return answers

    async def _listen(self, answer: Answer) -> None:
        replies = self.service.handle(answer.event)
        try:
            async for reply in replies:
                answer.replies.append(reply)
        finally:
            await replies.aclose()

    def moved(self) -> None:
        """Let everything run that can, and judge what was said."""
        self.loop.settle()
        for answer in list(self.answers):
            for reply in answer.replies[answer.judged :]:
                self._judge(answer, reply)
            answer.judged = len(answer.replies)
            if answer.done:
                self.answers.remove(answer)
                self._judge_end(answer)
        self._judge_rows()
        self._judge_log()

    def be_slow(self, slow: bool) -> None:
        """When the server is quick again, all that has waited comes."""
        self.server.slow = slow
        while not slow and self.server.waiting:
            self.let_go_on(0)

    def let_go_on(self, place: int) -> None:
        waiting = self.server.waiting
        may_write = {self.members[one.who].ref for one in self.answers if not one.forgotten}
        self.store.touched.clear()
        waiting[place % len(waiting)].set_result(None)
        self.moved()
        assert self.store.touched <= may_write, "something is written of a person who was forgotten"

    def hang_up(self, place: int) -> None:
        answer = self.answers[place % len(self.answers)]
        answer.hung_up = True
        assert answer.task
        answer.task.cancel()
        self.moved()

    def leave(self, who: int) -> None:
        """They block the bot: no photo of theirs waits and no work goes on, but what is kept stays."""
        member = self.members[who]
        row = self.store.row(member.ref)
        kept = len(row.faces), len(row.made), len(row.agreed), len(row.states)
        self.service.left(member.person)
        assert all(self.service.rests(self.origin(who, where)) for where in range(3))
        self.moved()
        row = self.store.row(member.ref)
        assert (len(row.faces), len(row.made), len(row.agreed), len(row.states)) == kept

    def state(self, who: int, where: int) -> State:
        """Where somebody stands in that chat."""
        chat = self.store.place(self.origin(who, where).chat)
        return from_json(self.store.row(self.members[who].ref).states.get(chat))

    def group_moves(self, late: bool) -> None:
        """The group becomes a supergroup, with all that is kept of it; `late`: the store is away at first."""
        old, new = self.group, f"{self.group}+"
        before = [self.state(who, 0) for who in range(3)], self.store.settings.get(old)
        self.store.failing = {"move_community"} if late else set()
        moving = self.loop.create_task(self.service.moved("telegram", old, new))
        self.moved()
        if late:
            self.pass_time(2)
        assert moving.result(), "no news"
        self.group = new
        after = self.store.settings.get(new)
        assert before == ([self.state(who, 0) for who in range(3)], after), "something stayed behind"

    def hang(self) -> None:
        """The store does not answer any more."""
        self.store.pause[""] = asyncio.Event()

    def come_back(self, hung: list[Answer], lost: bool) -> None:
        """It answers what has waited; `lost`: it knows nothing of it, and every call has failed."""
        may_write = {self.members[one.who].ref for one in self.answers if not one.forgotten}
        self.store.touched.clear()
        self.store.down = lost
        self.store.pause.pop("").set()
        self.moved()
        self.store.down = False
        assert self.store.touched <= may_write, "something is written of a person who was forgotten"
        for answer in hung:
            self._keep_word(answer)
            assert not lost or answer.code == "store_down"

    def pass_time(self, seconds: float) -> None:
        """Photos, invitations, links and faces grow old."""
        self.loop.now += seconds
        self.store.now += timedelta(seconds=seconds)
        self.moved()

    # Who has agreed to what, as the world has seen it

    def _open(self, who: int, where: int, event: Event) -> bool:
        """Whether everyone may see the answer: it was pressed for, or is the person's or the place's habit."""
        pressed = decode(event.origin.person, event.payload) if isinstance(event, Press) else None
        if pressed and pressed.action in _SHOWS:
            return True
        own = self.store.row(self.members[who].ref).wishes.public
        place = self.store.settings.get(self.group) if where != 1 else None
        return bool((place.public if place else None) if own is None else own)

    def _promise(self, answer: Answer) -> None:
        action, args = answer.pressed
        if action is Action.US_AGREE:
            words = self.agreed.setdefault(args[0], {})
            answer.promised = answer.who not in words
            words[answer.who] = self.loop.now

    def _keep_word(self, answer: Answer) -> None:
        """What was ended is ended; and a word that was not taken was none."""
        if not answer.done or answer.code == "store_down":
            return
        action, args = answer.pressed
        last = answer.replies[-1] if answer.replies else None
        if action is Action.US_END and isinstance(last, Text) and last.public:
            self.agreed.pop(args[0], None)
        if action in {Action.UNSHARE, Action.TOSS_SURE} and isinstance(last, Text) and last.code is None:
            self._end_links(answer.who, args[0])
        if answer.promised and answer.code in {"us_over", "us_not_ready", *_REFUSED}:
            self.agreed.get(args[0], {}).pop(answer.who, None)
        if answer.code == "forgotten":
            self._judge_forgotten(answer.who)
            self._end_links(answer.who)
            for pair in [pair for pair, words in self.agreed.items() if answer.who in words]:
                del self.agreed[pair]
            self.members[answer.who].looked_at.clear()

    def _end_links(self, who: int, code: str = "") -> None:
        """All of theirs, or those to one picture; whoever follows one then sees nothing."""
        over = {token for token, (owner, of) in self.tokens.items() if owner == who and code in ("", of)}
        self.tokens = {token: link for token, link in self.tokens.items() if token not in over}
        self.ended |= over

    def _judge_forgotten(self, who: int) -> None:
        """Nothing is left, and what still runs of theirs writes nothing more."""
        ref = self.members[who].ref
        assert ref not in self.store.people
        assert all(ref not in (two.asker, two.friend) for two in self.store.pairs.values())
        assert all(ref != by for entries in self.store.log.values() for by, _ in entries)
        for answer in self.answers:
            answer.forgotten |= answer.who == who

    def with_whom(self, who: int) -> set[int]:
        """Those who have agreed, with this one, to one picture of both."""
        good = [
            words
            for words in self.agreed.values()
            if who in words and max(words.values()) > self.loop.now - DAY
        ]
        return {other for words in good for other in words}

    # What must hold of each reply

    def _judge(self, answer: Answer, reply: Reply) -> None:
        member = self.members[answer.who]
        check(reply)
        for picture in _pictures(reply):
            self._marks(answer.who, picture.data + picture.poster, self.with_whom(answer.who))
        told = [reply.text, *_words(reply)]
        if answer.code != "paused":  # an admin's notice is for everyone
            self._marks(answer.who, "\n".join(told).encode(), set())
        payloads = list(_payloads(reply))
        member.payloads += [(answer.where, payload) for payload in payloads]
        if isinstance(reply, Progress):
            return
        if reply.code == "interrupted":
            self._judge_interrupted(answer)
        self._judge_public(answer, reply)
        self._judge_rights(answer, reply)
        self._judge_codes(answer, " ".join((*payloads, reply.made or "" if isinstance(reply, Shown) else "")))
        if isinstance(reply, Shown):
            member.looked_at.add(reply.picture.data)
            member.codes += [reply.made] if reply.made else []
        elif reply.link:
            code, _ = self.store.row(member.ref).links[reply.link]
            self.tokens[reply.link] = (answer.who, code)

    def _judge_interrupted(self, answer: Answer) -> None:
        """Nobody is told of work that was interrupted while it goes on."""
        others = [one for one in self.answers if one is not answer and not (one.done or one.hung_up)]
        there = [one for one in others if (one.who, one.where) == (answer.who, answer.where)]
        assert not any(isinstance(reply, Progress) for one in there for reply in one.replies)

    def _marks(self, who: int, data: bytes, friends: set[int]) -> None:
        """Nothing of anybody else, but of these friends, is for this one to see; -1 is everyone."""
        low = data.lower()
        for other, stranger in enumerate(self.members):
            if other != who and other not in friends:
                assert stranger.mark.encode() not in low, "something of another person"

    def _judge_public(self, answer: Answer, reply: Text | Shown) -> None:
        """What only the asker sees stays so until they want it otherwise; and then it is what they have seen."""
        if not reply.public:
            return
        if isinstance(reply, Text):
            assert reply.code in {"us_asked", None}
            self._marks(-1, reply.text.encode(), set())
            return
        if reply.picture.name.startswith("typeface-us"):
            return
        opened = answer.open or self._open(answer.who, answer.where, answer.event)  # or meanwhile
        assert opened, "everyone sees what was for the asker"
        action, _ = answer.pressed
        if reply.picture.data.startswith(b"a photo"):
            assert action is Action.REVEAL_SURE, "everyone sees a photo that the person did not show them"
        seen = self.members[answer.who].looked_at
        mine = self.members[answer.who].mark.encode() in reply.picture.data
        if action in _SHOWS and mine and reply.picture.data.startswith((b"a picture", b"a photo")):
            assert reply.picture.data in seen, "everyone sees what the person has not seen"

    def _judge_rights(self, answer: Answer, reply: Text | Shown) -> None:
        origin = answer.event.origin
        if reply.code in {"admin", "ask_notice"}:
            assert origin.admin and origin.community, "an admin's panel for one who is none"
        if reply.code == "health":
            assert origin.owner

    def _judge_codes(self, answer: Answer, told: str) -> None:
        said = repr(answer.event)
        own = self.store.row(self.members[answer.who].ref).made
        for code in set(_CODE.findall(told)) - own.keys():
            theirs = [row.made[code] for row in self.store.people.values() if code in row.made]
            known = code in self.members[answer.who].codes or code in said + _said(answer.event)
            assert known or all(made.open for made in theirs), "another person's code"

    def _judge_end(self, answer: Answer) -> None:
        """No exception, no silence, no dead end."""
        assert answer.task
        if answer.hung_up:
            return
        answer.task.result()
        update = answer.event.origin.update
        if update in self.delivered:
            assert not answer.replies, "what was delivered twice is answered twice"
            return
        self.delivered |= {update} - {None}
        last = answer.replies[-1] if answer.replies else None
        assert isinstance(last, Text | Shown), "silence"
        if last.code == "cancelled" and isinstance(last, Text):
            return  # whoever stopped it was told, with a way on
        assert last.menu, f"a dead end: {last.text}"
        self._count(answer, last)

    def _count(self, answer: Answer, last: Text | Shown) -> None:
        """What was let in by the gate counts as reached."""
        if last.code in _REFUSED:
            return
        action, _ = answer.pressed
        if action:
            self.reached[action] += 1
        if isinstance(answer.event, Command):
            self.reached["/" + answer.event.name] += 1
        if isinstance(answer.event, Press) and answer.event.text is not None and action:
            self.reached["form notice"] += 1

    # What must hold of what is kept

    def _judge_rows(self) -> None:
        for ref, text in self.store.saved:
            who = next(who for who, member in enumerate(self.members) if member.ref == ref)
            self._marks(who, text.encode(), set())
            state = from_json(text)
            assert state.to_json() == text
            assert not state.face or not self._anothers(self.members[who], state.face), "another's face"
        self.store.saved.clear()
        for who, member in enumerate(self.members):
            if member.ref in self.store.touched and (made := self.store.row(member.ref).made):
                self._marks(who, made[next(reversed(made))].making.encode(), set())

    def _anothers(self, member: Member, face: str) -> bool:
        return any(face in row.faces for ref, row in self.store.people.items() if ref != member.ref)

    def _judge_log(self) -> None:
        """Errors are ours to repair, but for those that the test has asked for; and no line tells of anybody."""
        for record in self.logged:
            asked_for = record.getMessage().startswith(("the store failed", "a group's new id"))
            assert asked_for, record.getMessage()
        self.logged.clear()

    # Links, and what is offered while an option is typed

    def suggest(self, who: int, where: int) -> None:
        """Nothing but one's own codes."""
        offering = self.service.suggestions.of(self.origin(who, where), "codes", "")
        found = self.loop.run_until_complete(offering)
        own = self.store.row(self.members[who].ref).made
        assert {one.value for one in found} <= own.keys(), "another person's code"

    def look_behind(self, place: int) -> None:
        """What anybody sees who has a link."""
        links = sorted((*self.tokens, *self.ended)) or ["token-that-nobody-has"]
        token = links[place % len(links)]
        looking = self.loop.create_task(self.service.sharing.picture(token, self.members[0].locale))
        self.loop.settle()
        if not looking.done():
            looking.cancel()
            self.loop.settle()
            return
        try:
            picture = looking.result()
        except SharingError:  # the page asks to come back in a minute
            return
        if picture is not None:
            assert token in self.tokens, "the link has ended"
            self._marks(self.tokens[token][0], picture, set())


class _Heard(logging.Handler):
    def __init__(self, heard: list[logging.LogRecord]) -> None:
        super().__init__(logging.WARNING)
        self.emit = heard.append  # type: ignore[method-assign]


def _said(event: Event) -> str:
    """What the person typed, or what their button carried."""
    if isinstance(event, Command):
        return " ".join(event.options.values()).upper()
    return event.payload if isinstance(event, Press) else event.text if isinstance(event, TextSent) else ""


def _pictures(reply: Reply) -> list[Picture]:
    if isinstance(reply, Shown):
        return [reply.picture]
    return [reply.preview] if isinstance(reply, Progress) and reply.preview else []


def _words(reply: Reply) -> Iterable[str]:
    """All that can be read but the text itself."""
    yield from (button.label for row in reply.menu for button in row)
    if isinstance(reply, Shown):
        yield from (reply.picture.alt, reply.picture.name, *(slider.label for slider in reply.sliders))
    if not isinstance(reply, Progress) and reply.select:
        yield from (button.label for button in reply.select.options)


def _payloads(reply: Reply) -> Iterable[str]:
    rows = reply.menu if isinstance(reply, Progress) else reply.rows
    yield from (button.payload for row in rows for button in row)
    if isinstance(reply, Shown):
        yield from (f"{slider.payload}{slider.high}" for slider in reply.sliders)


def forged(person: Person, payload: str) -> str:
    """Another's payload, made to look like this person's own."""
    version, _, *rest = payload.split(".")
    return ".".join((version, tag(person), *rest))
