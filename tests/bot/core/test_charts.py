import json
from pathlib import Path

import pytest

from bot.core.charts import ChartError, load, names
from bot.core.mbti import TYPES

TURNED = str.maketrans("INTJESFP", "ESFPINTJ")


def test_opposite_turns_every_letter() -> None:
    chart = load("opposite")
    assert chart["ENFP"] == ("ISTJ",)
    for kind in TYPES:
        assert chart[kind] == (kind.translate(TURNED),)


def test_popular_as_it_circulates() -> None:
    chart = load("popular")
    assert chart["ISFP"] == ("ENFJ", "ESFJ", "ESTJ")
    assert chart["INFP"] == ("ENFJ", "ENTJ")
    assert chart["ESTJ"] == ("INTP", "ISFP", "ISTP")


def test_every_chart_that_ships_is_symmetric() -> None:
    assert {"opposite", "popular"} <= set(names())
    for name in names():
        chart = load(name)
        for kind in TYPES:
            assert all(kind in chart[partner] for partner in chart[kind])


def test_an_admin_can_bring_a_chart(tmp_path: Path) -> None:
    path = tmp_path / "same.json"
    path.write_text(json.dumps({"about": "birds of a feather", "best": {kind: [kind] for kind in TYPES}}))
    assert load(str(path))["INTJ"] == ("INTJ",)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        '{"best": {}}',
        '{"best": 7}',
        json.dumps({"best": {kind: [] for kind in TYPES}}),
        json.dumps({"best": {kind: ["ABCD"] for kind in TYPES}}),
        json.dumps({"best": {kind: ["ENFP"] for kind in TYPES[1:]}}),
    ],
)
def test_a_broken_chart_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "broken.json"
    path.write_text(content)
    with pytest.raises(ChartError, match=r"broken\.json"):
        load(str(path))


def test_an_unknown_chart_names_the_known() -> None:
    with pytest.raises(ChartError, match="opposite, popular"):
        load("none")
