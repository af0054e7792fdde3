"""
Renders ahead to disk: `python -m training.studio.shards [--folder training/cache/train] [--count 12000] [--held-out]`

A shard is a folder of three files that can be mapped: `images.npy` uint8 [n, 3, SIDE, SIDE], `vertices.npy` int16
[n, V, 2] in 1/32 pixel, `visible.npy` uint8 [n, ceil(V / 8)] bits. Shards that exist are kept, so it resumes; several
processes share the work when each has its own --part.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from .render import SIDE, Studio

SHARD = 250
UNITS = 32


def write_shard(studio: Studio, folder: Path, seed: int, count: int) -> None:
    vertex_count = studio.head.vertex_count
    images = np.empty((count, 3, SIDE, SIDE), np.uint8)
    vertices = np.empty((count, vertex_count, 2), np.int16)
    visible = np.empty((count, -(-vertex_count // 8)), np.uint8)
    for index in range(count):
        picture = studio.picture(seed, index)
        images[index] = picture.image.cpu().numpy()
        vertices[index] = (picture.vertices * UNITS).round().clamp(-32767, 32767).cpu().numpy()
        visible[index] = np.packbits(picture.visible.cpu().numpy())
    partial = folder.with_suffix('.partial')
    partial.mkdir(parents=True, exist_ok=True)
    for name, array in (('images', images), ('vertices', vertices), ('visible', visible)):
        np.save(partial / f'{name}.npy', array)
    partial.rename(folder)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('--folder', type=Path, default=Path('training/cache/train'))
    parser.add_argument('--count', type=int, default=12000)
    parser.add_argument('--first-seed', type=int, default=0)
    parser.add_argument('--part', type=int, default=0)
    parser.add_argument('--parts', type=int, default=1)
    parser.add_argument('--held-out', action='store_true')
    parser.add_argument('--device', default='cpu')
    options = parser.parse_args()
    torch.set_num_threads(1)
    studio = Studio(options.device, options.held_out)
    for number in range(options.part, -(-options.count // SHARD), options.parts):
        seed = options.first_seed + number
        folder = options.folder / f'{seed:05d}'
        if not folder.exists():
            write_shard(studio, folder, seed, min(SHARD, options.count - number * SHARD))
            print(folder, flush=True)


if __name__ == '__main__':
    main()
