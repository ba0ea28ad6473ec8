"""From how a picture is made to its pixels, through the faces' port; what was shown is kept as how it was made."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping

from bot.core import blend, making
from bot.core.card import Shape
from bot.core.effects import Ask, Failed
from bot.core.jobs import Jobs
from bot.core.making import Made
from bot.core.packs import PackView
from bot.core.portrait import Portrait
from bot.core.ports import Ports
from bot.core.run import Run
from bot.core.stills import Draw, Stills, Words
from db.errors import NoConsent
from inference.errors import Busy, TypefaceError
from inference.wire import Face, ImageFormat, LatentFace

_SHAPES: dict[str, Shape] = {"telegram": "tall"}
"""What each platform shows best; elsewhere a card is wide."""


class Rendering:
    """Draws faces, outside of any lock."""

    def __init__(self, ports: Ports, jobs: Jobs, packs: PackView, retention_seconds: int) -> None:
        self._faces, self._store, self._stills = ports.faces, ports.store, Stills(ports.drawing)
        self._packs = packs
        self._clock, self._jobs, self._retention_seconds = ports.clock, jobs, retention_seconds

    async def draw(self, run: Run, ask: Ask, made: Made) -> Failed | None:
        """Make a picture; it is then what is shown next, with the code that tells how it was made. Why not, if not."""
        begun, failure = self._clock.monotonic(), None
        made = await self.fitted(run, made)
        try:
            picture = await self._still(run, made)
        except TypefaceError as error:
            picture, failure = None, failed(ask, error)
        if picture:
            run.show(picture, code=await self.keep(run, made))
        else:
            failure = failure or Failed(ask, "face_gone")
        kind = "render" if made.kind == "face" else "sheet"
        await self._jobs.log(run, kind, 0, self._jobs.since(begun), failure.code if failure else "done")
        return failure

    async def fitted(self, run: Run, made: Made) -> Made:
        """As `Packs.fitted`, where the person is."""
        return (await self._packs.look()).fitted(made, run.place.settings.pack)

    async def still(
        self, run: Run, made: Made, *, scale: int = 1, format: ImageFormat = "jpeg"
    ) -> bytes | None:
        """As `Stills.still`, with the person's words."""
        return await self._still(run, await self.fitted(run, made), scale=scale, format=format)

    async def _still(
        self, run: Run, made: Made, *, scale: int = 1, format: ImageFormat = "jpeg"
    ) -> bytes | None:
        words = Words(run.phrasing.line, run.event.origin.name, _SHAPES.get(run.ref.platform, "wide"))
        return await self._stills.still(made, self._pen(run, made), words, scale=scale, format=format)

    def _pen(self, run: Run, made: Made) -> Draw:
        """Draws the faces of what is `fitted`."""
        pack = made.pack or None

        async def draw(face: Portrait, *, size: int, format: ImageFormat) -> bytes | None:
            drawn = await self.expression(run, face, pack)
            if drawn is None:
                return None
            return await self._faces.render(drawn, pack=pack, size=size, format=format)

        return draw

    async def overview(self, run: Run, named: Mapping[str, Made]) -> bool:
        """Draw a small picture of each over its name, which is then shown next; those that are gone are left out.

        Returns whether there is anything to be seen. Raises TypefaceError.
        """
        fitted = {name: await self.fitted(run, made) for name, made in named.items()}
        tiles = {name: await self._stills.tile(made, self._pen(run, made)) for name, made in fitted.items()}
        if there := {name: tile for name, tile in tiles.items() if tile}:
            run.show(await self._stills.overview(there))
        return bool(there)

    async def keep(self, run: Run, made: Made) -> str | None:
        """Keep how a picture was made; returns its code. What was shown last and is shown again keeps its code.

        Words on a card are sealed, and nothing is sealed for people who have not agreed: theirs has no code.
        """
        text = making.to_json(made)
        newest, _ = await self._store.makings(run.ref, 0, 1)
        if newest and newest[0].making == text:
            return newest[0].code
        seconds = run.place.seconds(self._retention_seconds)
        async with run.writing():
            try:
                return await self._store.keep_making(run.ref, text, open=made.open, seconds=seconds)
            except NoConsent:
                if any(face.face for face in made.faces):
                    raise
                return None

    async def expression(self, run: Run, made: Portrait, pack: str | None) -> Face | None:
        """What to render; None when the person's latent is no longer kept, or is another pack's."""
        kind = blend.type_face(made.type, made.gender, made.blend)
        if made.face is None:
            return blend.expression(None, kind, made.blend)
        latent = await self._store.face(run.ref, made.face, pack)
        if latent is None:
            return None
        return blend.expression(LatentFace(data=b64encode(latent).decode()), kind, made.blend)


def failed(ask: Ask, error: TypefaceError) -> Failed:
    """What could not be made, and when to try again."""
    seconds = round(error.retry_after) if isinstance(error, Busy) else 0
    return Failed(ask, error.code, seconds)
