"""The console scripts. To import a room takes seconds; Ctrl-C ends that with one line, as all that comes after it."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from types import FrameType

STOPPED = 128 + signal.SIGINT


def bot() -> None:
    """`typeface`."""
    _run("bot")


def inference() -> None:
    """`typeface-inference`."""
    _run("inference")


def training() -> None:
    """`typeface-training`."""
    _run("training")


def db() -> None:
    """`typeface-db`."""
    _run("db")


def _run(room: str) -> None:
    heard = signal.getsignal(signal.SIGINT)
    if heard is signal.default_int_handler:  # in the background of a shell it is ignored, and stays so
        signal.signal(signal.SIGINT, _stop)
    main = import_module(f"{room}.__main__").main
    signal.signal(signal.SIGINT, heard)
    try:
        main()
    except KeyboardInterrupt:
        _say()
        sys.exit(STOPPED)


def _stop(_: int, __: FrameType | None) -> None:
    # An exception would come up inside some library, which could take it for something else.
    _say()
    os._exit(STOPPED)


def _say() -> None:
    print("Stopped.", file=sys.stderr, flush=True)
