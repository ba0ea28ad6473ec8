"""How many steps a projection may take, from the size of a pack's networks.

A count, not a clock: the same photo gives the same face on every machine.
"""

from __future__ import annotations

from inference.networks.stylegan2.config import GeneratorConfig

# Milliseconds of a step on two cores (AVX-512): fitted to six networks of 64 to 256 px as the textbook runs them,
# within 5 % of each, times 0.8, what the frozen synthesis and the loss of today take of that (0.79 to 0.86).
_FIXED = 13.4
_PER_MILLION_PRODUCTS = 0.0122
_PER_MILLION_VALUES = 6.5
_VGG_PRODUCTS = 306_000  # of LPIPS, for each pixel


def step_ms(config: GeneratorConfig, blocks: int, *, lpips: bool = False) -> float:
    """Estimated time of one step: the generator, `blocks` blocks of a discriminator as wide, and LPIPS-VGG."""
    values, products = 0, _VGG_PRODUCTS * config.resolution**2 if lpips else 0
    for r in config.resolutions:
        width = config.width(r)
        values += 2 * r * r * width
        products += 9 * r * r * width * width
        if r > 4:
            products += 9 * (r // 2) ** 2 * config.width(r // 2) * width
    for r in config.resolutions[::-1][:blocks]:
        width = config.width(r)
        values += 2 * r * r * width
        products += 9 * r * r * width * width + 9 * (r // 2) ** 2 * width * config.width(r // 2)
    return _FIXED + (_PER_MILLION_PRODUCTS * products + _PER_MILLION_VALUES * values) / 1e6


def steps_within(milliseconds: float, step: float) -> int:
    """Steps of `step` milliseconds that fit into a time; at least 30, at most 300."""
    return min(300, max(30, round(milliseconds / step)))
