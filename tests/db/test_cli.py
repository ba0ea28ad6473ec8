"""`typeface-db` as its users start it."""

import asyncio
import csv
import errno
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from db import errors, export
from db.__main__ import app
from db.plots import PANELS
from db.records import PersonRef
from db.settings import Settings
from db.store import open_store

ROOT = Path(__file__).parents[2]

# Runs the command where no file may grow past 20,000 bytes: the file system itself refuses the write.
NARROW = (
    "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000));"
    "from db.__main__ import main; main()"
)


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "TYPEFACE_HASH_KEY", "TYPEFACE_MASTER_KEY"):
        monkeypatch.delenv(name, raising=False)


def start(environ: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    """The command in this process: starting another one takes seconds."""
    done = CliRunner().invoke(app, arguments, env=environ, prog_name="typeface-db")
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


def start_process(
    environ: dict[str, str], *arguments: str, program: tuple[str, ...] = ("-m", "db")
) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, *program, *arguments]
    return subprocess.run(
        command, env=environ, capture_output=True, text=True, timeout=60, cwd="/", check=False
    )


def complains(done: "subprocess.CompletedProcess[str]", code: str) -> str:
    """Exit code 2, one sentence on standard error, nothing else."""
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("typeface-db: ")
    assert line.endswith(f" [{code}]")
    return line


async def use(settings: Settings) -> None:
    """Three people were here an hour ago; what was kept for a second is past its time."""
    store = await open_store(settings, lambda: datetime.now(UTC) - timedelta(hours=1))
    for number in range(3):
        person = PersonRef("discord", f"90000{number}")
        await store.open_session(person, "chat", "ENFP", "female")
        await store.log_job(person, "project", 10, 20, "done")
        if number:
            await store.consent(person, 1)
            await store.keep_face(person, b"latent", kind="self", pack="starter 1", seconds=1)
    await store.close()


def test_one_walk_through_all_commands(settings: Settings, environ: dict[str, str], tmp_path: Path) -> None:
    assert "is at revision" in start_process(environ, "upgrade").stdout
    asyncio.run(use(settings))
    stats = start(environ, "stats", "--format", "json")
    assert stats.returncode == 0, stats.stderr
    numbers = json.loads(stats.stdout)
    assert numbers["sessions_by_type"] == {"ENFP": 3}
    assert numbers["job_times_ms"]["project"]["run"] == {"p50": 20, "p95": 20}
    assert numbers["consent_rate"] == pytest.approx(2 / 3)
    data = json.loads(start(environ, "export").stdout)
    assert len(data["sessions"]) == 3
    assert start(environ, "export", "--format", "csv", "--out", str(tmp_path / "new" / "csv")).returncode == 0
    with (tmp_path / "new" / "csv" / "jobs.csv").open() as file:
        assert [row["run_ms"] for row in csv.DictReader(file)] == ["20"] * 3
    assert start(environ, "export", "--out", str(tmp_path / "all.json")).returncode == 0
    assert json.loads((tmp_path / "all.json").read_text())["jobs"] == data["jobs"]
    purge = start(environ, "purge")
    assert purge.returncode == 0, purge.stderr
    assert purge.stdout.startswith("Removed 2 faces, 0 updates")


def test_the_report_is_for_eyes(sqlite: Settings) -> None:
    asyncio.run(use(sqlite))
    shown = start({"TYPEFACE_HOME": str(sqlite.home), "COLUMNS": "100"}, "stats", "--days", "7")
    assert shown.returncode == 0
    for words in ("Since 20", "ENFP", "run p95 ms", "2 of 3 people (67%)"):
        assert words in shown.stdout


