"""How lines are broken at a terminal's width."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from bot.adapters.terminal.adapter import TerminalAdapter, TerminalOptions
from bot.adapters.terminal.printed import HumanPrinter, Kept
from bot.adapters.terminal.wrapped import GLUE, glued, wrapped
from bot.core.replies import Button, Picture, Progress, Shown, Text
from bot.core.wording import LOCALES, say
from tests.bot.adapters.terminal.test_terminal import Handler, Tty


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("a face of your own", 10, ["a face of", "your own"]),
        ("exactly ten", 11, ["exactly ten"]),
        ("한국어는 두 칸이에요", 12, ["한국어는 두", "칸이에요"]),
        ("日本語は二つ。ここで", 12, ["日本語は二", "つ。ここで"]),
        ("これは「顔」です", 6, ["これは", "「顔」", "です"]),
        ("ちょっと", 4, ["ちょっ", "と"]),
        ("type /us K7M2QX to answer", 14, ["type", "/us K7M2QX to", "answer"]),
        (
            "see https://example.org/a/very/long/one now",
            12,
            ["see", "https://example.org/a/very/long/one", "now"],
        ),
        (f"a {glued('(file: my faces/1.jpg)')}", 12, ["a", "(file: my faces/1.jpg)"]),
        (f"ここ [17]{GLUE}タイプを", 8, ["ここ", "[17] タ", "イプを"]),
        ("", 10, [""]),
    ],
)
def test_lines_end_between_words(text: str, width: int, lines: list[str]) -> None:
    assert wrapped(text, width).split("\n") == lines


@given(st.text("ab /AB9日本、。「」ーッ한국어🙂é", max_size=60), st.integers(1, 40))
def test_nothing_is_lost_and_only_what_is_whole_is_wider(text: str, width: int) -> None:
    lines = wrapped(text, width).split("\n")
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert GLUE not in "".join(lines)
    for line in lines:
        assert cell_len(line) <= width or " " not in line.strip() or "/" in line


def page(
    monkeypatch: pytest.MonkeyPatch, width: int, reply: Text | Shown, kept: Kept | None = None
) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(width))
    out = Tty()
    HumanPrinter(out).show(reply, kept)
    return out.getvalue().splitlines()


@pytest.mark.parametrize("locale", LOCALES)
def test_a_reply_fits_the_terminal(monkeypatch: pytest.MonkeyPatch, locale: str) -> None:
    menu = ((Button(say(locale, "button-agree"), "a"), Button(say(locale, "button-cancel"), "b")),) * 3
    for width in (40, 80):
        lines = page(monkeypatch, width, Text(say(locale, "help", platform="terminal"), menu))
        assert len(lines) > 10
        assert all(cell_len(line) <= width for line in lines)
        assert any(line.startswith("[1] " + say(locale, "button-agree")) for line in lines)


def test_a_file_is_named_on_a_line_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = Picture(b"", "image/jpeg", "a.jpg", "A face")
    file = Path("a folder with spaces/0001-typeface-enfp.jpg")
    lines = page(monkeypatch, 40, Shown(picture, "That is you.\nLike it?"), Kept(file, "file"))
    assert lines == ["That is you.", "Like it?", f"(file: {file})"]


async def test_what_is_piped_is_not_broken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    out = io.StringIO()
    adapter = TerminalAdapter(Handler(), TerminalOptions(out=tmp_path))
    assert await adapter.run(io.BytesIO(b"menu\nhello\n"), out) == 0
    assert out.getvalue().splitlines() == [
        "Who?  [1] Woman  [2] Man  [3] Either",
        "first line / second line of TextSent",
    ]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("width", [40, 60, 80])
def test_progress_is_told_over_its_bar(monkeypatch: pytest.MonkeyPatch, locale: str, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    out = Tty()
    printer = HumanPrinter(out)
    told = say(locale, "progress-photo-running", percent=25, seconds=100)
    printer.show(Progress(told, 0.25, menu=((Button(say(locale, "button-cancel"), "c"),),)))
    printer.close()
    first = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", out.getvalue()).split("\r")[0]
    *words, bar = first.rstrip("\n").splitlines()
    assert re.fullmatch("[━╸╺]+ +25%", bar)
    assert not any("━" in line for line in words)
    assert all(cell_len(line.rstrip()) <= width for line in (*words, bar))
    assert "".join(words).replace(" ", "").startswith(told.replace(" ", ""))


def test_progress_fits_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    out = Tty()
    printer = HumanPrinter(out)
    stop = ((Button("Stop the work", "stop"),),)
    printer.show(Progress("I look for your face in the photo, a few seconds more", 0.5, menu=stop))
    printer.close()
    drawn = [line for line in out.getvalue().replace("\r", "\n").split("\n") if "[1]" in line]
    assert any("[1] Stop the work" in line for line in drawn)
    assert "…" not in out.getvalue()
