"""How the server's process logs: to stderr, one line each, and never the values of variables."""

from __future__ import annotations

import logging
import sys
import warnings
from pathlib import Path
from typing import TextIO

import structlog


def configure() -> None:
    """Lines for a terminal, JSON for a file. Tracebacks are plain, since rich ones print local variables."""
    console = sys.stderr.isatty()
    renderer: structlog.typing.Processor
    if console:
        renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    else:
        renderer = structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if console else [structlog.processors.format_exc_info]),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    warnings.showwarning = _warned
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    # It prints addresses, and the bytes that it could not read; our own failures `problems` has logged.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Which warning of which module. Its text may quote what a client sent, such as the name of a file."""
    structlog.get_logger().warning(
        "python warning", category=category.__name__, module=Path(filename).stem, line=lineno
    )
