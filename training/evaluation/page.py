"""The report as one HTML file that needs no other, with pictures in it: **it shows training photos**."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.evaluation.judging import Distance, Judgement
from training.evaluation.neighbours import HEART
from training.evaluation.plots import PHOTOS, SAMPLES, histogram, plane

SHOWN: Final = 24
NEAREST: Final = 8

_HEAD = f"""<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Evaluation</title><style>
:root{{color-scheme:light dark;--line:#8884}}
body{{font:15px/1.5 system-ui,sans-serif;max-width:80rem;margin:2rem auto;padding:0 1rem}}
table{{border-collapse:collapse;margin:1rem 0}}.wide{{overflow-x:auto}}
td,th{{padding:.3rem .8rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}}
td.n,th.n{{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}}
td.best{{font-weight:700}}small{{opacity:.7}}
.note{{border-left:4px solid #d29922;padding:.3rem .8rem;margin:.5rem 0}}
.grid{{display:grid;grid-template-columns:repeat(auto-fill,minmax(72px,1fr));gap:6px}}
.grid img{{width:100%;display:block}}.pair{{font-size:12px;text-align:center}}
.plots{{display:flex;flex-wrap:wrap;gap:2rem}}.plots figure{{flex:1 1 22rem;margin:0;max-width:32rem}}
svg{{width:100%}}svg text{{font:11px system-ui;fill:currentColor}}
i{{display:inline-block;width:.8em;height:.8em;border-radius:2px}}
i.p{{background:{PHOTOS}}}i.s{{background:{SAMPLES}}}
</style>
"""
_COLOURS = '<i class="p"></i> photos, <i class="s"></i> samples'


@dataclass(frozen=True)
class Told:
    """What the page says beside the judgements: how it was made, and what it means."""

    how: str
    findings: Sequence[str]


def page(judgements: Sequence[Judgement], told: Told) -> str:
    """The whole file; the first judgement is the floor."""
    parts = [_HEAD, "<h1>Evaluation</h1>", f"<p>{html.escape(told.how)}</p>"]
    parts += [f'<p class="note">{html.escape(text)}</p>' for text in told.findings]
    parts.append(_table(judgements))
    parts += [_subject(judgement) for judgement in judgements[1:]]
    parts.append(
        "<p><small>This page shows training photos. It is for those who may see them; "
        "delete it with the data set.</small></p>"
    )
    return "\n".join(parts) + "\n</html>\n"


def _table(judgements: Sequence[Judgement]) -> str:
    heads = "".join(
        f"<th class=n>{html.escape(judgement.name)}<br><small>{judgement.side} px</small></th>"
        for judgement in judgements
    )
    rows = [f"<tr><th></th>{heads}</tr>"]
    for space in judgements[0].distances:
        rows += _space_rows(space, [judgement.distances[space] for judgement in judgements])
    rows.append(_row("diversity<br><small>of photos = 1</small>", [f"{j.diversity:.2f}" for j in judgements]))
    shares = [f"{j.heart.share:.0%}" if j.heart else f"under {HEART:.0%}" for j in judgements]
    rows.append(_row("learnt by heart<br><small>near to one photo alone</small>", shares))
    return '<div class="wide"><table>' + "\n".join(rows) + "</table></div>"


def _space_rows(space: str, distances: Sequence[Distance]) -> list[str]:
    names = {"inception": ("FID", "KID x 1000")}.get(
        space, (f"Frechet distance, {space}", f"kernel distance x 1000, {space}")
    )
    precise = [
        f"{distance.frechet:.2f}" if distance.frechet >= 1 else f"{distance.frechet:.3f}"
        for distance in distances
    ]
    kernels = [f"{d.kernel.value:.2f} <small>± {d.kernel.spread:.2f}</small>" for d in distances]
    return [
        _row(names[0], precise, [d.frechet for d in distances]),
        _row(names[1], kernels, [d.kernel.value for d in distances]),
        _row(f"precision, {space}", [f"{d.precision:.2f}" for d in distances]),
        _row(f"recall, {space}", [f"{d.recall:.2f}" for d in distances]),
    ]


def _row(name: str, cells: Sequence[str], values: Sequence[float] = ()) -> str:
    """The smallest of `values` stands out, of two subjects or more; the floor's does not count."""
    best = int(np.argmin(values[1:])) + 1 if len(values) > 2 else -1
    marks = ['class="n best"' if place == best else "class=n" for place in range(len(cells))]
    return (
        f"<tr><td>{name}</td>"
        + "".join(f"<td {m}>{c}</td>" for m, c in zip(marks, cells, strict=True))
        + "</tr>"
    )


def _subject(judgement: Judgement) -> str:
    heart = judgement.heart
    assert heart is not None
    key = next(iter(judgement.distances))
    order = np.argsort(heart.distances, kind="stable")
    plots = (
        f"<figure>{histogram(heart.strangers, heart.distances, heart.limit)}<figcaption>How far the nearest training "
        f"photo is, of other {_COLOURS}. Learnt by heart: left of the line, and near to one photo alone."
        f"</figcaption></figure><figure>{plane(judgement.photos.numbers[key], judgement.samples.numbers[key])}"
        f"<figcaption>Where {_COLOURS} lie, along the two directions in which photos differ most.</figcaption></figure>"
    )
    return "\n".join(
        [
            f"<h2>{html.escape(judgement.name)}</h2>",
            f'<div class="plots">{plots}</div>',
            "<h3>Samples, and the nearest training photo below each</h3>",
            _pairs(judgement, range(min(SHOWN, len(heart.distances)))),
            "<h3>The samples that are nearest of all to a photo</h3>",
            _pairs(judgement, order[:NEAREST].tolist()),
        ]
    )


def _pairs(judgement: Judgement, places: Sequence[int]) -> str:
    heart = judgement.heart
    assert heart is not None
    cells = [
        f'<div class="pair">{_img(judgement.samples.thumbs[place], "sample")}'
        f"{_img(judgement.photos.thumbs[heart.places[place]], 'nearest photo')}{heart.distances[place]:.2f}</div>"
        for place in places
    ]
    return f'<div class="grid">{"".join(cells)}</div>'


def _img(thumb: NDArray[np.uint8], what: str) -> str:
    out = io.BytesIO()
    Image.fromarray(thumb).save(out, "JPEG", quality=85)
    return f'<img alt="{what}" src="data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode()}">'
