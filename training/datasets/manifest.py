"""The table of a picture archive: who is on each picture, where it comes from."""

from __future__ import annotations

import csv
import hashlib
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from training.errors import DataError

GENDERS = ("female", "male")


@dataclass(frozen=True, slots=True)
class Row:
    """One picture. `person` is empty where the source does not tell who it is; `ethnicity` is a guess of its makers."""

    file: str
    gender: str
    person: str
    tier: str
    licence: str
    age: str = ""
    ethnicity: str = ""

    @property
    def years(self) -> float:
        """The middle of a band such as `30-39`; nan where none is given."""
        ends = [float(number) for number in re.findall(r"\d+", self.age)]
        return (sum(ends) + 1) / 2 if len(ends) == 2 else (ends[0] + 5 if ends else math.nan)

    @property
    def group(self) -> str:
        """What must stay on one side of a split: the person, or the picture where no person is named."""
        return self.person or self.file


def read_manifest(path: Path) -> list[Row]:
    """All rows of a `manifest.csv` (columns file, gender, person, tier, licence, age, ethnicity; more are ignored).

    Raises:
        DataError: it is not there, no table, or lacks file or gender.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as lines:
            return [_row(told) for told in csv.DictReader(lines)]
    except FileNotFoundError:
        raise DataError(f"there is no file {path}") from None
    except (OSError, ValueError, csv.Error) as error:
        raise DataError(f"{path.name} cannot be read as a table: {error}") from error
    except KeyError as error:
        raise DataError(f"{path.name} has no column {error}") from error


def _row(told: Mapping[str, str | None]) -> Row:
    """A short row has nothing in its last columns."""
    rest = (told.get(name) or "" for name in ("person", "tier", "licence", "age", "ethnicity"))
    return Row(told["file"] or "", told["gender"] or "", *rest)


def is_held_out(group: str, share: float) -> bool:
    """Whether a person belongs to the validation side: by the name's hash, the same on every machine."""
    digest = hashlib.sha256(group.encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def cap_groups(rows: Iterable[Row], tier: str, gender: str, limit: int) -> list[Row]:
    """At most `limit` pictures of one tier and gender, chosen by the hash of their names; all others stay."""
    rows = list(rows)
    chosen = [r for r in rows if r.tier == tier and r.gender == gender]
    chosen.sort(key=lambda r: hashlib.sha256(r.file.encode()).digest())
    dropped = {r.file for r in chosen[limit:]}
    return [r for r in rows if r.file not in dropped]