@pytest.mark.parametrize("command", [[], ["upgrade"], ["export"], ["purge"], ["stats"]])
def test_every_command_has_help(command: list[str]) -> None:
    done = start({}, *command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage: typeface-db" in done.stdout


def test_mistakes_are_told_in_one_sentence(sqlite: Settings, tmp_path: Path) -> None:
    environ = {"TYPEFACE_HOME": str(tmp_path / "none")}
    assert "typeface-db upgrade" in complains(start(environ, "stats"), "not_migrated")
    assert not (tmp_path / "none").exists()
    environ["DATABASE_URL"] = "mysql://a:hunter2@host/face"
    assert "hunter2" not in complains(start(environ, "upgrade"), "bad_settings")
    environ["DATABASE_URL"] = "postgresql://a:hunter2@127.0.0.1:1/face"
    assert "hunter2" not in complains(start(environ, "upgrade"), "database_unreachable")
    asyncio.run(use(sqlite))
    environ = {"TYPEFACE_HOME": str(sqlite.home)}
    complains(start(environ, "export", "--out", "/proc/none/all.json"), "unwritable")
    complains(start(environ, "export", "--format", "csv", "--out", "/proc/none"), "unwritable")
    (sqlite.home / "secrets.json").chmod(0o644)
    assert "chmod 600" in complains(start(environ, "purge"), "secrets_exposed")


def test_statistics_are_drawn_as_one_sheet_or_one_picture_a_question(
    sqlite: Settings, tmp_path: Path
) -> None:
    asyncio.run(use(sqlite))
    environ = {"TYPEFACE_HOME": str(sqlite.home)}
    sheet, folder = tmp_path / "sheet.png", tmp_path / "new" / "plots"
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    assert start(environ, "stats", "--since", "2020-01-01", "--plot", str(sheet)).returncode == 0
    assert start(environ, "stats", "--since", today, "--plot", str(folder)).returncode == 0
    with Image.open(sheet) as picture:
        assert picture.size == (1200, 1710)
    assert {path.name for path in folder.iterdir()} == {f"{name}.png" for name in PANELS}
    assert "cannot be written" in complains(start(environ, "stats", "--plot", "/proc/none.png"), "unwritable")
    assert not list(tmp_path.rglob("*.part"))


def test_statistics_of_one_community_and_for_a_spreadsheet(sqlite: Settings) -> None:
    async def visit() -> None:
        store = await open_store(sqlite)
        await store.open_session(PersonRef("discord", "900009"), "chat", "INTJ", "male", "guild 31337")
        await store.close()

    asyncio.run(use(sqlite))
    asyncio.run(visit())
    environ = {"TYPEFACE_HOME": str(sqlite.home)}
    done = start(environ, "stats", "--format", "csv", "--community", "discord:guild 31337")
    rows = list(csv.reader(done.stdout.splitlines()))
    assert rows[0] == ["measure", "kind", "name", "value"]
    assert ["sessions_by_type", "", "INTJ", "1"] in rows
    assert ["people", "", "", "1"] in rows
    assert not [row for row in rows if "ENFP" in row]
    rows = list(csv.reader(start(environ, "stats", "--format", "csv").stdout.splitlines()))
    assert ["sessions_by_type", "", "ENFP", "3"] in rows
    assert ["jobs_by_outcome", "project", "done", "3"] in rows
    assert ["job_times_ms", "project", "run p95", "20"] in rows
    nowhere = json.loads(start(environ, "stats", "--format", "json", "--community", "web:x").stdout)
    assert nowhere["people"] == 0


def test_a_file_that_cannot_be_finished_leaves_the_old_one(tmp_path: Path) -> None:
    out = tmp_path / "all.json"
    out.write_text("the old one")
    with pytest.raises(errors.Unwritable, match="No space left"), export.whole(out) as part:
        part.write_text("half of the ne")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert out.read_text() == "the old one"
    assert [path.name for path in tmp_path.iterdir()] == ["all.json"]


def test_wrong_usage_exits_2(sqlite: Settings) -> None:
    environ = {"TYPEFACE_HOME": str(sqlite.home)}
    for arguments in (["export", "--format", "csv"], ["stats", "--days", "0"], ["stats", "--community", "1"]):
        done = start(environ, *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("place", ["/proc/typeface", "/dev/null/typeface"])
def test_a_place_that_cannot_be_written_exits_2(place: str) -> None:
    complains(start({"TYPEFACE_HOME": place}, "upgrade"), "database_unreachable")


def test_a_read_only_database_exits_2(sqlite: Settings) -> None:
    asyncio.run(use(sqlite))
    url = f"sqlite:///file:{sqlite.sqlite_path}?mode=ro&uri=true"
    environ = {"TYPEFACE_HOME": str(sqlite.home), "DATABASE_URL": url}
    assert start(environ, "stats").returncode == 0
    assert "may not be written" in complains(start(environ, "purge"), "database_read_only")


def test_a_full_disk_exits_2(tmp_path: Path) -> None:
    environ = {
        "PYTHONPATH": str(ROOT),
        "TYPEFACE_HOME": str(tmp_path / "home"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = start_process(environ, "upgrade", program=("-c", NARROW))
    assert "no space is left" in complains(done, "disk_full")
    assert start(environ, "upgrade").returncode == 0  # with room again, as if nothing had been
    assert start(environ, "stats").returncode == 0
