import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from db import errors, secrets
from db.settings import Settings, load, parse_url


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_missing_file_is_made_private_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "home" / "secrets.json"
    keys = secrets.load_or_create(path)
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    assert (len(keys.hash_key), len(keys.master_key)) == (32, 32)
    assert keys.hash_key != keys.master_key
    assert secrets.load_or_create(path) == keys
    assert secrets.load(path) == keys
    assert secrets.load_or_create(tmp_path / "other.json") != keys
    assert [entry.name for entry in path.parent.iterdir()] == ["secrets.json"]


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    code = (
        "import pathlib; from db import secrets;"
        f"print(secrets.load_or_create(pathlib.Path({str(path)!r})).hash_key)"
    )
    root = str(Path(__file__).parents[2])
    racers = [
        subprocess.Popen([sys.executable, "-c", code], cwd=root, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    answers = {racer.communicate(timeout=60)[0] for racer in racers}
    assert answers == {f"{secrets.load(path).hash_key!r}\n"}
    assert [entry.name for entry in tmp_path.iterdir()] == ["secrets.json"]


@pytest.mark.parametrize("bits", [0o604, 0o644, 0o620, 0o602])
def test_a_file_open_to_others_is_refused(tmp_path: Path, bits: int) -> None:
    path = tmp_path / "secrets.json"
    secrets.load_or_create(path)
    path.chmod(bits)
    with pytest.raises(errors.SecretsExposed, match="chmod 600") as caught:
        secrets.load_or_create(path)
    assert caught.value.code == "secrets_exposed"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"hash_key": "AAAA", "master_key": "AAAA"}',
        '{"hash_key": "?", "master_key": "?"}',
        "\xff",
    ],
)
def test_a_broken_file_is_told_without_its_content(tmp_path: Path, text: str) -> None:
    path = tmp_path / "secrets.json"
    path.write_bytes(text.encode("latin-1"))
    path.chmod(0o600)
    with pytest.raises(errors.BadSecrets) as caught:
        secrets.load_or_create(path)
    assert "AAAA" not in str(caught.value)
    assert path.read_bytes() == text.encode("latin-1")


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(errors.StoreError, match="secrets"):
        secrets.load_or_create(tmp_path / "file" / "secrets.json")


def test_keys_may_come_from_the_environment(tmp_path: Path) -> None:
    made = secrets.load_or_create(tmp_path / "secrets.json")
    text = json.loads((tmp_path / "secrets.json").read_text())
    given = {"TYPEFACE_HASH_KEY": text["hash_key"], "TYPEFACE_MASTER_KEY": text["master_key"]}
    settings = load({"TYPEFACE_HOME": str(tmp_path / "none"), **given})
    assert settings.load_keys(create=False) == made
    assert text["master_key"] not in repr(settings)
    assert repr(made.master_key) not in repr(settings)
    with pytest.raises(errors.BadSettings, match="both"):
        load({"TYPEFACE_HASH_KEY": text["hash_key"]})
    with pytest.raises(errors.BadSecrets, match="TYPEFACE_MASTER_KEY"):
        load({**given, "TYPEFACE_MASTER_KEY": "short"})


def test_settings_default_to_a_private_sqlite_file() -> None:
    settings = load({})
    assert settings.url.render_as_string() == "sqlite+aiosqlite:///.typeface/typeface.db"
    assert (settings.home, settings.sqlite_path) == (Path(".typeface"), Path(".typeface/typeface.db"))
    assert (settings.session_days, settings.conversation_days) == (365, 30)
    assert load({"TYPEFACE_HOME": "/srv/face"}).sqlite_path == Path("/srv/face/typeface.db")


def test_settings_come_from_a_dotenv_file_under_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("DATABASE_URL=postgres://a:b@db/face\nTYPEFACE_SESSION_DAYS=7\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("TYPEFACE_SESSION_DAYS", "9")
    settings = load()
    assert (settings.url.host, settings.session_days) == ("db", 9)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://a:b@host/face", "postgresql+asyncpg://a:b@host/face"),
        (
            "postgresql://a@host:5433/face?sslmode=require",
            "postgresql+asyncpg://a@host:5433/face?ssl=require",
        ),
        (
            "postgresql://a:b@host.neon.tech/face?sslmode=require&channel_binding=require",
            "postgresql+asyncpg://a:b@host.neon.tech/face?ssl=require",
        ),
        ("postgresql:///face?host=/run/postgresql", "postgresql+asyncpg:///face?host=%2Frun%2Fpostgresql"),
        ("postgresql+psycopg://host/face", "postgresql+asyncpg://host/face"),
        ("sqlite:////srv/face.db", "sqlite+aiosqlite:////srv/face.db"),
    ],
)
def test_urls_are_taken_as_providers_write_them(given: str, used: str) -> None:
    assert parse_url(given).render_as_string(hide_password=False) == used


@pytest.mark.parametrize("url", ["mysql://a:hunter2@host/face", "hunter2", "sqlite://", "sqlite:///:memory:"])
def test_urls_that_cannot_work_are_refused_without_their_password(url: str) -> None:
    with pytest.raises(errors.BadSettings, match="DATABASE_URL") as caught:
        load({"DATABASE_URL": url})
    assert "hunter2" not in str(caught.value)


def test_what_the_driver_does_not_take_is_named() -> None:
    with pytest.raises(errors.BadSettings, match="sets connect_timeout, keepalives,") as caught:
        load(
            {"DATABASE_URL": "postgres://a:b@host/face?keepalives=1&connect_timeout=hunter2&sslmode=require"}
        )
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("days", ["0", "-1", "many", "99999", "1.5"])
def test_days_must_be_days(days: str) -> None:
    with pytest.raises(errors.BadSettings, match="TYPEFACE_SESSION_DAYS"):
        load({"TYPEFACE_SESSION_DAYS": days})


def test_settings_are_frozen() -> None:
    with pytest.raises(AttributeError):
        load({}).session_days = 3  # type: ignore[misc]
    assert isinstance(load({}), Settings)
