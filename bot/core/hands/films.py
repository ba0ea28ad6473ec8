"""Films: faces that turn into one another, made by the server as a job."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from bot.core.effects import Failed, Line, Outcome
from bot.core.filming import Film, Filmed, Form
from bot.core.hand import Hand
from bot.core.jobs import Ended, Jobs
from bot.core.making import Made
from bot.core.ports import Film as FilmFiles
from bot.core.ports import Ports
from bot.core.rendering import Rendering, failed
from bot.core.replies import Progress
from bot.core.run import Run

_TYPES: dict[Form, str] = {"mp4": "video/mp4", "webp": "image/webp"}
SECONDS = 10 * 60
"""A film that is not there by then will not come."""


def hand(ports: Ports, jobs: Jobs, rendering: Rendering) -> Hand:
    async def film(run: Run, effect: Film) -> AsyncGenerator[Progress | Outcome]:
        yield run.phrasing.begun(effect.job, Line("progress-film"))
        made = await rendering.fitted(run, effect.made)
        pack = made.pack or None
        found = [await rendering.expression(run, face, pack) for face in made.faces]
        faces = [face for face in found if face is not None]
        if len(faces) < len(found):
            yield Failed(effect, "face_gone")
            return
        source = ports.faces.morph(
            faces, owner=jobs.owner(run.key[0]), pack=pack, formats=[effect.form, "jpeg"]
        )
        async with aclosing(jobs.follow(run, source, SECONDS, "too_late")) as news:
            async for item in news:
                yield item if isinstance(item, Progress) else await end(run, effect, made, item)

    async def end(run: Run, effect: Film, made: Made, ended: Ended[FilmFiles]) -> Outcome:
        await jobs.log(run, "film", 0, ended.run_ms, ended.code)
        if ended.made is None:
            return failed(effect, ended.error) if ended.error else Failed(effect, ended.code)
        files = ended.made.files
        code = await rendering.keep(run, made)
        run.show(files[effect.form], _TYPES[effect.form], code=code, poster=files["jpeg"])
        return Filmed(effect.job, effect)

    return Hand(jobs={Film: film})
