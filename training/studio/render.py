"""Pictures with ground truth; picture `index` of a seed is always the same."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from .backdrop import backdrop
from .head import Head
from .people import sample_person
from .rasterise import Raster, rasterise
from .scene import SKIN, Scene, Wardrobe, build_scene
from .shade import Light, Palette, sample_light, sample_look, shade

# Pixels of a stored picture; its width is this many sides of the square around the face. Both for `uvflow`.
SIDE = 288
FRAME_SCALE = 1.95
OVERSAMPLING = 1.25


@dataclass
class Picture:
    """
    `image` `[3, side, side]` bytes; `vertices` `[V, 2]` pixels of it; `visible` `[V]`; `depth` `[V]` metres.
    What is dense (`maps`) is made on demand, as it follows from the seed.
    """

    image: torch.Tensor
    vertices: torch.Tensor
    visible: torch.Tensor
    depth: torch.Tensor
    scene: Scene
    raster: Raster


class Studio:
    """
    Renders people; `held_out` uses the skins and the identities that training never sees. Pictures are `side` pixels and
    `frame_scale` sides of the square around the face wide.
    """

    def __init__(
        self, device: str = 'cpu', held_out: bool = False, side: int = SIDE, frame_scale: float = FRAME_SCALE
    ):
        self.side, self.frame_scale = side, frame_scale
        self.head = Head(device)
        self.wardrobe = Wardrobe(self.head)
        self.palette = Palette(self.head, held_out)
        self.held_out = held_out

    def picture(self, seed: int, index: int) -> Picture:
        head, device = self.head, self.head.device
        rng = np.random.default_rng([seed, index, int(self.held_out)])
        # Even numbers train, odd ones test.
        identity = 2 * int(rng.integers(0, 2**30)) + int(self.held_out)
        person = sample_person(head, rng, identity)
        scene = build_scene(self.wardrobe, person, rng, identity)
        side = round(self.side * OVERSAMPLING)
        project = frame_face(person.vertices, head.regions['face'], side, self.frame_scale)
        raster = rasterise(project(scene.vertices), scene.faces, side)
        light = sample_light(rng, device)
        linear = shade(scene, raster, sample_look(self.palette, identity), light, self.palette)
        linear = linear.permute(2, 0, 1)
        covered = (raster.index >= 0).float()
        if scene.lenses:
            linear = behind_glass(linear, raster, project(scene.lenses[0]), scene.lenses[1], rng, light)
        back = backdrop(rng, side, device)
        face = (scene.material[raster.index.clamp_min(0)] == SKIN) & (raster.index >= 0)
        # Cameras expose between the face and the light, so that dark skin stays dark.
        level = linear[:, face].mean() if face.any() else linear.mean()
        level = (level.clamp_min(1e-3) * 0.35 * light.harmonics[0].mean()).sqrt()
        exposure = np.exp(rng.normal(np.log(0.2), 0.5)) / level
        back = (
            back * rng.choice([1, light.harmonics[0].mean().item()]) / exposure.sqrt()
            if rng.random() < 0.5
            else back * 0.2 / level
        )
        linear = (covered * linear + (1 - covered) * back) * exposure
        size = (self.side, self.side)
        linear = F.interpolate(linear[None], size=size, mode='bilinear', antialias=True, align_corners=False)[0]
        image = develop(linear, rng)
        points = project(person.vertices)
        return Picture(image, points[:, :2] / OVERSAMPLING, visibility(points, raster), points[:, 2], scene, raster)


def frame_face(vertices: torch.Tensor, face: torch.Tensor, side: int, frame_scale: float):
    """The projection of camera-frame points that puts the square around the face in the middle of the picture."""
    flat = vertices[face][:, :2] / vertices[face][:, 2:]
    low, high = flat.amin(0), flat.amax(0)
    focal = side / (frame_scale * (high - low).max())
    middle = (low + high) / 2
    return lambda points: torch.cat([(points[:, :2] / points[:, 2:] - middle) * focal + side / 2, points[:, 2:]], 1)


def behind_glass(linear, raster, points, faces, rng, light: Light):
    """Lenses over what is behind them: clear, dark or mirroring."""
    lens = rasterise(points, faces, linear.shape[-1])
    front = ((lens.index >= 0) & (lens.depth < raster.depth)).float()
    dark = rng.random() < 0.3
    tint = torch.as_tensor(
        rng.uniform(0.02, 0.4) * rng.uniform(0.6, 1.4, 3) if dark else rng.uniform(0.8, 1, 3),
        dtype=torch.float32,
        device=linear.device,
    )
    glare = rng.choice([0, rng.uniform(0, 0.15), rng.uniform(0.1, 0.6)])
    side = linear.shape[-1]
    slope = torch.linspace(-1, 1, side, device=linear.device)
    window = (
        (slope[None] * rng.normal(0, 6) + slope[:, None] * rng.normal(0, 6) + rng.normal(0, 0.7)).clamp(0, 1)
    ) * glare
    seen = linear * tint[:, None, None] + window * (light.harmonics[0] + light.colour)[:, None, None]
    return linear + front * (seen - linear)


def develop(linear: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Linear light to bytes: white balance, tone curve, sRGB."""
    cast = torch.as_tensor(np.exp(rng.normal(0, 0.07, 3)), dtype=torch.float32, device=linear.device)
    light = linear * cast[:, None, None]
    if rng.random() < 0.5:
        light = 1 - torch.exp(-1.25 * light)
    light = light.clamp(0, 1)
    encoded = torch.where(light < 0.0031308, 12.92 * light, 1.055 * light.clamp_min(1e-5) ** (1 / 2.4) - 0.055)
    return (encoded * 255).round().to(torch.uint8)


def visibility(points: torch.Tensor, raster: Raster, slack: float = 0.004) -> torch.Tensor:
    """`[V]` whether nothing lies more than `slack` metres in front of a vertex inside the picture."""
    side = raster.depth.shape[0]
    x, y = points[:, 0].floor().long(), points[:, 1].floor().long()
    inside = (x >= 0) & (y >= 0) & (x < side) & (y < side)
    seen = raster.depth[y.clamp(0, side - 1), x.clamp(0, side - 1)]
    return inside & (points[:, 2] < seen + slack)


def maps(picture: Picture, head: Head) -> dict[str, torch.Tensor]:
    """
    Dense ground truth at the raster's size: `canonical` (place on the template or, for hair and what is worn, over it,
    metres, head frame), NaN off the head; and of the head's own surface alone `depth` metres, `normals` camera frame and
    `region` (index into the sorted names of the head's regions), NaN or -1 off it.
    """
    raster, scene = picture.raster, picture.scene
    own = (raster.index >= 0) & (raster.index < len(head.faces))
    face, weights = raster.index[own], raster.weights[own]

    def dense(values: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        full = torch.full((*raster.index.shape, 3), torch.nan, device=head.device)
        full[mask] = (values[scene.faces[raster.index[mask]]] * raster.weights[mask][..., None]).sum(1)
        return full

    region = torch.full(raster.index.shape, -1, device=head.device)
    nearest = head.faces[face].gather(1, weights.argmax(1, keepdim=True))[:, 0]
    label = torch.zeros(head.vertex_count, dtype=torch.long, device=head.device)
    for i, name in enumerate(sorted(head.regions)):
        if name not in ('skin', 'face'):
            label[head.regions[name]] = i
    region[own] = label[nearest]
    depth = torch.where(own, raster.depth, torch.nan)
    canonical = dense(scene.canonical, raster.index >= 0)
    return {'depth': depth, 'normals': dense(scene.normals, own), 'canonical': canonical, 'region': region}
