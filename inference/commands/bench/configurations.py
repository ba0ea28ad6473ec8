"""What is measured: a pack of a folder, or networks of the usual sizes with random weights."""

from __future__ import annotations

import torch
from torch import Tensor

from inference.commands.bench.asked import SIZES, STARTER, known
from inference.commands.loading import bind
from inference.engine.engine import Engine
from inference.engine.synthesis import freezes
from inference.networks.encoder.config import EncoderConfig
from inference.networks.encoder.encoder import Encoder
from inference.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig
from inference.networks.stylegan2.discriminator import DiscriminatorFeatures
from inference.networks.stylegan2.generator import Generator
from inference.networks.stylegan2.synthesis import StyledConv, ToRgb
from inference.packs import loader
from inference.packs.loader import LoadedPack
from inference.packs.manifest import Extra, FileEntry, Files, FramingPart, Label, Manifest, Network
from inference.packs.manifest import Features as FeaturesPart
from inference.settings import Settings, SettingsError
from inference.wire import FacePicture, Gender, SeedFace

RANDOM = {str(side): GeneratorConfig(resolution=side, channel_base=16384, channel_max=512) for side in SIZES}
_BLOCKS = 3  # of the features
_GENDERS: tuple[Gender, ...] = ("female", "male", "either")


def pack(name: str, settings: Settings) -> LoadedPack:
    """The first pack of the settings, or one in memory alone. Raises SettingsError and PackError."""
    known(name)
    bind(torch.device(settings.device))
    if name != STARTER:
        return random(RANDOM[name], torch.device(settings.device))
    found = loader.load(settings.packs[0], settings.device)
    if not freezes(found.generator.synthesis):
        raise SettingsError(
            f"{found.manifest.name} is no skip network; the textbook of the bench knows no other."
        )
    return found


def engine(pack: LoadedPack, settings: Settings, width: int | None = None) -> Engine:
    """As the server has it; `width` in place of the settings'."""
    return Engine(pack, width=width or settings.width, precision=settings.precision)


def picture(seed: int) -> FacePicture:
    """A person whom the pack draws itself."""
    return FacePicture(face=SeedFace(seed=seed, psi=0.7))


@torch.no_grad()
def random(config: GeneratorConfig, place: torch.device, seed: int = 0) -> LoadedPack:
    """A pack of seeded random weights, whose pictures lie about [-1, 1] as a trained network's do."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        generator = Generator(config)
        wide = DiscriminatorConfig(
            resolution=config.resolution, channel_base=config.channel_base, channel_max=config.channel_max
        )
        features = DiscriminatorFeatures(wide, _BLOCKS)
        _disturb(generator)
        encoder = Encoder(
            EncoderConfig.of(config.resolution, config.num_ws, config.w_dim, config.channel_max)
        )
        codes = generator.mapping.codes(torch.randn(256, config.z_dim), None)
        encoder.mean.copy_(codes.mean(dim=0))
    for network in (generator, features, encoder):
        network.eval().requires_grad_(False).to(place)
    mean, spread = (value.repeat(generator.num_ws, 1).to(place) for value in (codes.mean(0), codes.std(0)))
    _brighten(generator, codes[:1].repeat(generator.num_ws, 1)[None].to(place))
    means = dict.fromkeys(_GENDERS, mean)
    return LoadedPack(
        manifest=_manifest(generator, features, encoder),
        device=place,
        generator=generator,
        features=features,
        labels={("random", gender): mean + spread for gender in _GENDERS},
        means=means,
        looks=[means],
        directions={},
        w_avg=mean,
        encoder=encoder,
    )


def _disturb(generator: Generator) -> None:
    """Noise and biases as training leaves them; zeros would let a path forget them unseen."""
    for layer in generator.synthesis.modules():
        if isinstance(layer, StyledConv):
            layer.noise_strength.fill_(0.1)
        if isinstance(layer, StyledConv | ToRgb):
            layer.bias.normal_(std=0.1)


def _brighten(generator: Generator, codes: Tensor) -> None:
    """Scale the colours, which are linear in torgb, to a trained picture's spread."""
    image: Tensor = generator.synthesis(codes, noise="const", force_fp32=True)
    for layer in generator.synthesis.modules():
        if isinstance(layer, ToRgb):
            layer.weight.mul_(0.4 / image.std())
            layer.bias.mul_(0.4 / image.std())


def _manifest(generator: Generator, features: DiscriminatorFeatures, encoder: Encoder) -> Manifest:
    nowhere = FileEntry(path="memory", sha256="0" * 64)
    config = generator.config
    return Manifest(
        format=1,
        name=f"random-{config.resolution}",
        version="0",
        resolution=config.resolution,
        framing=FramingPart(size=config.resolution),
        num_ws=config.num_ws,
        w_dim=config.w_dim,
        network=Network(config=config.to_dict()),
        files=Files(generator=nowhere, features=nowhere, labels=nowhere, encoder=nowhere),
        features=FeaturesPart(blocks=_BLOCKS, config=features.config.to_dict()),
        encoder=Extra(config=encoder.config.to_dict()),
        labels=[Label(label="random", gender=gender, key="random") for gender in _GENDERS],
        provenance={"data": "none: random weights"},
        licence="CC0-1.0",
        illustrative=True,
    )
