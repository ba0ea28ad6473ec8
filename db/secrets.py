"""The private file of an installation's two keys. Whoever loses it loses every kept face: back it up."""

import base64
import binascii
import json
import os
import stat
from pathlib import Path
from secrets import token_bytes, token_hex

from db.crypto import KEY_BYTES, Keys
from db.errors import BadSecrets, SecretsExposed, Unwritable

_NAMES = ("hash_key", "master_key")


def load_or_create(path: Path) -> Keys:
    """Read the keys, making the file (mode 0600, in a directory of mode 0700) first when there is none.

    Processes that start at the same moment agree on one file.

    Raises:
        SecretsExposed: others may read the file, or its group may write it.
        BadSecrets: it cannot be read or does not hold two keys.
        Unwritable: there is none and it cannot be made.
    """
    if not path.exists():
        _create(path)
    return load(path)


def load(path: Path) -> Keys:
    """Read the keys from an existing private file; raises as `load_or_create` does."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & (stat.S_IRWXO | stat.S_IWGRP):
            raise SecretsExposed(
                f"The secrets file {path} is open to others (mode {mode:o}); run: chmod 600 {path}"
            )
        values = json.loads(path.read_text())
    except OSError as error:
        raise BadSecrets(f"The secrets file {path} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise BadSecrets(f"The secrets file {path} is not JSON; restore it from its backup.") from None
    if not isinstance(values, dict) or any(not isinstance(values.get(name), str) for name in _NAMES):
        raise BadSecrets(
            f"The secrets file {path} must hold {' and '.join(_NAMES)}; restore it from its backup."
        )
    return Keys(*(decode(name, values[name]) for name in _NAMES))


def decode(name: str, text: str) -> bytes:
    """A key of 32 bytes from its base64 text (either alphabet); raises BadSecrets."""
    try:
        key = base64.b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise BadSecrets(f"{name} is not base64.") from None
    if len(key) != KEY_BYTES:
        raise BadSecrets(f"{name} must be {KEY_BYTES} bytes in base64, not {len(key)}.")
    return key


def _create(path: Path) -> None:
    text = json.dumps({name: base64.b64encode(token_bytes(KEY_BYTES)).decode() for name in _NAMES}, indent=2)
    draft = path.with_name(f".{path.name}.{token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(text + "\n")
                file.flush()
                os.fsync(file.fileno())
            # A link appears whole or not at all, and never replaces the file of a process that was faster.
            path.hardlink_to(draft)
        except FileExistsError:
            return
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise Unwritable(f"The secrets file {path} cannot be made: {error.strerror}.") from None
