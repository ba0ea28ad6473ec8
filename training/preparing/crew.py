"""Several workers at one pile of photos."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import IO, Any

from training.preparing.errors import PreparingError
from training.preparing.photo import Verdict
from training.preparing.plan import Look
from training.preparing.tree import Photo


@dataclass(frozen=True)
class Order:
    """What all workers are told first: where photos lie, where pictures go, how to look, what is known."""

    root: Path
    chips: Path
    look: Look
    known: Sequence[str] = ()

    def to_json(self) -> bytes:
        told = {"root": str(self.root), "chips": str(self.chips), "look": asdict(self.look)}
        return json.dumps({**told, "known": list(self.known)}).encode() + b"\n"


@dataclass(frozen=True)
class Answer:
    """About one photo; no `sha` where its bytes were not read, no `verdict` where they were known."""

    photo: Photo
    sha: str | None
    stamp: tuple[int, int] | None
    verdict: Verdict | None


class Crew:
    """A thread for each worker process hands it photos; leaving the context ends all of them."""

    def __init__(self, order: Order, jobs: int) -> None:
        self._order, self._jobs = order.to_json(), jobs
        self._todo: SimpleQueue[Photo] = SimpleQueue()
        self._answers: SimpleQueue[Answer | Exception | None] = SimpleQueue()
        self._workers: set[subprocess.Popen[bytes]] = set()
        self._ending = False

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending = True
        for worker in list(self._workers):
            worker.kill()

    def examine(self, photos: Sequence[Photo]) -> Iterator[Answer]:
        """Answers as they come, one for each photo.

        Raises:
            PreparingError: no room for a picture, or no worker can be started.
        """
        for photo in photos:
            self._todo.put(photo)
        jobs = min(self._jobs, len(photos))
        for _ in range(jobs):
            threading.Thread(target=self._tend, daemon=True).start()
        while jobs:
            answer = self._answers.get()
            if isinstance(answer, Exception):
                raise answer
            if answer is None:
                jobs -= 1
            else:
                yield answer

    def _tend(self) -> None:
        worker = None
        try:
            while not self._ending:
                photo = self._todo.get_nowait()
                worker = worker or self._hire()
                said = _ask(worker, photo)
                if said is None:
                    self._dismiss(worker)
                    worker = None
                    self._answers.put(Answer(photo, None, None, Verdict("crashed")))
                else:
                    self._answers.put(_answer(photo, said))
        except Empty:
            pass
        except Exception as error:
            self._answers.put(error)
        finally:
            if worker is not None:
                self._dismiss(worker)
            self._answers.put(None)

    def _hire(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-P", "-m", "training.preparing.worker"]
        pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
        worker = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nowhere)  # noqa: S603 - ours
        self._workers.add(worker)
        if not _told(worker, self._order) or _line(worker) is None:
            raise PreparingError("A worker process cannot be started.")
        return worker

    def _dismiss(self, worker: subprocess.Popen[bytes]) -> None:
        self._workers.discard(worker)
        for stream in (worker.stdin, worker.stdout):
            _close(stream)
        worker.wait()


def _ask(worker: subprocess.Popen[bytes], photo: Photo) -> dict[str, Any] | None:
    """The worker's answer; None where it ended."""
    return _line(worker) if _told(worker, json.dumps(photo.path).encode() + b"\n") else None


def _told(worker: subprocess.Popen[bytes], line: bytes) -> bool:
    assert worker.stdin is not None
    try:
        worker.stdin.write(line)
        worker.stdin.flush()
    except OSError:
        return False
    return True


def _line(worker: subprocess.Popen[bytes]) -> dict[str, Any] | None:
    assert worker.stdout is not None
    line = worker.stdout.readline()
    said: dict[str, Any] | None = json.loads(line) if line.endswith(b"\n") else None
    return said


def _close(stream: IO[bytes] | None) -> None:
    try:
        if stream is not None:
            stream.close()
    except OSError:
        pass  # a broken pipe has nobody at its other end


def _answer(photo: Photo, said: dict[str, Any]) -> Answer:
    if "full" in said:
        raise PreparingError(said["full"])
    stamp, verdict = said["stamp"], said["verdict"]
    return Answer(
        photo, said["sha"], stamp and (stamp[0], stamp[1]), Verdict.from_json(verdict) if verdict else None
    )
