"""Statistics as pictures: they differ with the numbers, hold every word, and fit."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from db import plots
from db.records import JobTimes, Spread, Statistics

FULL = Statistics(
    days=(("2026-02-27", 4), ("2026-03-02", 9)),
    types=tuple((f"T{number:02d}", 90 - number) for number in range(16)),
    genders=(("female", 3), ("male", 2)),
    jobs=(("project", "done", 5), ("project", "a_cause_with_a_very_long_name", 4), ("morph", "busy", 1)),
    times=(JobTimes("project", 9, Spread(40, 61_000), Spread(9000, 4_000_000)),),
    people=8,
    consented=6,
)
FONTS = Path(__file__).parents[2] / "inference" / "fonts"
KOREAN = plots.Words(title="지난 30일", days="하루 세션", nothing="아직 없음")


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Figure]]:
    """The figures that were drawn, to be asked what stands on them."""
    made: list[Figure] = []
    save = Figure.savefig

    def keep(figure: Figure, *args: object, **kwargs: object) -> None:
        made.append(figure)
        save(figure, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Figure, "savefig", keep)
    yield made
    assert made


def texts(figure: Figure) -> list[Text]:
    """What can be read: visible texts of visible axes."""
    found = [text for text in figure.texts if text.get_text()]
    for axes in figure.axes:
        found += [text for text in axes.findobj(Text) if text.get_text() and text.get_visible()]
        if not axes.xaxis.get_visible():
            found = [text for text in found if text not in axes.get_xticklabels()]
        if not axes.yaxis.get_visible():
            found = [text for text in found if text not in axes.get_yticklabels()]
    return found


def test_the_sheet_tells_every_number_inside_its_edges(figures: list[Figure]) -> None:
    with Image.open(io.BytesIO(plots.sheet(FULL))) as picture:
        assert picture.size == (1200, 1710)
    (figure,) = figures
    said = {text.get_text() for text in texts(figure)}
    for word in (
        "T00",
        "T15",
        "90",
        "75%",
        "6 of 8 people agreed",
        "40 ms",
        "1.0 min",
        "1.1 h",
        "busy",
        "02-27",
    ):
        assert word in said, word
    assert "a_cause_with_a_ve…" in said
    for text in texts(figure):
        box = text.get_window_extent()
        assert box.x0 >= 0, text.get_text()
        assert box.x1 <= 1200, text.get_text()


def test_days_on_which_nothing_happened_are_there(figures: list[Figure]) -> None:
    plots.panels(FULL)
    days = figures[0].axes[0]
    assert [bar.get_height() for bar in days.patches] == [4, 0, 0, 9]


def test_more_rows_than_fit_become_one(figures: list[Figure]) -> None:
    many = Statistics(jobs=tuple(("project", f"code_{number:02d}", 30 - number) for number in range(30)))
    plots.panels(many)
    failures = figures[-1].axes[0]
    assert len(failures.patches) == 13
    assert failures.patches[-1].get_width() == sum(range(1, 19))


def test_without_numbers_every_panel_says_so(figures: list[Figure]) -> None:
    pictures = plots.panels(Statistics(), KOREAN, [FONTS / "regular.otf", FONTS / "bold.otf"])
    assert list(pictures) == list(plots.PANELS)
    for figure in figures:
        assert "아직 없음" in {text.get_text() for text in texts(figure)}


def test_a_font_is_taken_for_its_picture_alone(figures: list[Figure]) -> None:
    plots.sheet(FULL, KOREAN, [FONTS / "regular.otf", FONTS / "bold.otf"])
    plots.sheet(FULL)
    korean, plain = ({text.get_fontname() for text in texts(figure)} for figure in figures)
    assert korean == {"Pretendard JP"}
    assert "Pretendard JP" not in plain
