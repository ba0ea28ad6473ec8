"""A real photo for the real house."""

import io

import pytest
from PIL import Image
from skimage import data


@pytest.fixture(scope="session")
def selfie() -> bytes:
    """Eileen Collins, NASA, public domain, as scikit-image packages her: one face, and a helmet that is none."""
    out = io.BytesIO()
    Image.fromarray(data.astronaut()).save(out, "JPEG", quality=92)
    return out.getvalue()


@pytest.fixture(scope="session")
def cat() -> bytes:
    out = io.BytesIO()
    Image.fromarray(data.cat()).save(out, "PNG")
    return out.getvalue()
