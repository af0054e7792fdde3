"""Training crops from rendered shards: box errors, turns, mirrors, occluders, and everything that spoils photographs."""

import io
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch.utils.data import Dataset

from ..studio.backdrop import blur
from ..studio.head import CONTAINER, Head
from ..studio.shards import UNITS

CROP_SCALE = 1.5
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Crop(NamedTuple):
    """`image` `[3, S, S]` bytes; `vertices` `[V, 2]` crop pixels; `visible` `[V]`; `box` side of the crop's ideal box."""

    image: torch.Tensor
    vertices: torch.Tensor
    visible: torch.Tensor
    box: torch.Tensor


class Faces:
    """What the crop needs to know of the head."""

    def __init__(self, head: Head):
        self.face = head.regions['face'].cpu().numpy()
        frontal = head.template[:, :2].cpu().numpy()[self.face]
        self.frontal = (frontal - frontal.mean(0)) * [1, -1]
        self.mirror = np.load(CONTAINER)['mirror']

    def roll(self, vertices: np.ndarray) -> float:
        """Turn of the similarity that takes the frontal face nearest to the picture, radians."""
        picture = vertices[self.face] - vertices[self.face].mean(0)
        x, y = self.frontal.T
        return np.arctan2((x * picture[:, 1] - y * picture[:, 0]).sum(), (x * picture[:, 0] + y * picture[:, 1]).sum())

    def square(self, vertices: np.ndarray, roll: float) -> tuple[np.ndarray, float]:
        """Centre and side of the square around the face in the frame turned by `roll`."""
        turn = turn_by(roll)
        turned = vertices[self.face] @ turn
        low, high = turned.min(0), turned.max(0)
        return turn @ ((low + high) / 2), (high - low).max()


def occlude(image: torch.Tensor, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """
    Lays fingers, discs or boards over a picture `[3, S, S]` in [0, 1], some of them half transparent; the picture and
    the share of it that still shows, `[S, S]`.
    """
    side = image.shape[1]
    open_share = torch.ones(side, side)
    grid = (torch.arange(side) + 0.5) / side
    colour = np.array(rng.choice([[0.8, 0.6, 0.5], [0.5, 0.33, 0.25], [0.3, 0.2, 0.15]])) * rng.uniform(0.6, 1.2)
    kind, angle = rng.random(), rng.uniform(0, np.pi)
    centre = rng.uniform(0.05, 0.95, 2)
    if kind > 0.45:
        colour = rng.uniform(0, 1, 3)
    count = int(rng.integers(2, 6)) if kind < 0.45 else 1
    width = rng.uniform(0.02, 0.06) if kind < 0.45 else rng.uniform(0.03, 0.2)
    length = rng.uniform(0.1, 0.4) if kind < 0.7 else width
    for finger in range(count):
        place = centre + 2.05 * width * finger * np.array([-np.sin(angle), np.cos(angle)])
        tilt = angle + rng.normal(0, 0.06)
        x, y = grid[None] - place[0], grid[:, None] - place[1]
        u, v = np.cos(tilt) * x + np.sin(tilt) * y, np.cos(tilt) * y - np.sin(tilt) * x
        beyond = (u.abs() - length * rng.uniform(0.8, 1.1)).clamp_min(0)
        distance = torch.maximum(beyond, v.abs()) if kind > 0.85 else (beyond**2 + v**2).sqrt()
        cover = ((width - distance) * side).clamp(0, 1) * (1 if rng.random() < 0.75 else rng.uniform(0.3, 0.8))
        tone = torch.from_numpy(colour).float()[:, None, None] * (1 - 0.5 * (distance / width).clamp(0, 1) ** 2)
        image = image + cover * (tone - image)
        open_share = open_share * (1 - cover)
    return image, open_share


def recolour(image: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Exposure, mixed channels, saturation, sometimes grey; `[3, S, S]`."""
    if rng.random() < 0.7:
        change = rng.normal(0, 0.04, (3, 3)) + np.diag(np.exp(rng.normal(0, 0.1, 3)))
        change = np.exp(rng.normal(0, 0.18)) * change
        image = torch.einsum('ij,jhw->ihw', torch.from_numpy(change).float(), image) + rng.normal(0, 0.05)
    share = 1.0 if rng.random() < 0.08 else rng.uniform(-0.4, 0.7) * (rng.random() < 0.4)
    if share:
        image = image + share * (image.mean(0, keepdim=True) - image)
    return image


def spoil(image: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Colour, blur, resolution, noise and compression; `[3, S, S]` in [0, 1] -> bytes."""
    side = image.shape[1]
    image = recolour(image, rng)
    if rng.random() < 0.25:
        image = blur(image, rng.uniform(0.4, 2.2))
    small = int(np.exp(rng.uniform(np.log(44), np.log(240)))) if rng.random() < 0.3 else side
    if small < side:
        image = F.interpolate(image[None], size=(small, small), mode='bilinear', antialias=True, align_corners=False)[0]
    if rng.random() < 0.45:
        image = image + rng.uniform(0.005, 0.07) * torch.randn(
            image.shape, generator=torch.Generator().manual_seed(int(rng.integers(2**31)))
        )
    image = image.clamp(0, 1)
    if rng.random() < 0.3:
        packed = io.BytesIO()
        Image.fromarray((image * 255).byte().permute(1, 2, 0).numpy()).save(
            packed, 'JPEG', quality=int(rng.integers(15, 92))
        )
        image = torch.from_numpy(np.array(Image.open(packed))).permute(2, 0, 1).float() / 255
    if small < side:
        image = F.interpolate(image[None], size=(side, side), mode='bilinear', align_corners=False)[0]
    return (image * 255).round().clamp(0, 255).byte()


def miss(centre: np.ndarray, size: float, roll: float, reach: float, hard: bool, rng: np.random.Generator):
    """A box that misses the face by up to `reach` of its size, 0.7 to 1.3 times as large, turned; gently unless `hard`."""
    centre = centre + rng.uniform(-reach, reach, 2) * size * rng.random() * (1 if hard else 0.4)
    size = size * np.exp(rng.uniform(np.log(0.7), np.log(1.3)) * rng.random() ** 0.5 * (1 if hard else 0.4))
    roll = roll + np.radians(rng.uniform(-40, 40) if hard and rng.random() < 0.4 else rng.normal(0, 8 if hard else 4))
    return centre, size, roll


def turn_by(roll: float) -> np.ndarray:
    """`[2, 2]`: picture from the frame turned by `roll`."""
    return np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])


