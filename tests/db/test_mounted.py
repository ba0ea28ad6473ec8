"""Secrets as files."""

from pathlib import Path

import pytest

from db import mounted
from db.errors import BadSettings
from db.settings import load

KEY = "A" * 43 + "="


def test_the_password_and_the_keys_may_be_files(tmp_path: Path) -> None:
    given = {"DATABASE_PASSWORD": "p@ss/word\n", "TYPEFACE_HASH_KEY": KEY, "TYPEFACE_MASTER_KEY": KEY}
    environ = {"DATABASE_URL": "postgresql://typeface@database/typeface"}
    for name, text in given.items():
        (tmp_path / name).write_text(text)
        environ[f"{name}_FILE"] = str(tmp_path / name)
    settings = load(environ)
    assert settings.url.password == "p@ss/word"
    assert settings.keys is not None
    assert "p@ss" not in repr(settings)


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"DATABASE_PASSWORD_FILE": "nowhere/at-all"}, "cannot be read: No such file"),
        ({"DATABASE_PASSWORD_FILE": "."}, "cannot be read: Is a directory"),
        ({"DATABASE_PASSWORD_FILE": "x", "DATABASE_PASSWORD": "secret"}, "not both"),
        ({"DATABASE_PASSWORD": "secret"}, "PostgreSQL"),
    ],
)
def test_what_cannot_be_is_told_without_the_secret(environ: dict[str, str], said: str) -> None:
    with pytest.raises(BadSettings, match=said) as caught:
        load(environ)
    assert "secret" not in str(caught.value)


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadSettings, match="is not text"):
        mounted.read({"KEY_FILE": str(tmp_path / "key")}, ["KEY"])
