"""From a rasterised scene to linear light: skin, eyes, hair and cloth under harmonic and key light with shadow."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from .head import Head
from .rasterise import Raster, rasterise
from .scene import CLOTH, EYE, HAIR, MOUTH, SKIN, TEETH, Scene

SKINS = Path(__file__).resolve().parents[2] / 'assets' / 'open-head' / 'skins'
# Skins that only the evaluation sees.
HELD_OUT = ['middleage_african_female', 'old_asian_male', 'young_caucasian_female_2']
IRISES = np.array(
    [
        [0.045, 0.022, 0.012],
        [0.08, 0.04, 0.02],
        [0.13, 0.06, 0.025],
        [0.08, 0.12, 0.17],
        [0.1, 0.12, 0.06],
        [0.17, 0.1, 0.04],
    ]
)


class Palette:
    """Skin textures `[20, 1024, 1024, 3]` bytes and a sheet of noise `[256, 256, 3]`, repeating."""

    def __init__(self, head: Head, held_out: bool = False):
        names = sorted(path.stem for path in SKINS.glob('*.jpg') if (path.stem in HELD_OUT) == held_out)
        self.skins = torch.stack(
            [torch.from_numpy(np.array(Image.open(SKINS / f'{name}.jpg').convert('RGB'))) for name in names]
        ).to(head.device)
        self.noise = torch.as_tensor(np.random.default_rng(5).normal(0, 1, (256, 256, 3)), dtype=torch.float32)
        self.noise = self.noise.to(head.device)
        self.head = head


def sample_sheet(sheet: torch.Tensor, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Bilinear, repeating; `sheet` `[H, W, C]`, x and y in its pixels -> `[P, C]`."""
    height, width = sheet.shape[:2]
    x0, y0 = x.floor(), y.floor()
    fx, fy = (x - x0)[:, None], (y - y0)[:, None]
    x0, y0 = x0.long(), y0.long()
    flat = sheet.reshape(height * width, -1)
    take = lambda dx, dy: flat[((y0 + dy) % height) * width + (x0 + dx) % width].float()
    top = take(0, 0) * (1 - fx) + take(1, 0) * fx
    return top * (1 - fy) + (take(0, 1) * (1 - fx) + take(1, 1) * fx) * fy


@dataclass
class Light:
    """Irradiance harmonics `[9, 3]`, order 2; the key light's direction `[3]` (toward it), colour `[3]`."""

    harmonics: torch.Tensor
    direction: torch.Tensor
    colour: torch.Tensor
    softness: float


def sample_light(rng: np.random.Generator, device: str) -> Light:
    tensor = lambda values: torch.as_tensor(values, dtype=torch.float32, device=device)
    ambient = rng.uniform(0.25, 1.0) * rng.uniform(0.85, 1.15, 3)
    harmonics = np.zeros((9, 3))
    harmonics[0] = ambient
    harmonics[1:4] = rng.normal(0, 0.35, (3, 1)) * ambient + rng.normal(0, 0.06, (3, 3))
    harmonics[1] -= 0.2 * ambient
    harmonics[4:] = rng.normal(0, 0.08, (5, 1)) * ambient
    direction = rng.normal(0, 1, 3) * [1.2, 0.8, 0.8] + [0, -0.6, -0.9]
    direction /= np.linalg.norm(direction)
    colour = rng.choice([0, rng.uniform(0.1, 0.8), rng.uniform(0.8, 2.5)], p=[0.15, 0.5, 0.35]) * rng.uniform(
        0.8, 1.2, 3
    )
    return Light(tensor(harmonics), tensor(direction), tensor(colour), np.exp(rng.uniform(np.log(0.001), np.log(0.02))))


def harmonic_light(normals: torch.Tensor, harmonics: torch.Tensor) -> torch.Tensor:
    x, y, z = normals.unbind(1)
    basis = torch.stack([torch.ones_like(x), y, z, x, x * y, y * z, 3 * z * z - 1, x * z, x * x - y * y], 1)
    return (basis @ harmonics).clamp_min(0.02)


