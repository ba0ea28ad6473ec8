"""The starter pack's generator: 64 px faces of women and men on two CPU cores.

StyleGAN2 with adaptive augmentation (arXiv 1912.04958, 2006.06676), a small network, conditional on gender.

Command::

    typeface-training train starter --data aligned128.zip --manifest manifest.csv --out runs/starter
    typeface-training export --run runs/starter --out inference/starter

Stop it with Ctrl-C (or SIGTERM) at any time; the same command goes on where it stopped. Seconds a thousand pictures
(kimg) on two cores: 40 with one thread, 34 with two, 25 with two processes of one (`torchrun --nproc-per-node 2 -m
training train starter ...`); where they do not know bfloat16 62, 51 and 40. What to expect (sliced
Wasserstein distance x 1000 at 64, 32 and 16 px, real against real 12, 9, 29): faces from 30 kimg on, 115, 30, 46 at
52 kimg, 37, 28, 46 at 63 kimg, 43, 28, 44 at 100 kimg, 41, 31, 52 at 186 kimg, where eyes and mouths are far better
than the number tells.

The first starter pack's run found some of the numbers below on its way (up to which kimg, then as below):

- R1's gamma: 0.2 to 17, 0.05 to 31, 0.025 to 91;
- noise: on to 43;
- the generator's rate: 0.0025 to 63, 0.0012 to 78, 0.002 to 91, 0.001 to 108; the discriminator's: 0.0025 to 91,
  0.002 to 108;
- half-life of the average: 5 kimg, at most 0.05 of what was seen, to 78; 10 kimg, at most 0.1 of it, to 108.

Short comparisons from that pack's generator (262.7 kimg) on, a thousand people held out and rare ones drawn more often:
kernel distance (x 1000, dlib's identity space) of 1,000 samples from the held-out photos, of a snapshot and of the
average; that pack's average 660. One run each: differences below 80 say little.
That pack had seen most of these people; the comparison is between the rows.

| gamma | rates | kimg | snapshot | average |
|---|---|---|---|---|
| 0.1 | 0.0008, 0.0016 | 23 | 1349 | 815 |
| 0.1, 1 | the same | 23 + 13 | 982 | 708 |
| 0.1, 4 | the same | 23 + 6 | 749 | 762 |
| 0.1, 4 | the same | 23 + 15 | 762 | 709 |
| 0.1, 4, 2 | the same, then 0.002 both | 23 + 17 + 6 | 2153 | 721 |
| 0.1, 4, 10 | the same | 23 + 17 + 14 | 968 | 662 |
| 0.1, 4 | the same, then 0.0004, 0.0012 | 23 + 17 + 10 | 799 | 645 |
| 0.1, 4 | the same, then 0.0004, 0.0012 | 23 + 17 + 23 | 656 | 638 |
| 0.1, 4 | the same, then 0.0004, 0.0012 | 23 + 17 + 53 | 543 | 528 |
| 0.1, 4 | the same, then 0.0004, 0.0012 | 23 + 17 + 69 | 785 | 471 |
| 0.1, 4, 1 | the same, then 0.0004, 0.0012 | 23 + 17 + 37 + 15 | 748 | 524 |

To read them: real photos have 15 and, shrunk to 32 px and enlarged again, 213: the network that measures misses the
detail. The pack's encoder alone redraws photos at 1359.

Tried from the average of 638 on and not kept, each for 8 kimg, which is short, so that a change has to pay at once
(average): half of each batch photos that an encoder, trained along, has the generator redraw, its codes spread over z's
sphere (arXiv 1512.09300, 2005.10242): 1058; discriminators over the stages of the identity network (arXiv 2111.01007),
alone 1316, beside the usual one 806. From nothing these had faces at 8 kimg, of one kind and in wrong colours.

With a small gamma or a high rate the generator swings between kinds of faces, and only its average draws all of them.
So a long run is better ended with `--gamma 4 --rate 0.0004 --d-rate 0.0012`, at once: from the same generator (642 and
0.079), kernel distance and recall of the average were 521 and 0.066 after 41 kimg, 459 and 0.084 after 83, and, with
half the rates from there on, 451 and 0.112 after 127; all against 1,000 photos that were learnt from. This is pack 0.3.
The mean of its averages at 20, 30 and 41 kimg had 559: a longer average only lags behind.

From pack 0.3, with twice the channels (`--widen 2`; from 20 kimg on the mapping at 0.3 of the rate), gamma 4,
rates 0.0008 and 0.0024 from 20 to 60 kimg, then half of them; kernel distance and recall of the average in one report,
in which pack 0.3 has 450 and 0.11: at 95 kimg 406 and 0.14; then with `--loss relativistic --gamma 2` at 128 kimg 336
and 0.15. There is no run without it beside the last step: it had 36 less in the 19 kimg before. Not shipped: a step of
a projection takes 72 ms on one thread, where pack 0.3 takes 31, so that in the same time it is less like the person.

All but that had the mapping at a hundredth of the rate, where it hardly learns. What limits a run is the number of
the optimiser's steps more than that of the pictures; a batch of 8, twice the steps for the same time, was not tried.
"""

from __future__ import annotations

from dataclasses import replace

from inference.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig
from training.config import AdaSettings, GanConfig
from training.datasets.manifest import GENDERS

RESOLUTION = 64


def config(resolution: int = 64, *, wide: bool = False) -> GanConfig:
    """All numbers of a run.

    Args:
        resolution: 64 begins on a processor, and 128 grows from it; a wide network begins at 128, and 256 grows.
        wide: the network for a GPU.
    """
    width, base, most = (256, 8192, 256) if wide else (128, 2048, 64)
    classes = len(GENDERS)
    numbers = GanConfig(
        generator=GeneratorConfig(
            z_dim=width,
            c_dim=classes,
            w_dim=width,
            resolution=resolution,
            mapping_layers=2,
            # StyleGAN2's 0.01 is for runs of millions of steps: after our 24,000 the mapping's weights had moved by
            # 0.4 % (correlation with their first values 1.0000), so that w was a map of z drawn by chance.
            lr_multiplier=0.3,
            channel_base=base,
            channel_max=most,
        ),
        discriminator=DiscriminatorConfig(
            c_dim=classes, resolution=resolution, channel_base=base, channel_max=most
        ),
        batch=16,
        lr=0.0008,
        d_lr=0.0016,
        # Twice 0.0002 * resolution ** 2 / 16: with half a time at 64 px all faces tilted and swung together.
        r1_gamma=0.1 * (resolution / 64) ** 2,
        r1_interval=16,
        style_mixing=0.5,
        noise="none",  # with noise, eyes and mouths were drawn by it, and not by the style
        ema_kimg=20.0,  # long: hair and pose swing from one thousand pictures to the next
        ema_ramp=0.2,
        augment="bgc",
        ada=AdaSettings(target=0.6, kimg=100.0, limit=0.3),
        precision="bfloat16",
        low_from=32,  # below that, conversions cost more than they save
    )
    if wide:  # never tried: where a GPU's comparisons begin
        return replace(numbers, batch=32, lr=0.002, d_lr=0.002, r1_gamma=numbers.r1_gamma / 2, ema_kimg=10.0)
    if resolution > RESOLUTION:  # a new block has all to learn
        return replace(numbers, lr=0.002, d_lr=0.002, ema_kimg=10.0)
    return numbers
