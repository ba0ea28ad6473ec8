"""A person's own data in one file: what is kept, as JSON, and every picture as it was made."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from bot.core.effects import Outcome
from bot.core.features.mine import HandedOver, HandOver
from bot.core.hand import Hand
from bot.core.making import Made, from_json
from bot.core.ports import Store
from bot.core.rendering import Rendering, failed
from bot.core.run import Run
from db.records import Making
from inference.errors import TypefaceError

MOST_FACES = 80
MOST_BYTES = 8 * 2**20
"""So many faces, and bytes, of the newest pictures are made again for the file; how all were made is told all the same.

Discord takes files of up to 10 MiB.
"""


def hand(store: Store, rendering: Rendering) -> Hand:
    async def hand_over(run: Run, effect: HandOver) -> Outcome:
        held = await store.held(run.ref)
        made, _ = await store.makings(run.ref, 0, 1000)
        files: dict[str, bytes] = {}
        for face in held.faces:
            if latent := await store.face(run.ref, face.id):
                files[f"faces/{face.id}.float16"] = latent
        faces = len(files)
        room = MOST_BYTES
        try:
            for code, told in _newest(made):
                picture = await rendering.still(run, told, format="png")
                if (room := room - len(picture or b"")) < 0:
                    break
                if picture:
                    files[f"pictures/{code}.png"] = picture
        except TypefaceError as error:
            return failed(effect, error)
        makings = [{"code": kept.code, "created": kept.created, "how": kept.making} for kept in made]
        files["data.json"] = _json({"held": asdict(held), "pictures": makings})
        run.show(_zipped(files), "application/zip")
        return HandedOver(len(files) - faces - 1, faces)

    return Hand(asks={HandOver: hand_over})


def _newest(made: Sequence[Making]) -> Iterator[tuple[str, Made]]:
    room = MOST_FACES
    for kept in made:
        told = from_json(kept.making)
        room -= len(told.faces) if told else 0
        if room < 0:
            return
        if told:
            yield kept.code, told


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str).encode()


def _zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            archive.writestr(name, files[name])
    return out.getvalue()