def shadow(scene: Scene, light: Light, points: torch.Tensor, side: int = 224) -> torch.Tensor:
    """`[P]` share of the key light that reaches points, softened over `light.softness` metres."""
    forward = -light.direction
    right = F.normalize(torch.linalg.cross(forward, torch.tensor([0.13, 1.0, 0.21], device=points.device)), dim=0)
    axes = torch.stack([right, torch.linalg.cross(forward, right), forward])
    centre, span = scene.vertices[:5260].mean(0), 0.44
    # Far away, so that the rasteriser's perspective does no harm.
    place = lambda p: (
        (p - centre) @ axes.T * torch.tensor([side / span, side / span, 1.0], device=p.device)
        + torch.tensor([side / 2, side / 2, 100.0], device=p.device)
    )
    depth = rasterise(place(scene.vertices), scene.faces, side).depth
    at = place(points)
    lit = torch.zeros(len(points), device=points.device)
    reach = light.softness * side / span
    taps = [(0, 0), (1, 0.3), (-1, -0.3), (0.3, -1), (-0.3, 1), (0.6, 0.6), (-0.6, -0.6)]
    for dx, dy in taps:
        x = (at[:, 0] + dx * reach).long().clamp(0, side - 1)
        y = (at[:, 1] + dy * reach).long().clamp(0, side - 1)
        lit += at[:, 2] < depth[y, x] + 0.004 + 0.5 * light.softness
    return lit / len(taps)


@dataclass
class Look:
    """What a person's surfaces are like; drawn from the identity's seed."""

    skins: list[int]
    mix: float
    gain: torch.Tensor
    gamma: float
    gloss: float
    sharpness: float
    pores: float
    iris: torch.Tensor
    pupil: float
    lips: torch.Tensor
    lip_share: float


def sample_look(palette: Palette, identity: int) -> Look:
    own = np.random.default_rng([identity, 3])
    tensor = lambda values: torch.as_tensor(values, dtype=torch.float32, device=palette.head.device)
    return Look(
        skins=own.integers(0, len(palette.skins), 2).tolist(),
        mix=own.choice([0, own.uniform(0, 0.6)]),
        gain=tensor(own.uniform(0.65, 1.35) * own.normal(1, [0.07, 0.05, 0.08])),
        gamma=own.uniform(0.75, 1.4),
        gloss=np.exp(own.uniform(np.log(0.01), np.log(0.25))),
        sharpness=np.exp(own.uniform(np.log(8), np.log(60))),
        pores=own.uniform(0, 0.1),
        iris=tensor(IRISES[own.integers(len(IRISES))] * own.uniform(0.7, 1.4)),
        pupil=own.uniform(0.0012, 0.003),
        lips=tensor(own.uniform(0.2, 1) * np.array([0.5, 0.1, 0.1]) * own.uniform(0.6, 1.4, 3)),
        lip_share=own.uniform(0.2, 0.8) * (own.random() < 0.3),
    )


def eye_colour(directions: torch.Tensor, look: Look, palette: Palette, radius: float = 0.0125) -> torch.Tensor:
    """`[P, 3]` unit directions from the eyeball's centre at rest (looking along +z) -> linear colour."""
    x, y, z = directions.unbind(1)
    distance = torch.where(z > 0, torch.hypot(x, y) * radius, radius)
    step = lambda edge, width: ((distance - edge) / width + 0.5).clamp(0, 1)[:, None]
    fibre = 1 + 0.25 * sample_sheet(palette.noise, torch.atan2(y, x) * 30, distance * 3000)[:, :1]
    limbus = 1 - 0.75 * step(0.0056, 0.0018)
    redness = step(0.011, 0.008)
    white = torch.tensor([0.42, 0.38, 0.36], device=x.device) * (
        1 - redness * torch.tensor([0.08, 0.3, 0.34], device=x.device)
    )
    colour = white + (1 - step(0.0059, 0.0006)) * (look.iris * fibre * limbus - white)
    return colour * step(look.pupil, 0.0004) + 0.006


