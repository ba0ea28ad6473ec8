from __future__ import annotations

from dataclasses import replace

import discord
import pytest

from bot.adapters.discord import render
from bot.core.replies import Button, Select, Shown, Text
from tests.bot.adapters.discord.scripted import picture


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("2 * 3_4 ~ `x` | y", r"2 \* 3\_4 \~ \`x\` \| y"),
        ("# no heading\n> no quote\n- no list", "\\# no heading\n\\> no quote\n\\- no list"),
        (">>> no quote\n  ## nor this\n - nor that", "\\>>> no quote\n  \\## nor this\n \\- nor that"),
        ("1 - 2 > 0 and #3", "1 - 2 > 0 and #3"),
        ("  * x", r"  \* x"),
        ("see https://example.org/a_b and <@1>", r"see https://example.org/a_b and \<@1>"),
        ("[a](b) \\ c", r"\[a](b) \\ c"),
    ],
)
def test_what_looks_like_markup_is_escaped(text: str, escaped: str) -> None:
    assert render.plain(text) == escaped


async def test_buttons_carry_their_payload_and_the_view_is_not_kept() -> None:
    menu = tuple(tuple(Button(f"{r}{c}", f"1.{r}.{c}", "danger") for c in range(5)) for r in range(5))
    view = render.Draft("?", menu=menu).view()
    assert view is not None and view.is_finished()
    rows = view.to_components()
    assert [len(row["components"]) for row in rows] == [5] * 5
    first = rows[0]["components"][0]
    assert first["custom_id"] == "tf:1.0.0" and first["style"] == discord.ButtonStyle.danger.value
    assert render.payload(first["custom_id"]) == "1.0.0"


def test_a_picture_is_sent_with_its_alternative_text_each_time_anew() -> None:
    (draft,) = render.drafts(Shown(picture(), "Look"))
    for _ in range(2):
        (file,) = draft.files()
        assert file.description == "A face that is half ENFP and half yours."
        assert file.fp.read() == picture().data


def test_the_menu_stands_under_the_last_page() -> None:
    menu = ((Button("Go", "1.go"),),)
    drafts = render.drafts(Text("word " * 1000, menu))
    assert [draft.menu for draft in drafts] == [(), (), menu]


async def test_a_select_leaves_four_rows_and_no_button_is_lost_that_fits() -> None:
    menu = tuple((Button(f"{row}", f"1.{row}"), Button(f"{row}b", f"1.{row}b")) for row in range(5))
    select = Select("What?", (Button("One", "1.one"), Button("Two", "1.two", "primary")))
    view = render.Draft("?", menu=menu, select=select).view()
    assert view is not None
    first, *rows = view.to_components()
    assert [option["value"] for option in first["components"][0]["options"]] == ["tf:1.one", "tf:1.two"]
    assert [len(row["components"]) for row in rows] == [5, 5]
    assert sum(len(row["components"]) for row in rows) == 10


def test_under_a_cover_the_file_says_so_and_keeps_its_alternative_text() -> None:
    for media_type, name in (("video/mp4", "film.mp4"), ("application/zip", "data.zip")):
        covered = replace(picture(), media_type=media_type, name=name, spoiler=True)
        (draft,) = render.drafts(Shown(covered, "Look"))
        (file,) = draft.files()
        assert (file.filename, file.description) == (f"SPOILER_{name}", covered.alt)
