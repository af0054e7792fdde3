"""
The three grids between a picture and the head's vertices, and the linear maps between them.

The network works on a `chart`: the UV square of `open-head/1` pulled apart around the face, with the mouth and the eyes
opened, so that few texels serve ears and neck. Its answer is resampled to the contract's UV square (`OUTPUT` texels a
side), where every vertex reads bilinearly. What a coarse chart cannot hold - the folds of the ears, the edges of the lids -
is linear in what it can: `detail_basis` finds that map from the head model alone.
"""

import numpy as np
import torch
import torch.nn.functional as F

from ..studio.head import Head
from ..studio.rasterise import rasterise

CHART = 32
OUTPUT = 192


def open_slit(z: np.ndarray, centre: complex, half: float, share: float) -> np.ndarray:
    """Joukowski's map: opens a horizontal slit of the complex plane toward a circle, `share` of the way."""
    offset = z - centre
    round_half = half / 2
    opened = (offset + np.sqrt(offset - 2 * round_half) * np.sqrt(offset + 2 * round_half)) / 2
    return centre + (1 - share) * offset + share * opened


def chart_of(uv: np.ndarray) -> np.ndarray:
    """`[P, 2]` UV (v up) -> `[P, 2]` chart coordinates in [0, 1] (row 0 at the bottom, as v)."""
    z = uv[:, 0] + 1j * uv[:, 1]
    z = open_slit(z, 0.5 + 0.5985j, 0.0245, 0.7)
    for side in (0.45, 0.55):
        z = open_slit(z, side + 0.7035j, 0.0105, 0.7)
    offset = z - (0.5 + 0.65j)
    radius, near = np.abs(offset), 0.08
    disc = offset / np.maximum(radius, 1e-9) * np.arcsinh(radius / near) / np.arcsinh(0.75 / near)
    # A disc to a square, so that the corners serve too.
    x, y = disc.real, disc.imag
    root = lambda value: np.sqrt(np.maximum(value, 0))
    a, b, s = 2 + x * x - y * y, 2 - x * x + y * y, 2 * np.sqrt(2)
    square = [0.5 * (root(a + s * x) - root(a - s * x)), 0.5 * (root(b + s * y) - root(b - s * y))]
    return 0.5 + 0.5 * np.stack(square, 1)


