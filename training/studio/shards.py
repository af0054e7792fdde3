"""
Renders ahead to disk: `python -m training.studio.shards [--folder training/cache/train] [--count 12000] [--held-out]`

A shard is a folder of three files that can be mapped: `images.npy` uint8 [n, 3, SIDE, SIDE], `vertices.npy` int16
[n, V, 2] in 1/32 pixel, `visible.npy` uint8 [n, ceil(V / 8)] bits. Shards that exist are kept, so it resumes; several
processes share the work when each has its own --part.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from .render import FRAME_SCALE, SIDE, Picture, Studio

SHARD = 250
UNITS = 32


def projections(studio: Studio, picture: Picture) -> dict[str, np.ndarray]:
    """A picture with its vertices, as a shard of `uvflow` keeps them."""
    return {
        'images': picture.image.cpu().numpy(),
        'vertices': (picture.vertices * UNITS).round().clamp(-32767, 32767).cpu().numpy().astype(np.int16),
        'visible': np.packbits(picture.visible.cpu().numpy()),
    }


def write_shard(studio: Studio, folder: Path, seed: int, count: int, columns: Callable) -> None:
    """One file per entry of what `columns(studio, picture)` answers, all pictures stacked."""
    rows = [columns(studio, studio.picture(seed, index)) for index in range(count)]
    partial = folder.with_suffix('.partial')
    partial.mkdir(parents=True, exist_ok=True)
    for name in rows[0]:
        np.save(partial / f'{name}.npy', np.stack([row[name] for row in rows]))
    partial.rename(folder)


def render_ahead(default: Path, count: int, columns: Callable, side: int, frame_scale: float) -> None:
    """The command line: the missing shards of a folder, one after the other."""
    parser = argparse.ArgumentParser()
    parser.add_argument('--folder', type=Path, default=default)
    parser.add_argument('--count', type=int, default=count)
    parser.add_argument('--first-seed', type=int, default=0)
    parser.add_argument('--part', type=int, default=0)
    parser.add_argument('--parts', type=int, default=1)
    parser.add_argument('--held-out', action='store_true')
    parser.add_argument('--device', default='cpu')
    options = parser.parse_args()
    torch.set_num_threads(1)
    studio = Studio(options.device, options.held_out, side, frame_scale)
    for number in range(options.part, -(-options.count // SHARD), options.parts):
        seed = options.first_seed + number
        folder = options.folder / f'{seed:05d}'
        if not folder.exists():
            write_shard(studio, folder, seed, min(SHARD, options.count - number * SHARD), columns)
            print(folder, flush=True)


if __name__ == '__main__':
    render_ahead(Path('training/cache/train'), 12000, projections, SIDE, FRAME_SCALE)
