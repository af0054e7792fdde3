"""Training crops of whole heads: what spoils photographs as for `uvflow`, the canonical map read beside the picture."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch.utils.data import Dataset

from ..uvflow.data import finished_shards, miss, occlude, recolour, sampling_grid, spoil
from .shards import LEVELS

CROP_SCALE = 2.4
# By how much of its side a box misses: as many face widths as in `uvflow`.
REACH = 0.075


class Crop(NamedTuple):
    """`image` `[3, S, S]` bytes; `canonical` `[3, S, S]` unit cube; `parts` `[S, S]` index into `PARTS`, 0: not the head."""

    image: torch.Tensor
    canonical: torch.Tensor
    parts: torch.Tensor


class CropSet(Dataset):
    """
    Crops of rendered pictures; shards that appear in the folder later are found by a new set.

    spoilt: False for the plain evaluation: exact boxes and clean pictures. hard: share of the spoilt crops that have all
    that can happen to them; the others have small box errors and changes of colour.
    """

    def __init__(self, folder: Path, side: int, seed: int = 0, spoilt: bool = True, hard: float = 0.5):
        self.shards = finished_shards(folder)
        names = ('images', 'canonical', 'parts', 'squares')
        self.files = [tuple(np.load(path / f'{name}.npy', mmap_mode='r') for name in names) for path in self.shards]
        self.starts = np.cumsum([0] + [len(images) for images, *_ in self.files])
        self.side, self.seed, self.spoilt, self.hard = side, seed, spoilt, hard

    def __len__(self) -> int:
        return int(self.starts[-1])

    def __getitem__(self, number: int) -> Crop:
        """`number` counts on over epochs: picture number modulo length, with its own chance."""
        rng = np.random.default_rng([self.seed, number])
        number %= len(self)
        shard = int(np.searchsorted(self.starts, number, side='right')) - 1
        image, canonical, parts, square = (part[number - self.starts[shard]] for part in self.files[shard])
        image = torch.from_numpy(image.astype(np.float32) / 255)
        known = torch.from_numpy(np.concatenate([canonical, parts[None]]).astype(np.float32))
        centre, size, roll = square[:2].astype(np.float64), float(square[2]) * CROP_SCALE, float(square[3])
        if self.spoilt and rng.random() < 0.5:
            image, known = image.flip(2), known.flip(2)
            known[0] = torch.where(known[3] > 0, LEVELS + 2 - known[0], 0)
            centre, roll = centre * [-1, 1] + [image.shape[2], 0], -roll
        hard = self.spoilt and rng.random() < self.hard
        if self.spoilt:
            centre, size, roll = miss(centre, size, roll, REACH, hard, rng)
        grid = sampling_grid(centre, size, roll, self.side, image.shape[2])
        image = F.grid_sample(image[None], grid, align_corners=False)[0]
        # Between neighbours across an edge there is no place: the nearest pixel's is taken.
        known = F.grid_sample(known[None], grid, mode='nearest', align_corners=False)[0]
        while hard and rng.random() < 0.3:
            image, still_open = occlude(image, rng)
            known = torch.where(still_open >= 0.5, known, 0)
        if hard:
            image = spoil(image, rng)
        else:
            image = (recolour(image, rng) if self.spoilt else image).clamp(0, 1).mul(255).round().byte()
        return Crop(image, (known[:3] - 1).clamp_min(0) / LEVELS, known[3].to(torch.uint8))
