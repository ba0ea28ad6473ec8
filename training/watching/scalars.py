"""Scalars for TensorBoard: `tensorboard --logdir runs` draws them, and the sittings of one run as one line."""

from __future__ import annotations

from pathlib import Path

from tensorboardX import SummaryWriter

from training.watching.telling import Teller, Tick

_GROUPS = {
    "g_": "loss/",
    "d_": "loss/",
    "logit_": "checks/",
    "looks_": "checks/",
    "diversity": "checks/",
    "r_": "checks/",
}


class Scalars(Teller):
    """One event file a sitting; a step is one picture shown."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._writer: SummaryWriter | None = None

    def begin(self, kimg: float) -> None:
        self._writer = SummaryWriter(str(self.folder), purge_step=int(kimg * 1000) + 1, flush_secs=20)

    def tick(self, tick: Tick) -> None:
        assert self._writer is not None, "begin comes first"
        for name, value in {**tick.numbers, "sec_per_kimg": tick.pace}.items():
            self._writer.add_scalar(_group(name) + name, value, int(tick.kimg * 1000))

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def _group(name: str) -> str:
    return next((group for start, group in _GROUPS.items() if name.startswith(start)), "run/")