def bilinear_taps(uv: np.ndarray, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Texels `[P, 4]` and weights `[P, 4]` that a point reads from a grid whose row 0 is the top (v = 1)."""
    x, y = uv[:, 0] * side - 0.5, (1 - uv[:, 1]) * side - 0.5
    x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
    fx, fy = x - x0, y - y0
    texels, weights = [], []
    for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
        texels.append(np.clip(y0 + dy, 0, side - 1) * side + np.clip(x0 + dx, 0, side - 1))
        weights.append((fx if dx else 1 - fx) * (fy if dy else 1 - fy))
    return np.stack(texels, 1), np.stack(weights, 1)


def dense_matrix(taps: tuple[np.ndarray, np.ndarray], columns: int) -> np.ndarray:
    texels, weights = taps
    matrix = np.zeros((len(texels), columns), np.float32)
    np.add.at(matrix, (np.arange(len(texels))[:, None], texels), weights.astype(np.float32))
    return matrix


def texel_centres(side: int) -> np.ndarray:
    """`[side side, 2]` UV of texel centres, row 0 at the top."""
    place = (np.arange(side) + 0.5) / side
    u, v = np.meshgrid(place, 1 - place)
    return np.stack([u.ravel(), v.ravel()], 1)


def chart_centres_in_uv() -> np.ndarray:
    """`[CHART CHART, 2]` UV under the centre of every chart texel, by search (the chart has no closed inverse)."""
    fine = texel_centres(400)
    tree = torch.from_numpy(chart_of(fine)).float()
    wanted = torch.from_numpy(texel_centres(CHART)).float()
    nearest = torch.cat([torch.cdist(part, tree).argmin(1) for part in wanted.split(64)])
    return fine[nearest.numpy()]


def surface_taps(head: Head, points: np.ndarray, side: int = 1024) -> tuple[np.ndarray, np.ndarray]:
    """
    Vertices `[P, 3]` and weights `[P, 3]` of the surface under UV points; points beside the atlas take the nearest
    triangle's border.
    """
    uv, corners = head.uv.cpu(), head.uv_faces.cpu()
    flat = torch.stack([uv[:, 0] * side, (1 - uv[:, 1]) * side, torch.ones(len(uv))], 1)
    index = rasterise(flat, corners, side).index
    while (index < 0).any():
        around = F.max_pool2d(index[None, None].float(), 3, 1, 1)[0, 0].long()
        index = torch.where(index < 0, around, index)
    place = torch.from_numpy(points).double()
    column, row = (place[:, 0] * side).long(), ((1 - place[:, 1]) * side).long()
    face = index[row.clamp(0, side - 1), column.clamp(0, side - 1)]
    a, b, c = uv[corners[face]].double().unbind(1)
    edge = lambda s, t: (
        (s[:, 0] - place[:, 0]) * (t[:, 1] - place[:, 1]) - (s[:, 1] - place[:, 1]) * (t[:, 0] - place[:, 0])
    )
    weights = torch.stack([edge(b, c), edge(c, a), edge(a, b)], 1)
    weights = (weights / weights.sum(1, keepdim=True)).clamp(0, 1)
    return head.faces.cpu()[face].numpy(), (weights / weights.sum(1, keepdim=True)).numpy()


class Atlas:
    """The linear maps, as float32 matrices; n_c = CHART CHART chart texels, n_o = OUTPUT OUTPUT output texels."""

    def __init__(self, head: Head):
        self.layout_hash = head.layout_hash
        vertex_uv = head.uv_vertices.cpu().numpy().astype(np.float64)
        centres = texel_centres(OUTPUT)
        """`[n_o, 4]`: what each output texel reads from the chart; `[V, 4]`: what each vertex reads from the output."""
        self.output_taps = bilinear_taps(chart_of(centres), CHART)
        self.vertex_taps = bilinear_taps(vertex_uv, OUTPUT)
        """`[n_c, 3]`: the surface under each chart texel."""
        self.chart_surface = surface_taps(head, chart_centres_in_uv())
        counted = (head.vertex_weights > 0.5).cpu().numpy()
        self.weights = head.vertex_weights.cpu().numpy()
        touched = np.unique(self.vertex_taps[0][counted])
        rows, columns = touched // OUTPUT, touched % OUTPUT
        """Rows and columns `(top, bottom, left, right)` of the output that face and ears read."""
        self.window = (rows.min(), rows.max() + 1, columns.min(), columns.max() + 1)
        inside = np.zeros((OUTPUT, OUTPUT), bool)
        inside[self.window[0] : self.window[1], self.window[2] : self.window[3]] = True
        """`[n_w]` output texels of the window."""
        self.window_texels = np.flatnonzero(inside)
        self.window_surface = surface_taps(head, centres[self.window_texels])
        self.counted = np.flatnonzero(counted)

    def read_chart(self, chart: np.ndarray) -> np.ndarray:
        """`[n_c, K]` -> `[V, K]`, without detail."""
        texels, weights = self.output_taps
        output = (chart[texels] * weights[..., None]).sum(1)
        return self.read_output(output)

    def read_output(self, output: np.ndarray) -> np.ndarray:
        """`[n_o, K]` -> `[V, K]`."""
        texels, weights = self.vertex_taps
        return (output[texels] * weights[..., None]).sum(1)


def surface_values(taps: tuple[np.ndarray, np.ndarray], values: np.ndarray) -> np.ndarray:
    """`[V, K]` -> `[P, K]`."""
    vertices, weights = taps
    return (values[vertices] * weights[..., None]).sum(1)
