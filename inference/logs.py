"""How every process of ours logs: one way for all, one JSON object a line, and nothing about anybody.

Our own loggers, those of libraries, warnings, and errors that nobody caught end in one handler. At a terminal its lines
are for people. What a library says is known to nobody here: names, ids and addresses with tokens may be in it. So of
its message the text stays that it always has, without what it puts in; and of any error the kind and the place.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import warnings
from copy import copy
from pathlib import Path
from traceback import format_tb
from types import TracebackType
from typing import Any, TextIO

import structlog

_OURS = ("bot", "db", "inference", "training", "typeface")
_SECRET = re.compile(
    r"""\w+://\S+ | \S+@\S+ | (?<!\w)'[^']*' | "[^"]*" | [\w:-]*\d{5,}[\w:-]* | (?=\S*\d)[\w:-]{20,}""",
    re.VERBOSE,
)
"""Addresses, what is quoted, numbers that may be somebody's, and what looks like a token."""
_SMALL = 10_000
_log = structlog.get_logger("typeface")


def told(error: BaseException) -> str:
    """The kind of an error and where it was raised. Its message stays out: it may be about a person."""
    return f"{type(error).__name__}\n{''.join(format_tb(error.__traceback__))}"


def configure(stream: TextIO) -> None:
    """From here on everything is logged to `stream`; a line that cannot be written is lost, and nothing else."""
    renderer: structlog.typing.Processor = structlog.processors.JSONRenderer()
    if stream.isatty():
        renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    final = [_traced, structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Discreet(processors=final, foreign_pre_chain=shared))
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.WARNING)
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    logging.raiseExceptions = False
    warnings.showwarning = _warned
    _catch(stream)


def refuse(program: str, reason: str) -> None:
    """Why a process cannot go on."""
    _say(program, reason, logging.CRITICAL)


def advise(program: str, advice: str) -> None:
    """What was told to a process and could be better."""
    _say(program, advice, logging.WARNING)


def _say(program: str, sentence: str, level: int) -> None:
    """A sentence for people, and where the log is what they read, a line as all others."""
    logged = any(
        isinstance(handler.formatter, _Discreet) and handler.stream is sys.stderr
        for handler in logging.root.handlers
        if isinstance(handler, logging.StreamHandler)
    )
    if logged and not sys.stderr.isatty():
        _log.log(level, sentence)
    else:
        sys.stderr.write(f"{program}: {sentence}\n")


class _Discreet(structlog.stdlib.ProcessorFormatter):
    def format(self, record: logging.LogRecord) -> str:
        bound = isinstance(record.msg, dict)  # it comes from structlog, and so from us
        if not bound and record.name.partition(".")[0] not in _OURS:
            record = copy(record)
            record.msg, record.args = _template(record), None
        return super().format(record)


def _template(record: logging.LogRecord) -> str:
    """The first line of a library's message, with nothing put in but small numbers and kinds of errors."""
    args = record.args if isinstance(record.args, tuple) else ()
    text = (
        re.sub(r"%(?:\(\w+\))?[-+ #0]*[\d.*]*[a-zA-Z]", "%s", str(record.msg))
        if record.args
        else str(record.msg)
    )
    first = _SECRET.sub("...", text.partition("\n")[0])
    shown = map(_shown, args)
    return re.sub("%s", lambda _: next(shown, "..."), first)


def _shown(value: object) -> str:
    if isinstance(value, BaseException):
        return type(value).__name__
    small = isinstance(value, float | int) and abs(value) < _SMALL
    return f"{value:g}" if small else "..."


def _traced(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """An error's kind and place, and those of what brought it about."""
    raised = event.pop("exc_info", None)
    if raised is True:
        raised = sys.exc_info()
    error = raised[1] if isinstance(raised, tuple) else raised
    parts: list[str] = []
    while isinstance(error, BaseException) and len(parts) < 5:
        parts.append(told(error) + _of_torch(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if parts:
        event["exception"] = "\n".join(parts)
    return event


def _of_torch(error: BaseException) -> str:
    """What torch says of sizes, devices and memory is about nobody, and without it no GPU can be mended."""
    theirs = type(error) is RuntimeError and "torch" in sys.modules
    if not theirs and not type(error).__module__.startswith("torch"):
        return ""
    return _SECRET.sub("...", str(error).partition("\n")[0])


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Which warning of which module. Its text may quote what a client sent, such as the name of a file."""
    _log.warning("python warning", category=category.__name__, module=Path(filename).stem, line=lineno)


def _catch(stream: TextIO) -> None:
    """What nobody caught is logged; whoever sits at the terminal is told in a sentence, where the log is elsewhere."""

    def uncaught(kind: type[BaseException], error: BaseException, _place: TracebackType | None) -> None:
        if not issubclass(kind, Exception):
            sys.__excepthook__(kind, error, _place)
            return
        _log.critical("the process ends by an error that nobody expected", exc_info=error)
        if stream is not sys.stderr:
            sys.stderr.write(
                f"Ended by an error that nobody expected ({kind.__name__}); see {stream.name}.\n"
            )

    def in_thread(args: threading.ExceptHookArgs) -> None:
        if not isinstance(args.exc_value, SystemExit):
            _log.error("a thread ends by an error", exc_info=args.exc_value)

    def lost(args: sys.UnraisableHookArgs) -> None:
        _log.error("an error had nobody to tell it to", exc_info=args.exc_value)

    sys.excepthook, threading.excepthook, sys.unraisablehook = uncaught, in_thread, lost
