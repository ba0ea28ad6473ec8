"""Everything that a process says to its log goes one way, and holds nothing about anybody."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SETUP = "import asyncio, logging, sys, threading, warnings; import structlog; from inference import logs; "
TOKEN = "8123456789:AAFh-Xk2vQw9PzLmN0rTyUiOp3sDfGhJkLz"


def said(tmp_path: Path, body: str, *, code: int = 0) -> tuple[list[dict[str, Any]], str]:
    """What a process logs that runs `body`, line by line, and what it says on its stderr."""
    file = tmp_path / "x.log"
    program = SETUP + f"logs.configure(open({str(file)!r}, 'a', buffering=1))\n{body}"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == code, ran.stderr
    assert ran.stdout == ""
    return [json.loads(line) for line in file.read_text().splitlines()], ran.stderr


@pytest.mark.parametrize(
    ("body", "event", "level"),
    [
        ("structlog.get_logger('typeface.x').info('ready', port=7)", "ready", "info"),
        ("structlog.get_logger().warning('no name')", "no name", "warning"),
        (
            "logging.getLogger('bot.core.x').error('the store failed: %s', 'busy')",
            "the store failed: busy",
            "error",
        ),
        (
            f"logging.getLogger('discord.http').warning('%s %s: wait %.2f s', 'GET', 'https://x/{TOKEN}', 2.5)",
            "... ...: wait 2.5 s",
            "warning",
        ),
        (
            f"logging.getLogger('httpx').error('POST https://api/bot{TOKEN}/getMe failed')",
            "POST ... failed",
            "error",
        ),
        (
            f"logging.getLogger('x').error('no such token: {TOKEN} of 123456789')",
            "no such token: ... of ...",
            "error",
        ),
        ("logging.getLogger('x').error('hello %(name)s', {'name': 'Ann'})", "hello ...", "error"),
        (
            "logging.getLogger('x').error('lost %s at %d', KeyError('Ann'), 123456789)",
            "lost KeyError at ...",
            "error",
        ),
        ("logging.getLogger('x').error('%s and %s', 'Ann')", "... and ...", "error"),
        ("logging.getLogger('x').error('first\\nAnn')", "first", "error"),
        ("warnings.warn('Ann', UserWarning)", "python warning", "warning"),
    ],
)
def test_each_is_one_line_of_json(tmp_path: Path, body: str, event: str, level: str) -> None:
    (line,), stderr = said(tmp_path, body)
    assert (line["event"], line["level"]) == (event, level)
    assert {"timestamp", "logger"} <= set(line)
    assert "Ann" not in str(line)
    assert TOKEN[:10] not in str(line)
    assert stderr == ""


def test_what_is_not_worth_a_line_is_none(tmp_path: Path) -> None:
    body = "logging.getLogger('httpx').info('x'); structlog.get_logger('typeface').debug('x')"
    assert said(tmp_path, body) == ([], "")


FAILING = """
def f():
    try:
        raise KeyError('Ann')
    except KeyError as e:
        raise ValueError('of Ann') from e
"""


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (FAILING + "f()", 1),
        (FAILING + "t = threading.Thread(target=f); t.start(); t.join()", 0),
        (
            FAILING
            + "try:\n    f()\nexcept ValueError:\n    logging.getLogger('telegram').exception('%s', 'Ann')",
            0,
        ),
        (
            FAILING
            + "try:\n    f()\nexcept ValueError:\n    structlog.get_logger('typeface').exception('it')",
            0,
        ),
        (
            FAILING
            + "async def g():\n    async def h():\n        f()\n    t = asyncio.create_task(h())\n"
            + "    await asyncio.sleep(0.01)\n    del t\nasyncio.run(g())",
            0,
        ),
        (FAILING + "class C:\n    def __del__(self):\n        f()\nC()", 0),
    ],
)
def test_an_error_is_its_kind_and_its_place(tmp_path: Path, body: str, code: int) -> None:
    (line,), stderr = said(tmp_path, body, code=code)
    assert "ValueError" in line["exception"]
    assert "KeyError" in line["exception"]
    assert "in f" in line["exception"]
    assert "Ann" not in json.dumps(line).replace("raise KeyError('Ann')", "").replace(
        "raise ValueError('of Ann')", ""
    )
    assert stderr.count("\n") == bool(code), "whoever sits there is told where to look"


def test_a_full_disk_costs_the_line_and_nothing_else() -> None:
    program = (
        SETUP + "logs.configure(open('/dev/full', 'a', buffering=1)); structlog.get_logger('bot').error('x')"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program + "; print('on')"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.stdout, ran.stderr) == ("on\n", "")
