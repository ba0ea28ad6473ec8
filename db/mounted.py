"""Secrets as files, the way container runtimes hand them over: `NAME_FILE` names the file that holds `NAME`."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from db.errors import BadSettings


def read(environ: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """`environ` with each of `names` taken from its file, where one is named; an empty file sets nothing.

    Raises:
        BadSettings: a file cannot be read, or a secret is given both ways.
    """
    found = dict(environ)
    for name in names:
        path = found.pop(f"{name}_FILE", "")
        if path and found.get(name):
            raise BadSettings(f"Set {name} or {name}_FILE, not both.")
        if path and (text := _text(name, Path(path))):
            found[name] = text
    return found


def _text(name: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadSettings(f"{name}_FILE: {path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise BadSettings(f"{name}_FILE: {path} is not text.") from None
