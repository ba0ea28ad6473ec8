"""The Dockerfile and what the build sees of the repository, read as data."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCKER = ROOT / "docker"
KNOWN = {"ARG", "FROM", "ENV", "RUN", "WORKDIR", "COPY", "USER", "VOLUME", "EXPOSE", "CMD"}


@dataclass(frozen=True)
class Step:
    word: str
    rest: str

    @property
    def copied(self) -> list[str]:
        """What a COPY takes from the repository."""
        words = shlex.split(self.rest)
        return [] if self.word != "COPY" or words[0].startswith("--from") else words[:-1]


def steps() -> list[Step]:
    text = re.sub(r"\\\n", " ", (DOCKER / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [Step(*line.split(maxsplit=1)) for line in lines]


def stages() -> dict[str, list[Step]]:
    """The steps of each stage, by its name."""
    found: dict[str, list[Step]] = {}
    for step in steps():
        if step.word == "FROM":
            _, word, name = step.rest.split()
            assert word == "AS"
            found[name] = []
        if found:
            found[list(found)[-1]].append(step)
    return found


def seen() -> set[str]:
    """What .dockerignore lets into the build: it shuts out all, and then names what may come in."""
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert lines[0] == "*"
    return {line[1:] for line in lines if line.startswith("!")}
