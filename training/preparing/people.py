"""Who is on which picture: near pairs become groups, and a group keeps its name when pictures join."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.datasets.manifest import is_held_out

Floats = NDArray[np.float32]
Pair = tuple[int, int]

SAME_PERSON: Final = 0.5
"""dlib's distance: 95 % of one person's pictures are nearer, and 0.04 % of two people's of one gender."""

_BLOCK = 512  # rows at a time; 100 MB with 50,000 pictures


def close_pairs(vectors: Floats, distance: float) -> list[Pair]:
    """All pairs of rows of `[N, D]` nearer than `distance`, the closest first."""
    squares = (vectors**2).sum(axis=1)
    found: list[tuple[float, int, int]] = []
    for start in range(0, len(vectors), _BLOCK):
        block = slice(start, start + _BLOCK)
        gaps = squares[block, None] + squares[None] - 2 * vectors[block] @ vectors.T
        rows, columns = np.nonzero(gaps < distance**2)
        rows = rows + start
        ahead = rows < columns
        near = gaps[rows[ahead] - start, columns[ahead]]
        found += zip(near.tolist(), rows[ahead].tolist(), columns[ahead].tolist(), strict=True)
    return [(i, j) for _, i, j in sorted(found)]


class Groups:
    """Union-find whose groups also know how far their members are from another group's on average."""

    def __init__(self, vectors: Floats) -> None:
        self._parents = list(range(len(vectors)))
        self._sums = vectors.astype(np.float64)
        self._squares = (self._sums**2).sum(axis=1)
        self._counts = np.ones(len(vectors))

    def root(self, member: int) -> int:
        while self._parents[member] != member:
            self._parents[member] = self._parents[self._parents[member]]
            member = self._parents[member]
        return member

    def join(self, a: int, b: int, within: float | None = None) -> None:
        """One group of two, unless their members are further apart than `within` (root mean square)."""
        a, b = sorted((self.root(a), self.root(b)))
        if a == b or (within is not None and self._apart(a, b) > within**2):
            return
        self._parents[b] = a
        self._sums[a] += self._sums[b]
        self._squares[a] += self._squares[b]
        self._counts[a] += self._counts[b]

    def _apart(self, a: int, b: int) -> float:
        """Mean squared distance: E|x - y|^2 = E|x|^2 + E|y|^2 - 2 E[x] E[y]."""
        n, m = self._counts[a], self._counts[b]
        return float(self._squares[a] / n + self._squares[b] / m - 2 * self._sums[a] @ self._sums[b] / n / m)


def group(identities: Floats, copies: Sequence[Pair]) -> list[int]:
    """The group of each picture: whatever `copies` says, then likely pairs, the closest first.

    Single links would chain strangers: among thousands of people everybody has a double at 0.5. So groups join
    only while they are near on average.

    Args:
        identities: `[N, 128]`, or `[N, 0]` where nobody was measured.
        copies: pairs that are one picture.
    """
    groups = Groups(identities)
    for i, j in copies:
        groups.join(i, j)
    if identities.shape[1]:
        for i, j in close_pairs(identities, SAME_PERSON):
            groups.join(i, j, SAME_PERSON)
    return [groups.root(i) for i in range(len(identities))]


def name_people(
    hashes: Sequence[str], groups: Sequence[int], known: Mapping[str, str], validation: float
) -> list[str]:
    """A name for each picture's person, the same in every later run.

    A new group is named by the smallest hash of its photos. One with a photo that an earlier run has named keeps
    that name, so that it stays on its side of the split when photos come or go. Where one new photo shows that
    two named people are one, the name of the training side is kept: what was trained on is never validated on.
    """
    members: dict[int, list[str]] = {}
    for sha, number in zip(hashes, groups, strict=True):
        members.setdefault(number, []).append(sha)
    names = {number: _name(shas, known, validation) for number, shas in members.items()}
    return [names[number] for number in groups]


def _name(hashes: list[str], known: Mapping[str, str], validation: float) -> str:
    before = sorted({known[sha] for sha in hashes if sha in known})
    if before:
        return min(before, key=lambda name: is_held_out(name, validation))
    return hashlib.sha256(f"person of {min(hashes)}".encode()).hexdigest()[:16]
