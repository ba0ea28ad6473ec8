"""What chooses a run's best snapshot."""

import torch

from training.datasets.faces import FaceSet
from training.evaluation.measures import MEASURES, IdentityKernel
from training.watching.seen import Pictures


def test_in_identity_noise_is_further_than_photos_are(faces: FaceSet) -> None:
    measure = MEASURES["identity"](faces)
    assert isinstance(measure, IdentityKernel) and measure.count == len(faces)
    state = torch.random.get_rng_state()
    photos = Pictures(*faces.batch(12))
    noise = Pictures(torch.rand_like(photos.images) * 2 - 1, photos.conditions)
    torch.random.set_rng_state(state)
    assert measure(photos) == measure(photos) < measure(noise)
