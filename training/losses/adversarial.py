"""The non-saturating logistic loss (Goodfellow et al. 2014, arXiv 1406.2661) as named terms."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def generator_terms(fake_logits: Tensor) -> dict[str, Tensor]:
    """What the generator minimises: `-log sigmoid(D(G(z)))`."""
    return {"g_fake": F.softplus(-fake_logits).mean()}


def discriminator_terms(real_logits: Tensor, fake_logits: Tensor) -> dict[str, Tensor]:
    """What the discriminator minimises: `-log(1 - sigmoid(D(G(z))))` and `-log sigmoid(D(x))`."""
    return {"d_fake": F.softplus(fake_logits).mean(), "d_real": F.softplus(-real_logits).mean()}
