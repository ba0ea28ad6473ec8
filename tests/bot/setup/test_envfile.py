"""`.env` keeps all that is not ours, whatever stands in it, and changes whole or not at all."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from bot.setup import envfile


def test_a_value_takes_its_old_ones_place_and_comments_stay() -> None:
    text = "# mine\nexport A='1'\n\nB=two words # why\nA=again\nC"
    assert envfile.merged(text, {"A": "new", "D": "4"}) == "# mine\nA=new\n\nB=two words # why\nC\nD=4\n"


LINES = st.lists(
    st.sampled_from(["# a comment", "", "X=1", "Y='quoted value'", "TOKEN=old", 'Z="a\nb"', "=", "'"])
)


@given(LINES, st.from_regex(r"[\w.:-]{1,60}", fullmatch=True))
def test_what_is_written_is_read_back(lines: list[str], token: str) -> None:
    text = "\n".join(lines)
    before, after = (
        dotenv_values(stream=io.StringIO(t)) for t in (text, envfile.merged(text, {"TOKEN": token}))
    )
    assert after.pop("TOKEN") == token
    before.pop("TOKEN", None)
    assert after == before


def test_the_file_is_private_and_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("A=1\n")
    (tmp_path / "real").chmod(0o644)
    (tmp_path / ".env").symlink_to("real")
    envfile.write(tmp_path / ".env", "A=2\n")
    assert (tmp_path / ".env").is_symlink()
    assert (tmp_path / "real").read_text() == "A=2\n"
    assert stat.S_IMODE((tmp_path / "real").stat().st_mode) == 0o600


def test_a_write_that_fails_leaves_the_old_file_and_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("A=1\n")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(envfile.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        envfile.write(tmp_path / ".env", "A=2\n")
    assert [p.name for p in tmp_path.iterdir()] == [".env"]
    assert (tmp_path / ".env").read_text() == "A=1\n"
