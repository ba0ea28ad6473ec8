"""The `typeface` command, where it is answered before anything starts."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bot.__main__ import main


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TYPEFACE_HOME", str(tmp_path / "home"))
    for name in ("TYPEFACE_LOCALE", "TYPEFACE_LOG"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "home"


def refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one sentence with which a command ends, with exit code 2."""
    monkeypatch.setattr(sys, "argv", ["typeface", *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    (sentence,) = err.splitlines()
    return sentence


@pytest.mark.parametrize("command", ["chat", "init"])
@pytest.mark.parametrize("locale", ["fr", "fr_FR.UTF-8", "english", "", "xx"])
def test_a_language_that_is_not_there_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str, locale: str
) -> None:
    said = refused(monkeypatch, capsys, command, "--locale", locale)
    assert said.startswith(f"typeface: --locale is one of en, ko, ja, not {locale!r}")


@pytest.mark.parametrize("command", ["chat", "init", "up", "web"])
def test_so_is_one_that_is_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    monkeypatch.setenv("TYPEFACE_LOCALE", "fr")
    assert "TYPEFACE_LOCALE is one of en, ko, ja, not 'fr'" in refused(monkeypatch, capsys, command)
