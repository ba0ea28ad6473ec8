"""The adversarial losses as named terms.

`logistic` is the non-saturating one (Goodfellow et al. 2014, arXiv 1406.2661); `relativistic` compares made pictures
with real ones in pairs (arXiv 1807.00734, 2501.05441), so that a kind of face that is drawn too often is pushed away
even where it looks real.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def generator_terms(fake_logits: Tensor) -> dict[str, Tensor]:
    """What the generator minimises: `-log sigmoid(D(G(z)))`."""
    return {"g_fake": F.softplus(-fake_logits).mean()}


def discriminator_terms(real_logits: Tensor, fake_logits: Tensor) -> dict[str, Tensor]:
    """What the discriminator minimises: `-log(1 - sigmoid(D(G(z))))` and `-log sigmoid(D(x))`."""
    return {"d_fake": F.softplus(fake_logits).mean(), "d_real": F.softplus(-real_logits).mean()}


def paired_generator_terms(real_logits: Tensor, fake_logits: Tensor) -> dict[str, Tensor]:
    """`-log sigmoid(D(G(z)) - D(x))`, a pair each."""
    return {"g_pair": F.softplus(real_logits - fake_logits).mean()}


def paired_discriminator_terms(real_logits: Tensor, fake_logits: Tensor) -> dict[str, Tensor]:
    """`-log sigmoid(D(x) - D(G(z)))`."""
    return {"d_pair": F.softplus(fake_logits - real_logits).mean()}
