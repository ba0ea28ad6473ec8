"""What can go wrong for the person at the terminal: a sentence each, and exit code 2.

TrainingError
  DataError        a data set that cannot be read, or is not enough
  SettingError     options that do not fit each other, the data, or the machine
  Occupied         another command works in the folder (`training.writing`)
  NotWritten       the disk is full or closed (`training.writing`)
  TransferError    weights that do not fit the run (`training.transfer`)
  PreparingError   photos that cannot become a data set (`training.preparing`)
"""

from __future__ import annotations


class TrainingError(Exception):
    """The text is a sentence for the person who asked."""


class DataError(TrainingError, ValueError):
    """A data set cannot be read, or is not enough to learn from."""


class SettingError(TrainingError, ValueError):
    """What was asked for does not fit: with itself, the data, or the machine."""
