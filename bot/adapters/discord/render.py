"""Replies of the core as what a Discord message consists of."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

import discord

from bot.core.forms import FORMS
from bot.core.languages import Voice
from bot.core.pieces import pieces
from bot.core.replies import Button, Menu, Picture, Progress, Select, Shown, Style, Text

PREFIX = "tf:"
"""Before every payload in a custom_id; a custom_id has at most 100 characters, a payload 64."""
FORM = "tf?"
"""Before the name of the form that a button opens, which stands before its payload."""
MAX_CONTENT = 2000
MAX_ROWS, ROW = 5, 5
"""Rows of a message, of which a select takes one, and buttons of a row."""

STYLES: dict[Style, discord.ButtonStyle] = {
    "primary": discord.ButtonStyle.primary,
    "secondary": discord.ButtonStyle.secondary,
    "success": discord.ButtonStyle.success,
    "danger": discord.ButtonStyle.danger,
}
_MARKUP = re.compile(
    r"(?P<link>https?://\S+)|^(?P<indent>[^\S\n]*)(?P<block>#{1,3}|-#|>{1,3}|-)(?=\s)|(?P<sign>[\\*_~|`\[<])",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Draft:
    """One message. `keep_picture`: an edit without a new picture leaves the one that the message has.

    `to` is who is called by it: nobody else ever is. `kept`: its picture can be brought back from the gallery.
    """

    content: str
    picture: Picture | None = None
    menu: Menu = ()
    keep_picture: bool = False
    select: Select | None = None
    to: str | None = None
    kept: bool = False

    def files(self) -> list[discord.File]:
        """Fresh ones at each call, since sending one uses it up."""
        if self.picture is None:
            return []
        data = io.BytesIO(self.picture.data)
        alt = self.picture.alt[:1024] or None
        return [discord.File(data, self.picture.name, description=alt, spoiler=self.picture.spoiler)]

    def view(self) -> discord.ui.View | None:
        """The buttons. The view is finished at once, so that the library keeps none of them."""
        if not self.menu and not self.select:
            return None
        view = discord.ui.View(timeout=None)
        if self.select:
            view.add_item(_select(self.select))
        first = 1 if self.select else 0
        for number, row in enumerate(_fitting(self.menu, MAX_ROWS - first), first):
            for button in row:
                view.add_item(_button(button, number))
        view.stop()
        return view


def _button(button: Button, row: int) -> discord.ui.Button[discord.ui.View]:
    prefix = f"{FORM}{button.form}:" if button.form else PREFIX
    return discord.ui.Button(
        label=button.label, custom_id=prefix + button.payload, style=STYLES[button.style], row=row
    )


async def form(custom_id: str, voice: Voice) -> discord.ui.Modal | None:
    """The form that a button opens, if it opens one. It is finished at once, so that the library does not keep it."""
    name = custom_id.removeprefix(FORM).split(":")[0]
    if not custom_id.startswith(FORM) or name not in FORMS:
        return None
    modal = discord.ui.Modal(title=await voice.say(f"modal-{name}-title"), custom_id=custom_id)
    field = discord.ui.TextInput[discord.ui.Modal](
        style=discord.TextStyle.paragraph, max_length=FORMS[name], required=False, custom_id="text"
    )
    modal.add_item(discord.ui.Label(text=await voice.say(f"modal-{name}"), component=field))
    modal.stop()
    return modal


def _fitting(menu: Menu, rows: int) -> Menu:
    """Rows are joined where there are more than fit; what is too long for one row goes on in the next."""
    menu = tuple(row for row in menu if row)
    if len(menu) <= rows:
        return menu
    buttons = [button for row in menu for button in row][: rows * ROW]
    return tuple(tuple(buttons[at : at + ROW]) for at in range(0, len(buttons), ROW))


def _select(select: Select) -> discord.ui.Select[discord.ui.View]:
    """The values are the payloads: a choice says all that it means, as a button does."""
    options = [
        discord.SelectOption(label=one.label, value=PREFIX + one.payload, default=one.style == "primary")
        for one in select.options
    ]
    return discord.ui.Select(
        custom_id=f"{PREFIX}select", placeholder=select.label[:150], options=options, row=0
    )


def payload(custom_id: str) -> str:
    """What the core put into the button; other custom_ids, of older versions, as they are."""
    if custom_id.startswith(FORM):
        return custom_id.partition(":")[2]
    return custom_id.removeprefix(PREFIX)


def plain(text: str) -> str:
    """`text` without any markup: what Discord would take for some is escaped. Links stay links."""
    return _MARKUP.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    link, indent, block, sign = match.group("link", "indent", "block", "sign")
    return link or f"{indent or ''}\\{block or sign}"


def progress(reply: Progress) -> Draft:
    """How far the work is, with a bar when that is known."""
    return Draft(plain(reply.drawn)[:MAX_CONTENT], reply.preview, reply.menu, keep_picture=True)


def drafts(reply: Text | Shown) -> list[Draft]:
    """The messages of a reply: a long text takes several, of which the last has the buttons."""
    picture = reply.picture if isinstance(reply, Shown) else None
    *before, last = pieces(plain(reply.text), MAX_CONTENT)
    to = reply.to if isinstance(reply, Text) else None
    kept = isinstance(reply, Shown) and reply.made is not None
    return [*map(Draft, before), Draft(last, picture, reply.menu, select=reply.select, to=to, kept=kept)]
