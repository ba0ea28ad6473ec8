"""A process that looks at one photo after another: orders on its input, answers on its output, lines of JSON.

A process of its own and not a fork: it loads no tensor library, and when a decoder or the system ends it,
one photo is lost and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from training.preparing.detectors.opening import open_detector
from training.preparing.detectors.ports import Detector
from training.preparing.errors import Refused
from training.preparing.journal import chip_path, replace_bytes, stamp_of
from training.preparing.photo import Verdict, examine, load
from training.preparing.plan import Look
from training.writing import not_written


@dataclass(frozen=True)
class Desk:
    """What a worker needs for every photo."""

    root: Path
    chips: Path
    look: Look
    detector: Detector | None
    known: frozenset[str]

    def answer(self, path: str) -> dict[str, Any]:
        """`sha`, `stamp` and `verdict` of a photo; no `sha` where it cannot be read, `full` with a full disk."""
        file = self.root / path
        stamp = stamp_of(file)
        try:
            data = load(file)
        except Refused as refusal:
            return {"sha": None, "stamp": stamp, "verdict": Verdict(refusal.reason).to_json()}
        sha = hashlib.sha256(data).hexdigest()
        if sha in self.known:
            return {"sha": sha, "stamp": stamp, "verdict": None}
        verdict, png = examine(data, self.look, self.detector)
        if png:
            try:
                replace_bytes(chip_path(self.chips, sha), png)
            except OSError as error:
                return {"full": not_written(self.chips, error)}
        return {"sha": sha, "stamp": stamp, "verdict": verdict.to_json()}


def main() -> None:
    """Serve orders until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears Ctrl-C and ends the input
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # what a library prints must not look like an answer
        _serve(sys.stdin.buffer, answers)


def _serve(orders: BinaryIO, answers: BinaryIO) -> None:
    first = json.loads(orders.readline())
    look = Look(**first["look"])
    desk = Desk(
        Path(first["root"]), Path(first["chips"]), look, open_detector(look), frozenset(first["known"])
    )
    answers.write(b'{"ready": true}\n')
    answers.flush()
    for order in orders:
        answers.write(json.dumps(desk.answer(json.loads(order))).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    main()
