"""The admins' guide, in both languages, against the code: settings, the manifest, metrics, permissions, commands."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bot import settings as bot_settings
from bot.__main__ import app as bot_app
from bot.setup.platforms import PERMISSIONS
from db import mounted
from db import settings as db_settings
from db.__main__ import app as db_app
from inference import settings as inference_settings
from inference.__main__ import app as inference_app
from inference.packs.manifest import Manifest
from inference.server.metrics import Metrics
from training.__main__ import app as training_app

DOCS = Path(__file__).resolve().parents[2] / "docs"
GUIDES = {"en": "admin.md", "ko": "admin.ko.md"}
YES = {"en": "yes", "ko": "예"}
NAME = re.compile(r"`([^`]+)`")
SETTING = re.compile(r"(?:TYPEFACE|DISCORD|TELEGRAM|DATABASE|XDG)_[A-Z_]+")
FIELD = re.compile(r"[a-z0-9_]+(?:\[\])?(?:\.[a-z0-9_]+)*")


@pytest.fixture(params=GUIDES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def guide(language: str) -> str:
    return (DOCS / GUIDES[language]).read_text()


def rows(text: str) -> Iterator[list[str]]:
    for line in text.splitlines():
        if line.startswith("|") and not line.startswith("|--"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def told(text: str, pattern: re.Pattern[str]) -> dict[str, list[str]]:
    """The row of each name in a first column that the whole of `pattern` matches."""
    named = ((name, row) for row in rows(text) for name in NAME.findall(row[0]))
    return {name: row for name, row in named if pattern.fullmatch(name)}


class Asked(dict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, **given: str) -> None:
        super().__init__(given)
        self.names: set[str] = set()

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        self.names.add(name)
        return super().get(name, default)


def read_by_the_code(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    bot, server, database = Asked(DISCORD_TOKEN="a", TELEGRAM_TOKEN="1:a"), Asked(), Asked()
    bot_settings.load(bot)
    inference_settings.load(server)
    monkeypatch.setattr(mounted, "read", lambda environ, _: environ)
    db_settings.load(database)
    keys = {"TYPEFACE_HASH_KEY", "TYPEFACE_MASTER_KEY"}
    files = {f"{name}_FILE" for name in (*bot_settings.SECRETS, *db_settings.SECRETS)}
    return bot.names | server.names | database.names | keys | files


def test_every_setting_is_told_and_none_that_is_not_read(guide: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read = read_by_the_code(monkeypatch)
    assert len(read) > 40
    assert set(told(guide, SETTING)) - {"TYPEFACE_DEVICE"} == read


def leaves(model: type[BaseModel], before: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Each field that holds no other: `framing.size`, `labels[].key`."""
    for name, field in model.model_fields.items():
        inner, many = part(field.annotation)
        path = before + name + ("[]" if many else "")
        if inner is None:
            yield before + name, field
        else:
            yield from leaves(inner, path + ".")


def part(annotation: object) -> tuple[type[BaseModel] | None, bool]:
    """The model that an annotation holds, and whether it is a list of them."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is list:
        return part(inner[0])[0], True
    if origin in {typing.Union, types.UnionType}:
        return next((found for one in inner if (found := part(one))[0]), (None, False))
    return None, False


def test_the_manifests_reference_is_the_manifest(guide: str, language: str) -> None:
    fields = dict(leaves(Manifest))
    assert {"framing.size", "labels[].key", "files.encoder.sha256", "licence"} <= set(fields)
    shown = {name: row for name, row in told(guide, FIELD).items() if len(row) == 3 and name in fields}
    assert set(shown) == set(fields)
    extras = ("encoder", "identity", "upscaler")
    optional = tuple(f"files.{name}" for name in extras) + tuple(f"{name}." for name in extras)
    for name, field in fields.items():
        needed = field.is_required() and not name.startswith(optional)
        assert (shown[name][1] == YES[language]) is needed, name


def test_the_reference_names_no_field_that_is_not_there(guide: str) -> None:
    found = list(rows(guide))
    start, end = ([row[0] for row in found].index(f"`{name}`") for name in ("format", "illustrative"))
    named = {name for row in found[start : end + 1] for name in NAME.findall(row[0])}
    assert named == {name for name, _ in leaves(Manifest)}


def test_every_metric_is_told(guide: str) -> None:
    families = [f for f in Metrics().registry.collect() if not f.name.startswith("typeface_process")]
    names = {f.name + ("_total" if f.type == "counter" else "") for f in families}
    assert len(names) > 5
    assert set(told(guide, re.compile(r"typeface_\w+"))) == names


def test_the_permissions_are_those_of_the_invitation(guide: str) -> None:
    assert f"`{sum(PERMISSIONS.values())}`" in guide
    assert f"permissions={sum(PERMISSIONS.values())}" in guide
    assert [name for name in PERMISSIONS if name not in guide] == []


def test_every_command_line_that_is_shown_exists(guide: str) -> None:
    apps = {"": bot_app, "-inference": inference_app, "-training": training_app, "-db": db_app}
    known = {
        f"typeface{room} {name}"
        for room, app in apps.items()
        for name in typer.main.get_command(app).commands
    }
    shown = {" ".join(m.groups("")) for m in re.finditer(r"(typeface(?:-[a-z]+)?) ([a-z]+)\b", guide)}
    shown = {line for line in shown if line.split()[0] in {f"typeface{room}" for room in apps}}
    assert "typeface init" in shown
    assert {line for line in shown if line not in known} <= ALSO_SAID


def test_an_export_is_shown_as_it_works(guide: str) -> None:
    """CSV is refused without a folder to write to."""
    shown = re.findall(r"`typeface-db (export[^`]*)`", guide)
    assert shown
    assert [line for line in shown if "csv" in line and "--out" not in line] == []


ALSO_SAID = {"typeface typeface"}
"""Words that follow the name, and are no command."""


def test_links_lead_somewhere(guide: str, language: str) -> None:
    targets = re.findall(r"\]\(([^)]+)\)", guide)
    files = [t for t in targets if not t.startswith(("http", "#"))]
    assert len(files) >= 3
    assert [t for t in files if not (DOCS / t.partition("#")[0]).exists()] == []
    kept = re.compile(r"[^\w\- ]")
    anchors = {kept.sub("", h.lower()).replace(" ", "-") for h in re.findall(r"^#+ (.+)$", guide, re.M)}
    assert [t for t in targets if t.startswith("#") and t[1:] not in anchors] == []


def test_both_languages_tell_the_same() -> None:
    texts = [(DOCS / name).read_text() for name in GUIDES.values()]
    headings = [[h.count("#") for h in re.findall(r"^(#+) ", text, re.M)] for text in texts]
    tables = [[len(row) for row in rows(text)] for text in texts]
    code = [re.findall(r"^(?:git|docker|sh|make|typeface|sudo|\.venv)[^#\n]*", text, re.M) for text in texts]
    lines = [[line.rstrip() for line in found] for found in code]
    assert headings[0] == headings[1]
    assert lines[0] == lines[1]
    assert tables[0] == tables[1]
