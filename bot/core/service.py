"""Answers events: loads the state, lets `conversation` decide, runs the effects, and saves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from bot.core import menus
from bot.core.conversation import step
from bot.core.discretion import told
from bot.core.effects import (
    Ask,
    Effect,
    Ended,
    Failed,
    Forget,
    Forgotten,
    HeldRead,
    Job,
    Line,
    Outcome,
    Quick,
    ReadHeld,
    Say,
    Show,
)
from bot.core.events import Command, Event, Origin, Person, Photo, PhotoSent
from bot.core.hand import Hand
from bot.core.hands import (
    admin,
    drawings,
    films,
    health,
    links,
    memory,
    mine,
    quiz,
    report,
    types,
    writes,
)
from bot.core.hands.makings import Makings
from bot.core.hands.partners import Partners
from bot.core.hands.us import Us
from bot.core.house import House
from bot.core.jobs import Jobs
from bot.core.knowledge import Knowledge
from bot.core.languages import Languages
from bot.core.mbti import Gender
from bot.core.outcomes import error_line
from bot.core.packs import PackView
from bot.core.photos import Photos
from bot.core.phrasing import Phrasing
from bot.core.ports import Clock, Drawing, Faces, Ports, Push, Store
from bot.core.presence import Presences, Running
from bot.core.rendering import Rendering
from bot.core.replies import Picture, Progress, Reply, Text
from bot.core.run import ForgottenError, Run
from bot.core.sharing import Sharing
from bot.core.state import State
from bot.core.stills import SIZE
from bot.core.suggestions import Suggestions
from bot.core.uses import Uses
from bot.core.wording import pick
from bot.core.work import PhotoWork
from db.errors import StoreError
from inference.errors import TypefaceError
from inference.wire import LabelFace

SHRINKING = 2
"""So many photos are read at once: a large one takes a few hundred megabytes for a moment."""
LONGEST_PAUSE = 60.0
_log = logging.getLogger(__name__)


class Service:
    """The core for all platforms. `handle` may be called for any number of events at once.

    Decisions about one person in one chat are taken one after the other; work goes on beside them, so that a
    running projection keeps nobody from `/forget`, or from cancelling it.
    """

    def __init__(self, faces: Faces, store: Store, drawing: Drawing, clock: Clock, house: House) -> None:
        """Raises bot.core.charts.ChartError for a match chart that cannot be used."""
        self._store, self._faces = store, faces
        self._drawing = drawing
        self._shrinking = asyncio.Semaphore(SHRINKING)
        self._photos = Photos(clock)
        self._presences = Presences()
        self._partners = Partners()
        ports = Ports(faces, store, drawing, clock)
        self._jobs = Jobs(store, clock)
        packs = PackView(faces, clock)
        rendering = Rendering(ports, self._jobs, packs, house.retention_seconds)
        work = PhotoWork(ports, self._jobs, rendering, self._photos, house.retention_seconds)
        self._knowledge = Knowledge(store, packs, self._photos, self._partners, house)
        self._carry(
            Hand(asks={ReadHeld: self._read_held, Forget: self._forget}),
            memory.hand(self._photos),
            writes.hand(store),
            work.hand(),
            drawings.hand(rendering),
            Makings(store, rendering).hand(),
            links.hand(store, house.retention_seconds),
            mine.hand(store, rendering),
            films.hand(ports, self._jobs, rendering),
            quiz.hand(drawing),
            Us(ports, self._partners).hand(),
            admin.hand(store),
            health.hand(faces, store),
            report.hand(store, drawing),
            types.hand(store, drawing),
        )
        self._uses = Uses(store)
        self._languages = Languages(store)
        self.suggestions = Suggestions(store, packs)
        self.sharing = Sharing(ports, packs)
        self._chats: dict[tuple[str, str], str] = {}
        self._closed = False

    def _carry(self, *hands: Hand) -> None:
        """Effects are carried out by these, each by the one that knows it."""
        self._quick = {kind: do for hand in hands for kind, do in hand.quick.items()}
        self._asks = {kind: do for hand in hands for kind, do in hand.asks.items()}
        self._runners = {kind: do for hand in hands for kind, do in hand.jobs.items()}

    async def close(self) -> None:
        """Stop all work; what is still being answered ends with a word about it."""
        self._closed = True
        for presence in self._presences.all():
            presence.stop_all("stopping")
        await self._jobs.close()

    async def handle(self, event: Event) -> AsyncGenerator[Reply]:
        """Answer `event`: any number of Progress, and at least one Text or Shown, of which one is the last.

        What was delivered before yields nothing. Closing this cancels the work. Never raises an Exception.
        """
        phrasing = Phrasing(event.origin.person, pick(event.origin.locale))
        presence = self._presences.of(event.origin.person)
        run = Run(event, self._chat(event.origin), presence, phrasing, presence.epoch)
        try:
            if self._closed:
                yield _trouble(run, "stopping")
            elif not await self._seen(event):
                async with aclosing(self._answer(run)) as replies:
                    async for reply in replies:
                        yield reply
        except ForgottenError:
            yield run.phrasing.text(Say((Line("stopped-forgotten"),), code="cancelled"))
        except StoreError as error:
            _log.error("the store failed: %s", error.code)
            yield _trouble(run, "store_down")
        except Exception as error:
            _log.error("an event could not be answered: %s", told(error))
            yield _trouble(run, "internal")
        finally:
            run.leave()

    async def language(self, origin: Origin) -> str:
        """In which of `wording.LOCALES` whoever is at `origin` is answered. Never raises an Exception."""
        return await self._languages.of(origin)

    def reach(self, platform: str, push: Push) -> None:
        """From here on people of that platform can be told something unasked."""
        self._partners.reach(platform, push)

    async def sample(self, kind: str, gender: Gender) -> bytes | None:
        """The type's average face as JPEG, for places where nobody has a conversation; None when there is none now."""
        face = LabelFace(label=kind, gender=gender)
        try:
            return await self._faces.render(face, pack=None, size=SIZE, format="jpeg")
        except TypefaceError:
            return None

    async def moved(self, platform: str, old: str, new: str) -> bool:
        """A group goes on under another id, with all that is kept of it; whether that is news.

        Returns when it is written down, however long the store is away.
        """
        pause = 1.0
        while True:
            try:
                news = await self._store.move_community(platform, old, new)
                if news:  # what runs there, and the photos in memory, are found under the first id
                    self._chats[platform, new] = self._chats.get((platform, old), old)
                return news
            except StoreError as error:
                _log.error("a group's new id could not be written down; trying again: %s", error.code)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def left(self, person: Person) -> None:
        """The person has blocked the bot: no work of theirs goes on, and no photo of theirs waits in memory.

        So it is in groups too, where it is said, and of what is just being decided. What is stored stays: they may come
        back, and it is `/forget` that deletes.
        """
        presence = self._presences.of(person)
        presence.departures += 1
        presence.stop_all("cancelled")
        self._photos.forget(person)

    def _chat(self, origin: Origin) -> str:
        return self._chats.get((origin.person.platform, origin.chat), origin.chat)

    async def _seen(self, event: Event) -> bool:
        origin = event.origin
        return origin.update is not None and await self._store.seen(origin.person.platform, origin.update)

    async def _answer(self, run: Run) -> AsyncGenerator[Reply]:
        """Decide, say, work; decide about what came of it, and so on until there is nothing left to do."""
        happened: Event | Outcome | None = run.event
        while happened is not None:
            effects = await self._decide(run, happened)
            happened = None
            for effect in effects:
                match effect:
                    case Say():
                        yield run.phrasing.text(effect)
                    case Show():
                        shown = run.phrasing.shown(_posted(run, effect), run.shot)
                        yield replace(shown, picture=_covered(run, shown.picture))
                    case Job():
                        async with aclosing(self._work_on(run, effect)) as news:
                            async for item in news:
                                if isinstance(item, Progress):
                                    yield item
                                else:
                                    happened = item
                    case Ask():
                        happened = await self._asks[type(effect)](run, effect)

    async def _work_on(self, run: Run, job: Job) -> AsyncGenerator[Progress | Outcome]:
        """The job, if the person's quota has room for it."""
        if refused := await self._uses.take(run, job):
            yield refused
            return
        async with aclosing(self._runners[type(job)](run, job)) as news:
            async for item in news:
                if isinstance(item, Outcome):
                    await self._uses.settle(run, item)
                elif item.preview:
                    item = replace(item, preview=_covered(run, item.preview))  # noqa: PLW2901
                yield item

    async def _decide(self, run: Run, happened: Event | Outcome) -> tuple[Effect, ...]:
        """One decision, with all of it that is quick: afterwards the state is saved."""
        async with run.presence.deciding(run.chat):
            run.check()
            if isinstance(happened, Command | PhotoSent):
                happened = run.event = await self._shrunk(happened)
            if isinstance(happened, Ended) or (
                isinstance(happened, Failed) and isinstance(happened.ask, Job)
            ):
                run.leave()
            before, known = await self._knowledge.read(run)
            # Nothing is awaited between this and the first effect, so that all that is known still holds.
            state, effects = step(before, _parted(run, happened), known)
            for effect in effects:
                if isinstance(effect, Quick):
                    await self._quick[type(effect)](run, effect)
            if state != before and not any(isinstance(effect, Forget) for effect in effects):
                async with run.writing():
                    await self._store.save(run.ref, run.chat, state.to_json())
            self._register(run, state, effects)
            self._part(run)
            return effects

    async def _shrunk(self, event: Command | PhotoSent) -> Command | PhotoSent:
        """With its photo as small as it is held, or with the reason why it cannot be used."""
        if event.photo is None or event.photo.problem:
            return event
        async with self._shrinking:
            try:
                photo = Photo(await asyncio.to_thread(self._drawing.shrink, event.photo.data))
            except TypefaceError as error:
                photo = Photo(problem=error.code)
        return replace(event, photo=photo)

    def _register(self, run: Run, state: State, effects: tuple[Effect, ...]) -> None:
        """From here on everybody knows that a job runs on the photo."""
        if effects and isinstance(effects[-1], Job):
            assert state.job is not None
            run.doing = state.doing
            run.running = run.presence.running[run.chat] = Running(state.job, state.doing)

    def _part(self, run: Run) -> None:
        """Who has left while it was decided wants no photo held, and no work begun."""
        if not run.departed:
            return
        if run.photo:
            self._photos.drop(run.key)
        if run.running:
            run.running.stop("cancelled")

    async def _read_held(self, run: Run, _: ReadHeld) -> Outcome:
        return HeldRead(await self._store.held(run.ref))

    async def _forget(self, run: Run, _: Forget) -> Outcome:
        """Nothing that began before is written after this, and nothing of it runs on."""
        presence = run.presence
        presence.epoch += 1
        run.epoch = presence.epoch
        self.left(run.event.origin.person)
        self._partners.forget(run.event.origin.person)
        run.departures = presence.departures
        async with presence.writing:
            return Forgotten(await self._store.forget(run.ref))


def _parted(run: Run, happened: Event | Outcome) -> Event | Outcome:
    """Without its photo, when the person has left since they sent it."""
    if run.departed and isinstance(happened, Command | PhotoSent) and happened.photo:
        return replace(happened, photo=Photo(problem="cancelled"))
    return happened


def _posted(run: Run, show: Show) -> Show:
    """With a way to take it back, where others see it."""
    origin = run.event.origin
    seen = origin.shared and (show.public or not origin.can_hide)
    return replace(show, menu=menus.posted(show.menu)) if seen else show


def _covered(run: Run, picture: Picture) -> Picture:
    """Under a cover, where the place wants it so."""
    return replace(picture, spoiler=run.place.settings.spoiler)


def _trouble(run: Run, code: str) -> Text:
    """One clear message; what is asked again goes on from the state that was saved, and with the photo in memory."""
    menu = menus.stopped(run.doing) if run.doing else menus.LOST
    return run.phrasing.text(Say((error_line(code),), menu, code=code))
