"""
Renders whole heads ahead: `python -m training.canonical.shards [--count 4000]`, and once
`--folder training/cache/canonical-test --count 250 --held-out --first-seed 900`; options as `training.studio.shards`.

A shard is a folder of four files that can be mapped: `images.npy` uint8 [n, 3, S, S]; `canonical.npy` uint16 [n, 3, S, S],
0 where there is no head, else 1 + 65534 times the cube's coordinate; `parts.npy` uint8 [n, S, S], which part of the head
(`PARTS`); `squares.npy` float32 [n, 4], centre x and y, side and roll of the square around the face, pixels and radians.
"""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import torch

from ..studio.head import Head
from ..studio.rasterise import rasterise
from ..studio.render import Picture, Studio, frame_face, maps
from ..studio.scene import CLOTH, HAIR
from ..studio.shards import render_ahead
from ..uvflow.data import Faces
from .cube import Cube

# Pixels of a stored picture; its width is this many sides of the square around the face.
SIDE = 240
FRAME_SCALE = 3.0

LEVELS = 65534

# What `parts.npy` counts: nothing, then these. `skull` is the skin that the others leave.
PARTS = ('none', 'face', 'ears', 'neck', 'skull', 'hair', 'worn')


@cache
def measures(head: Head) -> tuple[Cube, Faces, torch.Tensor]:
    """What every picture needs of a head: its cube, its square, and the part of each vertex `[V]`."""
    part = torch.full((head.vertex_count,), PARTS.index('skull'))
    for name in ('neck', 'ears', 'face'):
        part[head.regions[name].cpu()] = PARTS.index(name)
    # What lies inside the face (eyeballs, teeth, tongue) counts as the face.
    part[~head.regions['skin'].cpu()] = PARTS.index('face')
    return Cube(head), Faces(head), part.to(head.device)


def part_map(picture: Picture, known: torch.Tensor, part: torch.Tensor) -> torch.Tensor:
    """`[S, S]` index into `PARTS` of every pixel of the picture's raster; `known` `[S, S]` where the head is."""
    raster, scene = picture.raster, picture.scene
    face = raster.index.clamp_min(0)
    corner = scene.faces[face].gather(-1, raster.weights.argmax(-1, keepdim=True))[..., 0]
    worn = {HAIR: PARTS.index('hair'), CLOTH: PARTS.index('worn')}
    label = part[corner.clamp_max(len(part) - 1)]
    for material, number in worn.items():
        label = torch.where(scene.material[face] == material, number, label)
    return torch.where(known, label, 0)


def canonical_columns(studio: Studio, picture: Picture) -> dict[str, np.ndarray]:
    """A picture with its canonical map at the picture's own size."""
    head = studio.head
    cube, faces, part = measures(head)
    posed = picture.scene.vertices
    project = frame_face(posed[: head.vertex_count], head.regions['face'], studio.side, studio.frame_scale)
    exact = replace(picture, raster=rasterise(project(posed), picture.scene.faces, studio.side))
    canonical = cube.place(maps(exact, head)['canonical'])
    known = ~canonical[..., 0].isnan()
    stored = torch.where(known[..., None], 1 + (canonical.nan_to_num() * LEVELS).round(), 0)
    vertices = picture.vertices.cpu().numpy()
    roll = faces.roll(vertices)
    centre, side = faces.square(vertices, roll)
    return {
        'images': picture.image.cpu().numpy(),
        'canonical': stored.permute(2, 0, 1).cpu().numpy().astype(np.uint16),
        'parts': part_map(exact, known, part).cpu().numpy().astype(np.uint8),
        'squares': np.float32([*centre, side, roll]),
    }


if __name__ == '__main__':
    render_ahead(Path('training/cache/canonical-train'), 4000, canonical_columns, SIDE, FRAME_SCALE)