def sampling_grid(centre: np.ndarray, size: float, roll: float, side: int, width: int) -> torch.Tensor:
    """`[1, side, side, 2]` where the turned square of a picture `width` pixels wide reads, as `grid_sample` wants it."""
    theta = np.concatenate([turn_by(roll) * size / width, (2 * centre / width - 1)[:, None]], 1)
    return F.affine_grid(torch.from_numpy(theta)[None].float(), [1, 3, side, side], align_corners=False)


def finished_shards(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and path.suffix != '.partial')


class CropSet(Dataset):
    """
    Crops of rendered pictures; shards that appear in the folder later are found by a new set.

    spoilt: False for the plain evaluation: exact boxes and clean pictures. hard: share of the spoilt crops that have all
    that can happen to them; the others have small box errors and changes of colour.
    """

    def __init__(self, folder: Path, side: int, seed: int = 0, spoilt: bool = True, hard: float = 1.0):
        self.shards = finished_shards(folder)
        self.maps = [
            tuple(np.load(path / f'{name}.npy', mmap_mode='r') for name in ('images', 'vertices', 'visible'))
            for path in self.shards
        ]
        self.starts = np.cumsum([0] + [len(images) for images, _, _ in self.maps])
        self.side, self.seed, self.spoilt, self.hard = side, seed, spoilt, hard
        self.faces = Faces(Head())

    def __len__(self) -> int:
        return int(self.starts[-1])

    def __getitem__(self, number: int) -> Crop:
        """`number` counts on over epochs: picture number modulo length, with its own chance."""
        rng = np.random.default_rng([self.seed, number])
        number %= len(self)
        shard = int(np.searchsorted(self.starts, number, side='right')) - 1
        images, all_vertices, bits = (part[number - self.starts[shard]] for part in self.maps[shard])
        vertices = all_vertices.astype(np.float32) / UNITS
        visible = np.unpackbits(bits)[: len(vertices)].astype(bool)
        image = torch.from_numpy(images.astype(np.float32) / 255)
        if self.spoilt and rng.random() < 0.5:
            image = image.flip(2)
            vertices = vertices[self.faces.mirror] * [-1, 1] + [image.shape[2], 0]
            visible = visible[self.faces.mirror]
        roll = self.faces.roll(vertices)
        centre, box = self.faces.square(vertices, roll)
        size = box * CROP_SCALE
        hard = self.spoilt and rng.random() < self.hard
        if self.spoilt:
            centre, size, roll = miss(centre, size, roll, 0.12, hard, rng)
        cropped, placed = self.cut(image, vertices, centre, size, roll, rng)
        while hard and rng.random() < 0.3:
            cropped, _ = occlude(cropped, rng)
        if hard:
            cropped = spoil(cropped, rng)
        elif self.spoilt:
            cropped = recolour(cropped, rng).clamp(0, 1)
        if not hard:
            cropped = (cropped * 255).round().byte()
        scale = torch.tensor(box * self.side / size, dtype=torch.float32)
        return Crop(cropped, torch.from_numpy(placed).float(), torch.from_numpy(visible), scale)

    def cut(self, image, vertices, centre, size, roll, rng):
        """The turned square of a picture, black or mirrored beyond its border, and the vertices in it."""
        placed = (vertices - centre) @ turn_by(roll) * (self.side / size) + self.side / 2
        grid = sampling_grid(centre, size, roll, self.side, image.shape[2])
        beyond = 'reflection' if self.spoilt and rng.random() < 0.5 else 'zeros'
        return F.grid_sample(image[None], grid, padding_mode=beyond, align_corners=False)[0], placed


def normalise(images: torch.Tensor) -> torch.Tensor:
    """Bytes `[N, 3, S, S]` -> the network's input."""
    mean, std = (torch.tensor(values, device=images.device).view(1, 3, 1, 1) for values in (MEAN, STD))
    return ((images.float() / 255 - mean) / std).contiguous(memory_format=torch.channels_last)
