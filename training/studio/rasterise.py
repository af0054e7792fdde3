"""Z-buffer rasteriser: a tensor form for any device and a compiled loop for the CPU that agrees with it."""

import ctypes
import functools
import hashlib
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

import torch

SOURCE = Path(__file__).with_name('rasterise.c')


class Raster(NamedTuple):
    """`index` `[H, W]` triangle or -1; `weights` `[H, W, 3]` barycentric on the surface; `depth` `[H, W]`, inf: none."""

    index: torch.Tensor
    weights: torch.Tensor
    depth: torch.Tensor


def rasterise(points: torch.Tensor, faces: torch.Tensor, side: int) -> Raster:
    """
    Draws triangles, seen from either side, into a square picture.

    points `[N, 3]`: x, y in pixels and depth, top-left pixel centre (0.5, 0.5); faces `[T, 3]`.
    """
    if points.device.type == 'cpu':
        return rasterise_compiled(points, faces, side)
    return rasterise_tensors(points, faces, side)


def rasterise_compiled(points: torch.Tensor, faces: torch.Tensor, side: int) -> Raster:
    points = points.to(torch.float32).contiguous()
    faces = faces.to(torch.int32).contiguous()
    index = torch.empty(side, side, dtype=torch.int32)
    weights, depth = torch.zeros(side, side, 3), torch.empty(side, side)
    pointers = [ctypes.c_void_p(t.data_ptr()) for t in (points, faces, index, weights, depth)]
    _library().rasterise(pointers[0], pointers[1], len(faces), side, *pointers[2:])
    return Raster(index.long(), weights, depth)


@functools.cache
def _library() -> ctypes.CDLL:
    """The compiled loop, kept in the system's folder for temporary files under the hash of its source."""
    digest = hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]
    target = Path(tempfile.gettempdir()) / f'flowfit-rasterise-{digest}.so'
    if not target.exists():
        partial = target.with_suffix('.partial')
        subprocess.run(['cc', '-O3', '-shared', '-fPIC', str(SOURCE), '-o', str(partial), '-lm'], check=True)
        partial.replace(target)
    return ctypes.CDLL(str(target))


def rasterise_tensors(points: torch.Tensor, faces: torch.Tensor, side: int) -> Raster:
    """Every triangle's bounding box is unrolled into fragments; the nearest fragment of a pixel wins."""
    device = points.device
    corners = points[faces]
    low = (corners[..., :2].amin(1) - 0.5).ceil().clamp(0, side).long()
    high = (corners[..., :2].amax(1) - 0.5).floor().clamp(-1, side - 1).long()
    extent = (high - low + 1).clamp_min(0)
    a, b, c = corners.unbind(1)
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    usable = (corners[..., 2] > 0).all(1) & (area.abs() >= 1e-9)
    count = extent.prod(1) * usable
    face = torch.repeat_interleave(torch.arange(len(faces), device=device), count)
    within = torch.arange(len(face), device=device) - (count.cumsum(0) - count)[face]
    x = low[face, 0] + within % extent[face, 0]
    y = low[face, 1] + within // extent[face, 0]
    p, q, r = a[face], b[face], c[face]
    px, py = x + 0.5, y + 0.5
    edge = lambda s, t: (s[:, 0] - px) * (t[:, 1] - py) - (s[:, 1] - py) * (t[:, 0] - px)
    weights = torch.stack([edge(q, r), edge(r, p), edge(p, q)], 1) / (area[face, None] * corners[face, :, 2])
    inside = (weights >= 0).all(1)
    face, weights, pixel = face[inside], weights[inside], (y * side + x)[inside]
    z = 1 / weights.sum(1)
    depth = torch.full((side * side,), torch.inf, device=device).scatter_reduce(0, pixel, z, 'amin')
    front = z == depth[pixel]
    # Of triangles at the very same depth the first one stays, as in a loop over them.
    index = torch.full((side * side,), len(faces), device=device)
    index = index.scatter_reduce(0, pixel[front], face[front], 'amin')
    chosen = front & (face == index[pixel])
    surface = torch.zeros(side * side, 3, device=device)
    surface[pixel[chosen]] = weights[chosen] * z[chosen, None]
    index = torch.where(index == len(faces), -1, index)
    return Raster(index.view(side, side), surface.view(side, side, 3), depth.view(side, side))
