"""The report: `report.json`, `report.html`, and two sheets of pictures."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from training.preparing import sheet
from training.preparing.errors import REASONS, writing
from training.preparing.findings import LabelCount, count, name_of, to_json
from training.preparing.journal import chip_path, replace_bytes, replace_text
from training.preparing.sifting import Sifted

PAGE: Final = "report.html"
_TAKEN, _REFUSED = "taken.png", "refused.png"
_MOST_LINES = 2000

_HEAD = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Data set</title><style>
:root{color-scheme:light dark;--line:#8884}
body{font:15px/1.5 system-ui,sans-serif;max-width:80rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;margin:1rem 0}
td,th{padding:.25rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
td{overflow-wrap:anywhere}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
meter{width:10rem}img{max-width:100%;border-radius:6px}
.note{border-left:4px solid #d29922;padding:.3rem .8rem;margin:.5rem 0}
</style>
"""


def write_report(folder: Path, sifted: Sifted, chips: Path, asked: dict[str, object]) -> dict[str, Any]:
    """Write all four files, each whole, and return the data.

    Raises:
        PreparingError: the folder cannot be written.
    """
    rows = count(sifted)
    told = to_json(sifted, rows, asked)
    refused = _refused_rows(sifted, chips)
    with writing(folder):
        replace_bytes(folder / _TAKEN, sheet.draw(_taken_rows(sifted, rows, chips)))
        replace_bytes(folder / _REFUSED, sheet.draw(list(refused.values())))
    replace_text(folder / "report.json", json.dumps(told, ensure_ascii=False, indent=1))
    replace_text(folder / PAGE, _page(told, rows, list(refused)))
    return told


def _taken_rows(sifted: Sifted, rows: Sequence[LabelCount], chips: Path) -> list[list[Path]]:
    paths: dict[tuple[str, str], list[Path]] = {(row.label, row.gender): [] for row in rows}
    for each in sifted.taken:
        photo = each.seen.photo
        paths[photo.label, photo.gender].append(chip_path(chips, each.seen.sha))
    return list(paths.values())


def _refused_rows(sifted: Sifted, chips: Path) -> dict[str, list[Path]]:
    """By reason, those that were seen well enough to be cut out."""
    rows: dict[str, list[Path]] = {}
    for refusal in sifted.refused:
        if refusal.seen.verdict.reason is None:
            rows.setdefault(refusal.reason, []).append(chip_path(chips, refusal.seen.sha))
    return dict(sorted(rows.items()))


def _page(told: dict[str, Any], rows: Sequence[LabelCount], cut_out: Sequence[str]) -> str:
    parts = [_HEAD, "<h1>Data set</h1>", f"<p>{html.escape(summary(told))}</p>"]
    parts += [f'<p class="note">{html.escape(text)}</p>' for text in told["warnings"]]
    parts += [
        "<h2>Labels</h2>",
        _labels(rows),
        "<h2>Taken</h2><p>A row for each label, by its number above.</p>",
    ]
    parts.append(f'<img src="{_TAKEN}" alt="pictures of each label">')
    parts += ["<h2>Refused</h2>", _reasons(told)]
    if cut_out:
        names = "; ".join(f"{number}: {REASONS[reason]}" for number, reason in enumerate(cut_out, 1))
        parts.append(f'<p>{names}.</p><img src="{_REFUSED}" alt="refused pictures by reason">')
    parts.append(_refused(told["refused"]))
    return "\n".join(parts) + "\n</html>\n"


def summary(told: dict[str, Any]) -> str:
    """The whole in one line."""
    return (
        f"{told['taken']} of {told['photos']} photos taken, of {told['people']} people; "
        f"{told['held_out']} of them held out."
    )


def _labels(rows: Sequence[LabelCount]) -> str:
    most = max((row.taken for row in rows), default=0) or 1
    lines = [
        "<table><tr><th class=n>#</th><th>label</th><th class=n>photos</th><th class=n>taken</th><th></th>"
    ]
    lines.append("<th class=n>held out</th><th class=n>people</th><th>refused</th></tr>")
    for number, row in enumerate(rows, 1):
        why = ", ".join(f"{reason} {n}" for reason, n in row.refused.items())
        cells = [row.photos, row.taken, f'<meter max="{most}" value="{row.taken}"></meter>']
        numbers = "".join(f"<td class=n>{cell}</td>" for cell in [*cells, row.held_out, row.people])
        name = html.escape(name_of((row.label, row.gender)))
        lines.append(f"<tr><td class=n>{number}</td><td>{name}</td>{numbers}<td>{why}</td></tr>")
    return "\n".join([*lines, "</table>"])


def _reasons(told: dict[str, Any]) -> str:
    counts: dict[str, int] = {}
    for line in told["refused"]:
        counts[line["reason"]] = counts.get(line["reason"], 0) + 1
    lines = [
        f"<tr><td class=n>{n}</td><td>{r}</td><td>{REASONS[r]}</td></tr>" for r, n in sorted(counts.items())
    ]
    return "\n".join(["<table>", *lines, "</table>"])


def _refused(lines: Sequence[dict[str, str]]) -> str:
    out = ["<details><summary>Every refused photo</summary><table>"]
    for line in lines[:_MOST_LINES]:
        like = f" as {html.escape(line['like'])}" if "like" in line else ""
        out.append(f"<tr><td>{html.escape(line['path'])}</td><td>{line['reason']}{like}</td></tr>")
    if len(lines) > _MOST_LINES:
        out.append(f"<tr><td>and {len(lines) - _MOST_LINES} more in report.json</td><td></td></tr>")
    return "\n".join([*out, "</table></details>"])
