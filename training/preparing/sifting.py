"""Which of the photos make the set: good enough, no copies, not too many of one person, a side for everybody."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from training.datasets.manifest import is_held_out
from training.preparing.hashing import BITS, unpacked
from training.preparing.measures import why_not
from training.preparing.people import Floats, close_pairs, group, name_people
from training.preparing.photo import Verdict
from training.preparing.plan import Choice, Limits
from training.preparing.tree import Photo

SAME_PICTURE: Final = 0.2
"""dlib's distance: saving a picture anew moves it by 0.04 to 0.1; two selfies of one person are 0.28 apart."""
SAME_HASH: Final = 20
"""Bits of 256: 12 after a hard JPEG; the nearest of 80,000 pairs of people was 29."""


@dataclass(frozen=True)
class Seen:
    """A photo, the hash of its bytes (empty where they could not be read), and what was seen on it."""

    photo: Photo
    sha: str
    verdict: Verdict


@dataclass(frozen=True)
class Taken:
    """A photo of the set: of whom, and on which side of the split."""

    seen: Seen
    person: str
    held_out: bool


@dataclass(frozen=True)
class Refusal:
    """A photo that is not: why, and what it is like, where that is another photo."""

    seen: Seen
    reason: str
    like: Photo | None = None


@dataclass(frozen=True)
class Sifted:
    """All photos, taken or refused, and every usable photo's person by its hash."""

    taken: list[Taken]
    refused: list[Refusal]
    people: dict[str, str]


def sift(seen: Sequence[Seen], limits: Limits, choice: Choice, known: Mapping[str, str]) -> Sifted:
    """Decide about every photo; the same photos give the same set, whatever their order.

    Args:
        seen: one for each file.
        limits: what is good enough.
        choice: how many, and how they are split.
        known: the persons that earlier runs found, by the hash of a photo.
    """
    refused: list[Refusal] = []
    usable: list[Seen] = []
    for each in sorted(seen, key=_best_first):
        reason = each.verdict.reason or (each.verdict.measures and why_not(each.verdict.measures, limits))
        if reason:
            refused.append(Refusal(each, reason))
        else:
            usable.append(each)
    identities = _identities(usable)
    copies = _copies(usable, identities)
    hashes = [each.sha for each in usable]
    names = name_people(hashes, group(identities, copies), known, choice.validation)
    copied = _copied(usable, copies)
    taken: list[Taken] = []
    count: Counter[str] = Counter()
    for i, (each, name) in enumerate(zip(usable, names, strict=True)):
        if i in copied:
            refused.append(Refusal(each, "duplicate", usable[copied[i]].photo))
        elif count[name] >= choice.most_of_one:
            refused.append(Refusal(each, "enough_of_one"))
        else:
            count[name] += 1
            taken.append(Taken(each, name, is_held_out(name, choice.validation)))
    taken.sort(key=lambda t: t.seen.photo)
    refused.sort(key=lambda r: r.seen.photo)
    return Sifted(taken, refused, dict(zip(hashes, names, strict=True)))


def _best_first(seen: Seen) -> tuple[float, float, str, str]:
    """More pixels, to the nearest 25 %, then sharper; of equals the one that the alphabet names first."""
    measures = seen.verdict.measures
    if measures is None:
        return 0, 0, seen.sha, seen.photo.path
    pixels = round(math.log(1 / measures.enlarged, 1.25))
    return -pixels, -measures.sharpness, seen.sha, seen.photo.path


def _identities(usable: Sequence[Seen]) -> Floats:
    if not usable or not all(each.verdict.identity for each in usable):
        return np.zeros((len(usable), 0), dtype=np.float32)
    return np.stack([each.verdict.numbers for each in usable])


def _copies(usable: Sequence[Seen], identities: Floats) -> list[tuple[int, int]]:
    """Pairs that are one picture: by the hash, less strictly the more there is in it, or by the face itself."""
    if not usable:
        return []
    bits = unpacked([each.verdict.hash for each in usable])
    full = (bits > 0).sum(axis=1) / (BITS / 2)  # 1 for a photo of a face; a line drawing has few bits set
    alike = [
        (i, j)
        for i, j in close_pairs(bits, math.sqrt(4 * SAME_HASH + 1))  # a bit that differs adds 2 squared
        if (bits[i] != bits[j]).sum() <= SAME_HASH * min(1.0, full[i], full[j])
    ]
    return alike + (close_pairs(identities, SAME_PICTURE) if identities.shape[1] else [])


def _copied(usable: Sequence[Seen], copies: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Those to leave out, and what each is a copy of: the best first, whatever is near to one that stays goes."""
    near: dict[int, list[int]] = {}
    for i, j in copies:
        near.setdefault(max(i, j), []).append(min(i, j))
    copied: dict[int, int] = {}
    for i in range(len(usable)):
        stays = [j for j in near.get(i, ()) if j not in copied]
        if stays:
            copied[i] = min(stays)
    return copied
