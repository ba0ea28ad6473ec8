"""The compose file, read as data: locked down, healthy, and its settings are ones that the code takes."""

from __future__ import annotations

import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import settings as bot_settings
from db import settings as db_settings
from inference import settings as inference_settings
from tests.docker.recipe import DOCKER, ROOT, stages

COMPOSE: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text())
DEVICES: dict[str, Any] = yaml.safe_load((DOCKER / "devices.yaml").read_text())["services"]
SERVICES: dict[str, Any] = COMPOSE["services"]


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """The folder of secrets, made by the script in a copy of its place, beside a .env."""
    (tmp_path / ".env").write_text("DISCORD_TOKEN=disc.cord\nTELEGRAM_TOKEN='1:tele'\n")
    place = tmp_path / "docker"
    (place / "secrets").mkdir(parents=True)
    shutil.copy(DOCKER / "secrets.sh", place)
    made(place)
    return place / "secrets"


def made(place: Path) -> str:
    done = subprocess.run(["sh", str(place / "secrets.sh")], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_there_are_three_services_and_the_cpu_is_the_default() -> None:
    assert set(SERVICES) == {"database", "inference", "bot"}
    assert SERVICES["inference"]["extends"]["service"] == "${TYPEFACE_DEVICE:-cpu}"
    assert set(DEVICES) == {"cpu", "cuda"}
    assert DEVICES["cuda"]["build"]["args"] == {"TORCH_INDEX": ""}
    device = DEVICES["cuda"]["deploy"]["resources"]["reservations"]["devices"][0]
    assert device["capabilities"] == ["gpu"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_locked_down_and_watched(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert str(service["user"]).partition(":")[0] not in {"", "0", "root"}
    assert "/tmp" in service["tmpfs"]
    assert service["healthcheck"]["test"][0] == "CMD"
    assert service["healthcheck"]["start_period"]


def test_only_the_web_chat_is_published_and_only_here() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"bot": ["127.0.0.1:${TYPEFACE_PORT:-8080}:8080"]}
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert [name for name, service in SERVICES.items() if "outside" in service["networks"]] == ["bot"]


def test_each_service_sees_only_the_secrets_that_it_reads() -> None:
    for name, service in SERVICES.items():
        files = {value for key, value in service["environment"].items() if key.endswith("_FILE")}
        assert files == {f"/run/secrets/{secret}" for secret in service["secrets"]}, name
    assert SERVICES["inference"]["secrets"] == ["inference_token"]


def test_what_it_builds_and_mounts_is_there() -> None:
    for build in (SERVICES["bot"]["build"], *(device["build"] for device in DEVICES.values())):
        assert (DOCKER / build["context"]).resolve() == ROOT
        assert (DOCKER / build["context"] / build["dockerfile"]).is_file()
        assert build["target"] in stages()
    volumes = [volume.split(":") for service in SERVICES.values() for volume in service["volumes"]]
    assert {source for source, *_ in volumes if not source.startswith(".")} == set(COMPOSE["volumes"])
    assert all((DOCKER / source).is_dir() for source, *_ in volumes if source.startswith("."))


def test_the_secrets_are_made_once_private_and_whole(secrets: Path) -> None:
    files = {path.name: path.read_text().strip() for path in secrets.iterdir()}
    assert {f"secrets/{name}" for name in files} == {s["file"] for s in COMPOSE["secrets"].values()}
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in secrets.iterdir()}
    assert {
        mode for name, mode in modes.items() if name.partition("_")[0] not in {"discord", "telegram"}
    } == {0o444}
    assert modes["discord_token"] == modes["telegram_token"] == 0o644, (
        "a token is put there by hand, not by root"
    )
    assert (files["discord_token"], files["telegram_token"]) == ("disc.cord", "1:tele")
    assert len({files[n] for n in ("hash_key", "master_key", "database_password", "inference_token")}) == 4
    said = made(secrets.parent)
    assert {path.name: path.read_text().strip() for path in secrets.iterdir()} == files
    assert not [word for word in files.values() if word in said]


def test_the_settings_that_compose_gives_are_taken(secrets: Path) -> None:
    def given(name: str) -> dict[str, str]:
        there = SERVICES[name]["environment"]
        return {key: str(value).replace("/run/secrets", str(secrets)) for key, value in there.items()}

    raw = given("bot")
    bot = bot_settings.load(bot_settings.mounted.read(raw, bot_settings.SECRETS))
    assert bot.discord and bot.discord.token == "disc.cord"
    assert bot.telegram and bot.telegram.token == "1:tele"
    assert bot.inference_url == "http://inference:8300"
    database = db_settings.load(raw)
    assert database.url.password == (secrets / "database_password").read_text()
    assert database.url.host == "database"
    assert database.keys is not None
    server = given("inference") | {"TYPEFACE_INFERENCE_PACK_DIR": str(DOCKER / "packs")}
    assert inference_settings.load(server).token == bot.inference_token


def test_what_is_private_is_not_committed() -> None:
    for folder in ("secrets", "packs"):
        assert (DOCKER / folder / ".gitignore").read_text() == "*\n!.gitignore\n"
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert ".env" in ignored
    assert ".typeface/" in ignored