def shade(scene: Scene, raster: Raster, look: Look, light: Light, palette: Palette) -> torch.Tensor:
    """`[side, side, 3]` linear light, 0 where there is no surface."""
    head = palette.head
    covered = raster.index >= 0
    face, weights = raster.index[covered], raster.weights[covered]
    corners = scene.faces[face]
    table = torch.cat([scene.vertices, scene.normals, scene.rest, scene.colours], 1)
    values = sum(table[corners[:, k]] * weights[:, k, None] for k in range(3))
    points, normals, rest, albedo = (part.contiguous() for part in values.split(3, 1))
    normals, view = F.normalize(normals, dim=1), F.normalize(-points, dim=1)
    normals = torch.where((normals * view).sum(1, keepdim=True) < -0.2, -normals, normals)
    kind = scene.material[face]
    gloss = torch.full((len(face), 1), 0.0, device=head.device)
    sharpness = torch.full((len(face), 1), 20.0, device=head.device)
    painted = (kind == SKIN) | (kind == TEETH) | (kind == MOUTH)
    if painted.any():
        texture = skin_texture(face[painted], weights[painted], look, palette)
        lips = scene.rest[:5260, 2][head.regions['mouth']].amax()
        sunk = (1 - (lips - rest[painted, 2:] - 0.006) / 0.05).clamp(0, 1)
        texture = torch.where((kind[painted] == SKIN)[:, None], texture, texture * (0.12 + 0.88 * sunk * sunk))
        albedo[painted] = texture
    skin = kind == SKIN
    if skin.any():
        own = corners[skin]
        blend = lambda mask: (mask[own].float() * weights[skin]).sum(1, keepdim=True)
        place = rest[skin]
        sheet = sample_sheet(
            palette.noise, place[:, 0] * 900 + place[:, 2] * 300, place[:, 1] * 900 + place[:, 2] * 500
        )
        base = albedo[skin]
        base = base + blend(head.regions['mouth']) * look.lip_share * (look.lips - base) * 0.6
        cover = (blend(scene.paint) * (1 + 0.35 * sheet[:, :1])).clamp(0, 1)
        albedo[skin] = base + cover * (scene.hair_colour - base)
        normals[skin] = F.normalize(normals[skin] + look.pores * sheet, dim=1)
        gloss[skin], sharpness[skin] = look.gloss, look.sharpness
    eye = kind == EYE
    if eye.any():
        centres = (head.joint_regressor @ scene.rest[:5260])[3:5]
        side = (rest[eye][:, None] - centres).norm(dim=2).argmin(1)
        albedo[eye] = eye_colour(F.normalize(rest[eye] - centres[side], dim=1), look, palette)
        gloss[eye], sharpness[eye] = 1.2, 300.0
    gloss[kind == TEETH], sharpness[kind == TEETH] = 0.15, 60.0
    gloss[kind == MOUTH], sharpness[kind == MOUTH] = 0.08, 30.0
    hair = kind == HAIR
    if hair.any():
        place = rest[hair]
        around = torch.atan2(place[:, 0], place[:, 2]) * 90
        streak = sample_sheet(palette.noise, around + place[:, 0] * 400, place[:, 1] * 60 + around * 0.2)
        broad = sample_sheet(palette.noise, around * 0.25 + 7, place[:, 1] * 12)
        albedo[hair] = albedo[hair] * (1 + 0.45 * streak[:, :1] + 0.3 * broad[:, :1]).clamp(0.15, 3)
        normals[hair] = F.normalize(normals[hair] + 0.35 * streak, dim=1)
        gloss[hair], sharpness[hair] = 0.05, 14.0
    cloth = kind == CLOTH
    if cloth.any():
        place = rest[cloth]
        weave = sample_sheet(palette.noise, place[:, 0] * 250, place[:, 1] * 250 + place[:, 2] * 130)[:, :1]
        albedo[cloth] = albedo[cloth] * (1 + 0.12 * weave).clamp_min(0.2)
    facing = (normals * light.direction).sum(1, keepdim=True).clamp_min(0)
    reach = shadow(scene, light, points + 0.001 * normals)[:, None]
    halfway = F.normalize(view + light.direction, dim=1)
    shine = gloss * (normals * halfway).sum(1, keepdim=True).clamp_min(0) ** sharpness * (facing > 0)
    grazing = (1 - (normals * view).sum(1, keepdim=True).clamp(0, 1)) ** 4
    ambient = harmonic_light(normals, light.harmonics)
    mirrored = harmonic_light(
        F.normalize(2 * (normals * view).sum(1, keepdim=True) * normals - view, dim=1), light.harmonics
    )
    colour = albedo * (ambient + reach * facing * light.colour) + reach * shine * light.colour
    colour = colour + mirrored * gloss * (0.06 + 0.7 * grazing)
    picture = torch.zeros(*raster.index.shape, 3, device=head.device)
    picture[covered] = colour
    return picture


def skin_texture(face: torch.Tensor, weights: torch.Tensor, look: Look, palette: Palette) -> torch.Tensor:
    """`[P, 3]` linear colour of the head's atlas."""
    uv = (palette.head.uv[palette.head.uv_faces[face]] * weights[..., None]).sum(1)
    side = palette.skins.shape[1]
    x, y = uv[:, 0] * side - 0.5, (1 - uv[:, 1]) * side - 0.5
    colour = sample_sheet(palette.skins[look.skins[0]], x, y)
    if look.mix > 0:
        colour = colour + look.mix * (sample_sheet(palette.skins[look.skins[1]], x, y) - colour)
    linear = (colour / 255) ** 2.2
    # Contrast by brightness alone: per channel it would turn dark skin red.
    contrast = linear.mean(1, keepdim=True).clamp_min(1e-3) ** (look.gamma - 1)
    return (linear * contrast * look.gain).clamp(0, 1.2)
