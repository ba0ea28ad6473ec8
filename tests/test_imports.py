"""Importing builds nothing, and what must stay light stays light: checked in a fresh interpreter, as users start it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("bot", "inference", "training", "db")


def modules_after(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("bot.__main__", {"torch", "discord", "telegram", "dlib"}),
        ("bot.core.service", {"torch", "discord", "telegram", "aiohttp", "sqlalchemy", "PIL"}),
        ("inference.client", {"torch", "dlib", "PIL"}),
        ("inference.scheduler.scheduler", {"torch", "aiohttp"}),
        ("db.store", {"torch", "aiohttp", "PIL"}),
        ("inference.worker.worker", {"aiohttp", "discord", "sqlalchemy"}),
    ],
)
def test_a_room_imports_only_what_it_needs(module: str, heavy: set[str]) -> None:
    loaded = modules_after(f"import {module}")
    assert module in loaded
    assert not heavy & loaded


def test_every_init_is_empty() -> None:
    found = [p for room in ROOMS for p in (ROOT / room).rglob("__init__.py")]
    assert len(found) > 15
    assert [p for p in found if p.read_text().strip()] == []


def test_importing_every_module_writes_and_starts_nothing(tmp_path: Path) -> None:
    names = [
        ".".join(p.relative_to(ROOT).with_suffix("").parts)
        for room in ROOMS
        for p in (ROOT / room).rglob("*.py")
        if p.name != "__init__.py" and "versions" not in p.parts and p.name != "env.py"
    ]
    assert len(names) > 50
    code = (
        "import importlib, threading\n"
        f"for name in {names!r}:\n    importlib.import_module(name)\n"
        "assert threading.active_count() == 1, threading.enumerate()\n"
    )
    environment = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []
