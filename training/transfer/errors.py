"""What can go wrong before a training begins."""

from __future__ import annotations

from training.errors import TrainingError


class TransferError(TrainingError):
    """The weights do not fit the run; the text is a sentence for the person who asked."""
