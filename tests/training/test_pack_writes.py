"""Commands that write into a pack leave a whole one, whatever happens to any of their writes, and to its card."""

import errno
import json
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from inference.errors import PackError
from inference.packs.loader import load
from tests.inference.packs import tiny
from training.export import replacing
from training.export.parts import changed


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return tiny.write(tmp_path / "packs" / "pack")


def change(pack: Path, heading: str = "Types", told: str = "New.") -> str:
    with changed(pack, heading, told) as made:
        made.manifest["provenance"][heading] = told
    return made.version


@pytest.mark.parametrize("command", ["evaluate", "likeness", "types"])
def test_every_write_may_fail_or_be_the_last(command: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.training.every_write", command, str(tmp_path)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    for each in found:
        assert not each["wrong"], each
        assert each["again"] == ["pack"], each
        if each["how"] != "kill" and each["version"] == "1":
            assert each["left"] == ["pack"], each
        if each["how"] == "full" and each["version"] == "1":
            assert each["code"] == 2 and each["said"].startswith("The disk is full: "), each
        else:
            assert not each["said"], each
    ends = {(each["how"], each["version"]) for each in found}
    assert ends == {(how, version) for how in ("full", "kill", "interrupt") for version in "12"}


@pytest.mark.parametrize("stop", [OSError("disk"), KeyboardInterrupt()])
@pytest.mark.parametrize("at", [1, 2])
def test_where_folders_cannot_be_swapped(
    pack: Path, stop: BaseException, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    renames: list[Path] = []
    plain = Path.rename

    def rename(path: Path, to: Path) -> Path:
        renames.append(path)
        if len(renames) == at:
            raise stop
        return plain(path, to)

    def cannot(*_: Path) -> None:
        raise OSError

    monkeypatch.setattr(replacing, "exchange", cannot)
    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises((replacing.NotWritten, KeyboardInterrupt)):
        change(pack)
    assert load(pack).manifest.version == "1"
    assert change(pack) == load(pack).manifest.version == "2"
    assert list(pack.parent.iterdir()) == [pack]


def test_all_of_it_is_on_the_disk_before_it_takes_its_place(
    pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[tuple[int, bool]] = []
    real, version = os.fsync, load(pack).manifest.version

    def fsync(descriptor: int) -> None:
        flushed.append((os.fstat(descriptor).st_ino, load(pack).manifest.version == version))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    change(pack)
    before = {inode for inode, old in flushed if old}
    assert before == {path.stat().st_ino for path in (pack, *pack.rglob("*"))}
    assert (pack.parent.stat().st_ino, False) in flushed, "its name, too"


def test_a_file_in_its_place_stays(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("mine")
    with (
        pytest.raises(replacing.NotWritten, match="Not a directory"),
        replacing.replacing(tmp_path / "notes"),
    ):
        raise AssertionError("nothing is made")
    assert (tmp_path / "notes").read_text() == "mine"


def test_a_disk_that_flushes_no_folders_will_do(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fsync

    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    assert change(pack) == load(pack).manifest.version == "2"


def test_two_at_a_time_lose_nothing(pack: Path) -> None:
    names = [f"Part{i}" for i in range(8)]
    with ThreadPoolExecutor(4) as threads:
        versions = list(threads.map(lambda name: change(pack, name), names))
    assert sorted(versions, key=int) == [str(number) for number in range(2, 10)]
    told, card = load(pack).manifest.provenance, (pack / "CARD.md").read_text()
    assert all(name in told and f"**{name}.** New." in card for name in names)


@pytest.mark.parametrize(
    ("card", "kept"),
    [
        (None, ""),
        ("", ""),
        ("# tiny 1\nUnder the title.\n", "Under the title.\n\n"),
        ("Without a title.\n\nMore.", "Without a title.\n\nMore.\n\n"),
        ("\ufeff# tiny 1\r\n\r\nOf Windows.\r\n \r\n**Types.** Old.\r\n", "Of Windows.\n\n"),
        ("# tiny 1\n\n\n**Types.** Old.\n\n\n\n**Types.** Older.\n\n- a\n- b\n", "- a\n- b\n\n"),
    ],
)
def test_a_card_edited_by_hand(pack: Path, card: str | None, kept: str) -> None:
    if card is not None:
        (pack / "CARD.md").write_bytes(card.encode())
    change(pack)
    assert (pack / "CARD.md").read_text() == f"# tiny 2\n\n{kept}**Types.** New.\n"


def test_a_card_that_is_no_text_stays(pack: Path) -> None:
    (pack / "CARD.md").write_bytes("# tiny 1\n\nÜber uns".encode("cp1252"))
    with pytest.raises(
        PackError, match=r"^pack: CARD\.md is not UTF-8 text\. Save it as UTF-8 and run again\."
    ):
        change(pack)
    assert load(pack).manifest.version == "1"
    assert (pack / "CARD.md").read_bytes().endswith(b"\xdcber uns")
