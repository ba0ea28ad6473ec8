"""How alike projections are, by group."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from inference.settings import STARTER
from training.__main__ import app
from training.datasets.archive import Archive
from training.datasets.faces import FaceSource
from training.datasets.manifest import Row, is_held_out
from training.errors import DataError
from training.evaluation.likeness import Likeness, strangers


def people(*groups: str) -> list[Row]:
    return [Row(f"{i}.png", "female", "", "A", "", "", group) for i, group in enumerate(groups)]


def test_groups_are_told_from_five_people_on() -> None:
    found = Likeness(people(*["East"] * 5, *["West"] * 4), np.float32([1, 2, 3, 4, 5, 9, 9, 9, 9]), 1.0)
    assert found.median == 5
    assert found.groups() == {"East": (5, 3.0), "female": (9, 5.0)}


def test_strangers_are_people_not_pictures(source: FaceSource) -> None:
    with Archive(source.archive) as archive:
        found = strangers(source, archive, 100)
        assert len({row.group for row, _ in found}) == len(found) > 0
        assert all(is_held_out(row.group, source.held_out) and name.endswith(row.file) for row, name in found)
        archive.names.reverse()
        assert strangers(source, archive, 1) == found[:1]
        with pytest.raises(DataError, match="holds nobody out"):
            strangers(replace(source, held_out=0.0), archive, 100)


def test_the_command_measures_and_tells_the_card(source: FaceSource, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(STARTER, pack)
    options = ["--data", source.archive, "--manifest", source.manifest, "--people", 2, "--card"]
    result = CliRunner().invoke(app, ["likeness", "--pack", str(pack), *map(str, options)])
    assert result.exit_code == 0, result.output
    told = json.loads((pack / "manifest.json").read_bytes())["provenance"]["likeness"]
    assert 0 < told["median"] < 1.5 and 0 <= told["own"] <= 1
    assert f"distance of {told['median']:.2f} from their photos" in (pack / "CARD.md").read_text("utf-8")


def test_the_pack_is_asked_whom_it_has_not_seen(source: FaceSource, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(STARTER, pack)
    told = json.loads((pack / "manifest.json").read_bytes())
    told["provenance"]["held_out"] = 0.0
    (pack / "manifest.json").write_text(json.dumps(told), "utf-8")
    options = ["--data", source.archive, "--manifest", source.manifest]
    result = CliRunner().invoke(app, ["likeness", "--pack", str(pack), *map(str, options)])
    assert result.exit_code == 2 and "holds nobody out" in result.output
