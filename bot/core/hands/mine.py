"""A person's own data in one file: what is kept, as JSON, and every picture as it was made."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict
from typing import Any

from bot.core.effects import Failed, Outcome
from bot.core.features.mine import HandedOver, HandOver
from bot.core.hand import Hand
from bot.core.making import from_json
from bot.core.ports import Store
from bot.core.rendering import Rendering
from bot.core.run import Run
from inference.errors import TypefaceError

MOST_PICTURES = 40
"""So many of the newest pictures are made again for the file; how the others were made is told all the same."""


def hand(store: Store, rendering: Rendering) -> Hand:
    async def hand_over(run: Run, effect: HandOver) -> Outcome:
        held = await store.held(run.ref)
        made, _ = await store.makings(run.ref, 0, 1000)
        files: dict[str, bytes] = {}
        for face in held.faces:
            if latent := await store.face(run.ref, face.id):
                files[f"faces/{face.id}.float16"] = latent
        faces = len(files)
        try:
            for kept in made[:MOST_PICTURES]:
                told = from_json(kept.making)
                picture = told and await rendering.still(run, told, format="png")
                if picture:
                    files[f"pictures/{kept.code}.png"] = picture
        except TypefaceError as error:
            return Failed(effect, error.code)
        makings = [{"code": kept.code, "created": kept.created, "how": kept.making} for kept in made]
        files["data.json"] = _json({"held": asdict(held), "pictures": makings})
        run.show(_zipped(files), "application/zip")
        return HandedOver(len(files) - faces - 1, faces)

    return Hand(asks={HandOver: hand_over})


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str).encode()


def _zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            archive.writestr(name, files[name])
    return out.getvalue()
