"""What a typed line means: a command, a photo, a button's number or words, or text."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

from bot.adapters.terminal.printed import named
from bot.core import commands
from bot.core.events import MAX_PHOTO_BYTES, Command, Event, Origin, Photo, PhotoSent, Press, TextSent
from bot.core.replies import Button

_WITH_PHOTO = {
    spec.name for spec in commands.COMMANDS if any(option.kind == "photo" for option in spec.options)
}


@dataclass(frozen=True)
class Mistake:
    """A line that the terminal answers by itself; `key` is the text's, `code` the reply's."""

    code: str
    key: str
    shown: str


def shorten(text: str, most: int = 200) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _path(written: bytes) -> Path:
    """The file that is named: as it is, as a shell would write it, or as a link, which is how files are dropped here.

    Raises:
        RuntimeError: `~` names nobody.
        ValueError: no file can have this name.
    """
    name = os.fsdecode(written.strip())
    if name.startswith("file://"):
        return Path(os.fsdecode(unquote_to_bytes(urlsplit(name).path)))
    plain = Path(name).expanduser()
    if plain.is_file():
        return plain
    try:
        words = shlex.split(name)
    except ValueError:  # a quote that is never closed
        return plain
    return Path(words[0]).expanduser() if len(words) == 1 else plain


def _dropped(line: bytes) -> Photo | None:
    """The file whose whole name the line is, if there is one: terminals write that when a file is dropped on them."""
    if not line.startswith((b"/", b"~", b"'", b'"', b"file://")):
        return None
    with suppress(OSError, RuntimeError, ValueError):
        return read_photo(_path(line))
    return None


def read_photo(path: Path) -> Photo:
    """Read a photo of at most `MAX_PHOTO_BYTES`.

    Raises:
        OSError: it is no plain file that can be read.
        RuntimeError: `~` names nobody.
        ValueError: no file can have this name.
    """
    if not path.is_file():
        raise FileNotFoundError
    with path.open("rb") as file:
        data = file.read(MAX_PHOTO_BYTES + 1)
    return Photo(data) if len(data) <= MAX_PHOTO_BYTES else Photo(problem="too_large")


def _photo(written: bytes) -> Photo | Mistake:
    try:
        return read_photo(_path(written))
    except (OSError, RuntimeError, ValueError):
        if not written.strip(b" \t\"'"):
            return Mistake("no_such_file", "terminal-no-file-named", "")
        shown = written.strip().decode("utf-8", "replace")
        return Mistake("no_such_file", "terminal-no-such-file", shorten(shown))


def _command(name: str, text: str, file: bytes | None, origin: Origin) -> Event | Mistake:
    if name == "cancel":  # work that goes on would have heard it
        return Mistake("nothing_runs", "nothing-runs", "")
    photo = None if file is None else _photo(file)
    if isinstance(photo, Mistake):
        return photo
    return Command(origin, name, {"text": text} if text else {}, photo)


def read(line: bytes, menu: Sequence[Button], origin: Origin) -> Event | Mistake:
    """Translate a line; `menu` holds the last buttons in the order in which they were numbered.

    A button is pressed by its number, or by what it says. A file that is dropped on the terminal is a photo.
    `/me @photo.jpg` is a command with a photo; in `/us @bob` and where else no photo belongs, @ is a letter. Bytes that
    are not UTF-8 become the replacement character, except in a file's name.
    """
    line = line.strip()
    photo = _photo(line[1:]) if line.startswith(b"@") else _dropped(line)
    if photo is not None:
        return photo if isinstance(photo, Mistake) else PhotoSent(origin, photo)
    typed, *file = re.split(rb"\s@", line, maxsplit=1)
    if command := commands.split(typed.decode("utf-8", "replace")):
        if file and command[0] in _WITH_PHOTO:
            return _command(*command, file[0], origin)
        words = commands.split(line.decode("utf-8", "replace")) or command
        return _command(*words, None, origin)
    if line.isdigit():
        number = int(line) if len(line) < 4 else 0
        if 1 <= number <= len(menu):
            return Press(origin, menu[number - 1].payload)
        return Mistake("no_such_button", "terminal-no-such-button", shorten(line.decode(), 12))
    return _said(line.decode("utf-8", "replace"), menu, origin)


def _said(text: str, menu: Sequence[Button], origin: Origin) -> Press | TextSent:
    button = named(text, menu)
    return TextSent(origin, text) if button is None else Press(origin, button.payload)
