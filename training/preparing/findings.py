"""What the report says: numbers for each label, and what a builder should know before training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from training.preparing.errors import REASONS, REMEDIES
from training.preparing.sifting import Refusal, Sifted, Taken
from training.preparing.tree import Photo, shown

FEW: Final = 100
"""Pictures of a label below which a model learns its photos by heart rather than its face."""
_TILTED = 4  # largest label over smallest
_ONE_PERSON = 0.5  # share of a label's pictures
_MANY_REFUSED = 0.1  # share of all photos


@dataclass(frozen=True)
class LabelCount:
    """One label and gender: photos found, taken, held out, of how many people, and refused by reason."""

    label: str
    gender: str
    photos: int
    taken: int
    held_out: int
    people: int
    refused: dict[str, int]

    @property
    def name(self) -> str:
        return name_of((self.label, self.gender))


def name_of(pair: tuple[str, str]) -> str:
    """`ENFP female`, or the label alone; a label that is a gender is not said twice."""
    label, gender = pair
    return label if not gender or label.lower() == gender else f"{label} {gender}"


def count(sifted: Sifted) -> list[LabelCount]:
    """A row for each label and gender that any photo has, in alphabetical order."""
    taken: dict[tuple[str, str], list[Taken]] = {}
    refused: dict[tuple[str, str], list[Refusal]] = {}
    for each in sifted.taken:
        taken.setdefault(_pair(each.seen.photo), []).append(each)
    for refusal in sifted.refused:
        refused.setdefault(_pair(refusal.seen.photo), []).append(refusal)
    rows = []
    for pair in sorted({*taken, *refused}):
        good, bad = taken.get(pair, []), refused.get(pair, [])
        people, held_out = len({t.person for t in good}), sum(t.held_out for t in good)
        reasons = dict(sorted(Counter(r.reason for r in bad).items()))
        rows.append(LabelCount(*pair, len(good) + len(bad), len(good), held_out, people, reasons))
    return rows


def warnings(sifted: Sifted, rows: Sequence[LabelCount]) -> list[str]:
    """What may spoil the training, a sentence each."""
    said = [f"{row.name}: none of its photos ({row.photos}) can be used." for row in rows if not row.taken]
    few = [row for row in rows if 0 < row.taken < FEW]
    if few:
        names = ", ".join(f"{row.name} ({row.taken})" for row in few)
        said.append(f"Fewer than {FEW} pictures, which a model soon knows by heart: {names}.")
    counts = sorted((row.taken, row.name) for row in rows if row.taken)
    if counts and counts[-1][0] > _TILTED * counts[0][0]:
        (least, small), (most, large) = counts[0], counts[-1]
        said.append(f"Out of balance: {large} has {most} pictures, {small} {least}.")
    said += _one_person(sifted, rows) + _two_labels(sifted) + _empty_side(sifted)
    return said + _often(sifted)


def to_json(sifted: Sifted, rows: Sequence[LabelCount], asked: dict[str, object]) -> dict[str, Any]:
    """The report as data; photos are named by their path below the tree's root."""
    return {
        "settings": asked,
        "photos": len(sifted.taken) + len(sifted.refused),
        "taken": len(sifted.taken),
        "held_out": sum(t.held_out for t in sifted.taken),
        "people": len({t.person for t in sifted.taken}),
        "labels": [
            {
                "label": row.label,
                "gender": row.gender,
                "photos": row.photos,
                "taken": row.taken,
                "held_out": row.held_out,
                "people": row.people,
                "refused": row.refused,
            }
            for row in rows
        ],
        "reasons": {key: REASONS[key] for key in sorted({r.reason for r in sifted.refused})},
        "warnings": warnings(sifted, rows),
        "refused": [
            {"path": shown(r.seen.photo.path), "reason": r.reason}
            | ({"like": shown(r.like.path)} if r.like else {})
            for r in sifted.refused
        ],
    }


def _pair(photo: Photo) -> tuple[str, str]:
    return photo.label, photo.gender


def _one_person(sifted: Sifted, rows: Sequence[LabelCount]) -> list[str]:
    said = []
    for row in rows:
        mine = Counter(t.person for t in sifted.taken if _pair(t.seen.photo) == (row.label, row.gender))
        most = max(mine.values(), default=0)
        if most > 2 and most > _ONE_PERSON * row.taken:
            said.append(f"{row.name}: {most} of its {row.taken} pictures show one person.")
    return said


def _two_labels(sifted: Sifted) -> list[str]:
    pairs: dict[str, set[tuple[str, str]]] = {}
    for each in sifted.taken:
        pairs.setdefault(each.person, set()).add(_pair(each.seen.photo))
    people = sum(len(labels) > 1 for labels in pairs.values())
    copies = sum(r.like is not None and _pair(r.like) != _pair(r.seen.photo) for r in sifted.refused)
    said = [f"Pictures that lie under two labels: {copies}; the better file was taken."] if copies else []
    return said + ([f"People under several labels, as far as can be told: {people}."] if people else [])


def _often(sifted: Sifted) -> list[str]:
    """What many photos were refused for, and what to do if that was not meant."""
    photos = len(sifted.taken) + len(sifted.refused)
    counts = Counter(refusal.reason for refusal in sifted.refused)
    return [
        f"Of {photos} photos {n} were refused: {REASONS[reason]}. If they are good to look at, {REMEDIES[reason]}."
        for reason, n in counts.most_common()
        if n > _MANY_REFUSED * photos and reason in REMEDIES
    ]


def _empty_side(sifted: Sifted) -> list[str]:
    held_out = sum(t.held_out for t in sifted.taken)
    if sifted.taken and not held_out:
        return ["Nobody was held out; with few people the hash may choose none."]
    if sifted.taken and held_out == len(sifted.taken):
        return ["Everybody was held out; with few people the hash may choose all."]
    return []
