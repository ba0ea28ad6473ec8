"""Inline mode: `@bot ENFP` in any chat offers the type's faces, to be sent there. Nothing of a person ever appears.

Telegram sends a picture from inline mode only when it holds it already: each face is put once into the asker's own
chat with the bot, without a sound, and taken away again; its file_id stays good. Where there is no such chat, or
the faces are not there in time, the result is a few words with a link to the bot.
"""

from __future__ import annotations

import asyncio
import contextlib
import time

import structlog
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResult,
    InlineQueryResultArticle,
    InlineQueryResultCachedPhoto,
    InlineQueryResultsButton,
    InputTextMessageContent,
)
from telegram.error import TelegramError

from bot.adapters.telegram.links import payload
from bot.core.discretion import told
from bot.core.events import Origin, Person
from bot.core.hearing import parse, words
from bot.core.mbti import GENDERS, TYPES, Gender
from bot.core.ports import Clock, Desk
from bot.core.wording import say

log = structlog.get_logger("typeface.telegram")
WAIT_SECONDS = 6.0
"""So long an inline question waits for faces; Telegram itself gives up after some ten seconds."""
KEPT_SECONDS = 3600.0
CACHE_SECONDS, SOON_SECONDS = 300, 5
"""How long Telegram shows an answer again without asking: one with all faces, and one that still lacks some."""
Sample = tuple[str, Gender]


def wanted(text: str) -> list[Sample]:
    """Types and genders that are asked for; the first letters of a type, at least two, stand for all that fit."""
    asked, said = parse(text), words(text)
    if asked.type:
        return [(asked.type, gender) for gender in ([asked.gender] if asked.gender else GENDERS)]
    start = said[0].upper() if said else ""
    kinds = [kind for kind in TYPES if len(start) > 1 and kind.startswith(start)]
    return [(kind, asked.gender or "either") for kind in kinds]


class Inline:
    """Answers inline questions; the faces' file_ids are kept for an hour."""

    def __init__(self, bot: Bot, core: Desk, clock: Clock = time) -> None:
        self._bot, self._core, self._clock = bot, core, clock
        self._ids: dict[Sample, tuple[str, float]] = {}
        self._sending: dict[Sample, asyncio.Task[None]] = {}

    async def answer(self, query: InlineQuery) -> None:
        """A question that has grown old meanwhile is let be: the person has typed on."""
        asker = query.from_user
        whose = Person("telegram", str(asker.id))
        locale = await self._core.language(Origin(whose, str(asker.id), asker.language_code or ""))
        samples = wanted(query.query)
        missing = [one for one in samples if self._known(one) is None]
        if missing:
            fetching = [self._fetch(one, asker.id) for one in missing]
            await asyncio.wait(fetching, timeout=WAIT_SECONDS)
        whole = all(self._known(one) for one in samples)
        start = payload(*samples[0]) if samples else "start"
        try:
            await self._bot.answer_inline_query(
                query.id,
                [self._result(one, locale) for one in samples],
                cache_time=CACHE_SECONDS if whole else SOON_SECONDS,
                is_personal=True,  # the texts are in the asker's language
                button=InlineQueryResultsButton(
                    say(locale, "telegram-inline-button" if samples else "telegram-inline-none"),
                    start_parameter=start,
                ),
            )
        except TelegramError as error:
            log.info("inline question not answered", error=type(error).__name__)

    async def close(self) -> None:
        tasks = list(self._sending.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _known(self, sample: Sample) -> str | None:
        file_id, until = self._ids.get(sample, ("", 0.0))
        return file_id if self._clock.monotonic() < until else None

    def _fetch(self, sample: Sample, chat: int) -> asyncio.Task[None]:
        """Each face is made once, however many ask; it goes on when the question has been answered."""
        if (task := self._sending.get(sample)) is None:
            task = self._sending[sample] = asyncio.get_running_loop().create_task(self._send(sample, chat))
            task.add_done_callback(lambda _: self._sending.pop(sample, None))
        return task

    async def _send(self, sample: Sample, chat: int) -> None:
        """Put the face where Telegram keeps it."""
        if (picture := await self._core.sample(*sample)) is None:
            return
        try:
            sent = await self._bot.send_photo(chat, picture, filename="face.jpg", disable_notification=True)
        except TelegramError as error:
            log.info("face not ready for inline mode", error=told(error))
            return
        self._ids[sample] = sent.photo[-1].file_id, self._clock.monotonic() + KEPT_SECONDS
        with contextlib.suppress(TelegramError):
            await sent.delete()

    def _result(self, sample: Sample, locale: str) -> InlineQueryResult:
        kind, gender = sample
        link = f"https://t.me/{self._bot.username}?start={payload(kind, gender)}"
        title, about = say(locale, f"title-{kind}"), say(locale, f"about-{kind}")
        button = InlineKeyboardButton(say(locale, "telegram-inline-open"), url=link)
        markup = InlineKeyboardMarkup([[button]])
        name, text = f"{kind}-{gender}", f"{title}\n\n{about}"
        if file_id := self._known(sample):
            return InlineQueryResultCachedPhoto(
                name,
                file_id,
                title=title,
                description=say(locale, f"choice-{gender}"),
                caption=text,
                reply_markup=markup,
            )
        content = InputTextMessageContent(text)
        return InlineQueryResultArticle(name, title, content, markup, description=about)
