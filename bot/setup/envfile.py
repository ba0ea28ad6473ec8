"""The file `.env`: values are put in, all else stays as it stands, and it changes whole or not at all."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from pathlib import Path
from secrets import token_hex

from dotenv.parser import parse_stream

PRIVATE = 0o600


def merged(text: str, values: Mapping[str, str]) -> str:
    """`text` with `values` in place of what it says of them, or after it; comments and order stay."""
    kept, left = [], dict(values)
    for binding in parse_stream(io.StringIO(text)):
        if binding.key not in values:
            kept.append(binding.original.string)
        elif binding.key in left:  # a name that stands twice is written once
            kept.append(f"{binding.key}={left.pop(binding.key)}\n")
    before = "".join(kept)
    if before and not before.endswith("\n"):
        before += "\n"
    return before + "".join(f"{name}={value}\n" for name, value in left.items())


def read(path: Path) -> str:
    """What stands in the file; nothing when there is none. Raises OSError, or UnicodeDecodeError (a ValueError)."""
    return path.read_text(encoding="utf-8") if path.exists() else ""


def write(path: Path, text: str) -> None:
    """Replace the file, readable by its owner alone. Raises OSError, and then the old file is there untouched."""
    target = path.resolve()
    draft = target.with_name(f".{target.name}.{token_hex(8)}")
    try:
        with os.fdopen(
            os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "w", encoding="utf-8"
        ) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
