"""The console scripts: Ctrl-C at any time is one line and exit code 130."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SCRIPTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
PRESSED = """
import os, signal, sys
class Pressing:
    def find_spec(self, name, path=None, target=None):
        if name == "typer":
            print("importing", flush=True)
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Pressing())
from typeface import {room} as main
sys.exit(main())
"""
"""Ctrl-C comes while the room is imported."""
LATER = """
import sys
from {room} import __main__ as room
def pressed(**_): raise KeyboardInterrupt
room.app = pressed
from typeface import {room} as main
sys.exit(main())
"""
"""Ctrl-C comes while it works, and nothing takes care of it."""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=100, check=False
    )


def test_every_script_is_one_of_ours() -> None:
    assert {name: where.partition(":")[0] for name, where in SCRIPTS.items()} == dict.fromkeys(
        ("typeface", "typeface-inference", "typeface-training", "typeface-db"), "typeface"
    )


@pytest.mark.parametrize("where", SCRIPTS.values())
def test_ctrl_c_while_a_room_is_imported_is_one_line(where: str) -> None:
    ended = run(PRESSED.format(room=where.partition(":")[2]))
    assert (ended.stdout, ended.stderr, ended.returncode) == ("importing\n", "Stopped.\n", 130)


@pytest.mark.parametrize("room", ["bot", "db"])
def test_ctrl_c_that_nobody_takes_care_of_is_one_line(room: str) -> None:
    ended = run(LATER.format(room=room))
    assert (ended.stdout, ended.stderr, ended.returncode) == ("", "Stopped.\n", 130)


@pytest.mark.parametrize("where", SCRIPTS.values())
def test_every_script_starts(where: str) -> None:
    ended = run(
        f"import sys; sys.argv[1:] = ['--help']; import typeface; typeface.{where.partition(':')[2]}()"
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "Usage" in ended.stdout
