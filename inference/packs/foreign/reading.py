"""Which kind of foreign checkpoint a file is, and what is in it."""

from __future__ import annotations

import argparse
import io
import pickle
import warnings
import zipfile
from pathlib import Path
from typing import Any

import torch

from inference.errors import PackError
from inference.packs.foreign import official, rosinality
from inference.packs.foreign.checkpoint import ForeignCheckpoint
from inference.packs.foreign.machine import MOST_BYTES

_TORCH = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."  # how torch.save began before its zip files


def read(path: Path) -> ForeignCheckpoint:
    """Read an official .pkl or rosinality's .pt; nothing in the file is ever run.

    Raises:
        PackError: in a sentence: it is neither, is broken, or holds something that is not read.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise PackError(f"the checkpoint has more than {MOST_BYTES >> 30} GB")
        data = path.read_bytes()
        if data.startswith((b"PK\x03\x04", _TORCH)):
            return rosinality.convert(read_torch(data))
        if data.startswith(b"\x80"):
            return official.read(io.BytesIO(data))
    except OSError as error:
        raise PackError(f"{path.name} cannot be read") from error
    except PackError as error:
        raise PackError(f"{path.name}: {error.detail}") from error
    raise PackError(f"{path.name} is neither an official .pkl nor a .pt of PyTorch")


def read_torch(data: bytes) -> dict[str, Any]:
    """What `torch.save` wrote: a dictionary of tensors and plain values. Anything else raises `PackError`.

    A `Namespace` may be among them, rosinality's options: it holds values and does nothing.
    """
    try:
        if data.startswith(b"PK") and _unpacked(data) > MOST_BYTES:
            raise PackError(f"the checkpoint has more than {MOST_BYTES >> 30} GB")
        with warnings.catch_warnings(), torch.serialization.safe_globals([argparse.Namespace]):
            warnings.simplefilter("ignore")  # of how the file was pickled
            state = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, zipfile.BadZipFile, RuntimeError, EOFError, LookupError) as error:
        raise PackError("the file is broken, or holds more than tensors and plain values") from error
    except (ValueError, TypeError, AttributeError, AssertionError, OverflowError, MemoryError) as error:
        raise PackError("the file is broken, or holds more than tensors and plain values") from error
    if not isinstance(state, dict):
        raise PackError("the file holds no table of networks")
    return state


def _unpacked(data: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return sum(entry.file_size for entry in archive.infolist())
