"""Which transforms an augmentation pipeline holds, by ADA's names (arXiv 2006.06676, appendix B)."""

from __future__ import annotations

BLIT = ("xflip", "rotate90", "xint")
GEOM = ("scale", "rotate", "aniso", "xfrac")
COLOR = ("brightness", "contrast", "lumaflip", "hue", "saturation")

GROUPS: dict[str, tuple[str, ...]] = {
    "none": (),
    "blit": BLIT,
    "geom": GEOM,
    "color": COLOR,
    "filter": ("imgfilter",),
    "noise": ("noise",),
    "cutout": ("cutout",),
    "bg": BLIT + GEOM,
    "bgc": BLIT + GEOM + COLOR,
    "bgcf": (*BLIT, *GEOM, *COLOR, "imgfilter"),
    "bgcfn": (*BLIT, *GEOM, *COLOR, "imgfilter", "noise"),
    "bgcfnc": (*BLIT, *GEOM, *COLOR, "imgfilter", "noise", "cutout"),
    # Small faces want neither upside-down heads nor negatives: what stays plausible for an aligned face.
    "face": ("xint", "scale", "rotate", "aniso", "xfrac", "brightness", "contrast", "saturation"),
}


def multipliers(spec: str) -> dict[str, float]:
    """Each transform's multiplier of p. `spec`: groups or transforms `name[*factor]`, joined by `+`.

    Raises:
        ValueError: A name that is neither a group nor a transform.
    """
    table: dict[str, float] = {}
    for part in spec.split("+"):
        name, _, factor = part.partition("*")
        if name not in GROUPS and name not in GROUPS["bgcfnc"]:
            raise ValueError(f"no augmentation {name!r}")
        table.update(dict.fromkeys(GROUPS.get(name, (name,)), float(factor or 1)))
    return table
