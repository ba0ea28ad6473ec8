from __future__ import annotations

from pathlib import Path

import pytest

from bot.launch import without_secrets
from bot.settings import Settings, SettingsError, environment, load

TELEGRAM = {"TELEGRAM_TOKEN": "1:tele-secret"}


def test_nothing_set_is_the_web_chat_on_loopback() -> None:
    settings = load({})
    assert (settings.web.host, settings.web.port) == ("127.0.0.1", 8080)
    assert settings.discord is settings.telegram is settings.inference_url is None
    assert settings.retention_seconds == 24 * 3600


def test_tokens_bring_their_platforms_and_are_not_printed() -> None:
    settings = load({**TELEGRAM, "DISCORD_TOKEN": "disc-secret", "TYPEFACE_INFERENCE_TOKEN": "inf-secret"})
    assert settings.discord and settings.discord.api_base == "https://discord.com/api/v10"
    assert settings.telegram and settings.telegram.api_base == "https://api.telegram.org/bot"
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    ("env", "name"),
    [
        ({"DISCORD_TOKEN": "a", "DISCORD_API_BASE": "http://example.org/api"}, "DISCORD_API_BASE"),
        ({"DISCORD_TOKEN": "a", "DISCORD_GATEWAY_URL": "ws://10.0.0.1/"}, "DISCORD_GATEWAY_URL"),
        ({**TELEGRAM, "TELEGRAM_API_BASE": "ftp://127.0.0.1/bot"}, "TELEGRAM_API_BASE"),
        ({**TELEGRAM, "TELEGRAM_FILE_BASE": "http://127.0.0.1.example.org/"}, "TELEGRAM_FILE_BASE"),
        ({**TELEGRAM, "TELEGRAM_WEBHOOK_URL": "https://example.org/"}, "TELEGRAM_WEBHOOK_SECRET"),
        ({**TELEGRAM, "TELEGRAM_WEBHOOK_PORT": "65536"}, "TELEGRAM_WEBHOOK_PORT"),
        ({"TYPEFACE_PORT": "eighty"}, "TYPEFACE_PORT"),
        ({"TYPEFACE_PORT": "-1"}, "TYPEFACE_PORT"),
        ({"TYPEFACE_LOG": "syslog"}, "TYPEFACE_LOG"),
        ({"TYPEFACE_WEB_SPOILER": "perhaps"}, "TYPEFACE_WEB_SPOILER"),
        ({"TYPEFACE_OWNERS": "1234"}, "TYPEFACE_OWNERS"),
        ({"TYPEFACE_OWNERS": "irc:me"}, "TYPEFACE_OWNERS"),
        ({"TYPEFACE_RETENTION_HOURS": "0"}, "TYPEFACE_RETENTION_HOURS"),
        ({"TYPEFACE_RETENTION_HOURS": "²"}, "TYPEFACE_RETENTION_HOURS"),
    ],
)
def test_what_cannot_work_is_named(env: dict[str, str], name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load(env)


@pytest.mark.parametrize("host", ["127.0.0.1:8081", "localhost", "[::1]:8081"])
def test_plain_http_is_for_loopback(host: str) -> None:
    settings: Settings = load({**TELEGRAM, "TELEGRAM_API_BASE": f"http://{host}/bot"})
    assert settings.telegram and settings.telegram.api_base == f"http://{host}/bot"


def test_the_process_comes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("TYPEFACE_PORT=1\nTYPEFACE_HOST=file\nEMPTY\n")
    monkeypatch.setenv("TYPEFACE_PORT", "2")
    env = environment(tmp_path / ".env")
    assert (env["TYPEFACE_PORT"], env["TYPEFACE_HOST"]) == ("2", "file")
    assert "EMPTY" not in env


def test_a_secret_may_be_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "discord").write_text("disc-secret\n")
    (tmp_path / "empty").write_text("\n")
    monkeypatch.setenv("DISCORD_TOKEN_FILE", str(tmp_path / "discord"))
    monkeypatch.setenv("TELEGRAM_TOKEN_FILE", str(tmp_path / "empty"))
    env = environment(tmp_path / ".env")
    settings = load(env)
    assert settings.discord and settings.discord.token == "disc-secret"
    assert settings.telegram is None
    assert "DISCORD_TOKEN_FILE" not in env


def test_a_child_process_is_given_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISCORD_TOKEN", "TYPEFACE_MASTER_KEY", "DATABASE_URL"):
        monkeypatch.setenv(name, "secret")
    for name in ("TELEGRAM_TOKEN", "DATABASE_PASSWORD", "TYPEFACE_INFERENCE_TOKEN"):
        (tmp_path / name).write_text("secret")
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))
    monkeypatch.setenv("TYPEFACE_INFERENCE_WIDTH", "2")
    told = without_secrets()
    assert "secret" not in told.values()
    assert not [value for value in told.values() if value.startswith(str(tmp_path))]
    assert told["TYPEFACE_INFERENCE_WIDTH"] == "2"


def test_owners_are_read_and_not_printed() -> None:
    settings = load({"TYPEFACE_OWNERS": "discord:1234, telegram:5678,"})
    assert settings.owners == {("discord", "1234"), ("telegram", "5678")}
    assert "1234" not in repr(settings)
