"""Hair, beards and caps: a shell grown over part of the head, ragged, with loose strands."""

from typing import NamedTuple

import numpy as np
import torch

from .head import vertex_normals


class Growth(NamedTuple):
    """
    `vertices` `[N, 3]` = `offsets` + the head's vertices mixed by `anchors` `[N, 3]` with `shares` `[N, 3]`; so growth
    made on the head at rest follows it anywhere. `faces` `[T, 3]`.
    """

    anchors: torch.Tensor
    shares: torch.Tensor
    offsets: torch.Tensor
    faces: torch.Tensor

    def on(self, vertices: torch.Tensor, rotation: torch.Tensor) -> torch.Tensor:
        """The growth's vertices on a posed head, whose frame `rotation` turns the offsets into."""
        return (vertices[self.anchors] * self.shares[..., None]).sum(1) + self.offsets @ rotation.T


def signed_distance(points: torch.Tensor, inside: torch.Tensor) -> torch.Tensor:
    """`[V]` metres from the border of a region of vertices, negative inside."""
    gaps = torch.cdist(points, points)
    outward = gaps.masked_fill(~inside[None], torch.inf).amin(1)
    inward = gaps.masked_fill(inside[None], torch.inf).amin(1)
    return torch.where(inside, -inward, outward)


def subdivide(shares: torch.Tensor, faces: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Splits every triangle in four at its edges' middles; `shares` `[N, C]` are any values of the vertices."""
    edges = torch.stack([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]], 1).sort(-1).values
    keys, place = (edges[..., 0] * len(shares) + edges[..., 1]).unique(return_inverse=True)
    unique = torch.stack([keys // len(shares), keys % len(shares)], 1)
    middle = place.view(-1, 3) + len(shares)
    (a, b, c), (ab, bc, ca) = faces.unbind(1), middle.unbind(1)
    split = [[a, ab, ca], [ab, b, bc], [ca, bc, c], [ab, bc, ca]]
    return torch.cat([shares, shares[unique].mean(1)]), torch.cat([torch.stack(part, 1) for part in split])


def grow(
    rest: torch.Tensor,
    faces: torch.Tensor,
    cover: torch.Tensor,
    rng: np.random.Generator,
    thickness: float,
    fall: float = 0.0,
    fringe: float = 0.0,
    ragged: float = 0.3,
    strands: int = 0,
    strand_length: float = 0.03,
) -> Growth | None:
    """
    Grows a shell where `cover` `[V]` > 0, full thickness from 1 on; metres, head frame.

    fall: how far the lower edge of the shell hangs down, as long hair does; fringe: how far its front edge does.
    """
    device = rest.device
    tensor = lambda values: torch.as_tensor(values, dtype=torch.float32, device=device)
    faces = faces[(cover[faces] > 0).all(1)]
    if len(faces) < 20:
        return None
    used, faces = faces.unique(return_inverse=True)
    faces = faces.view(-1, 3)
    values = torch.cat([rest, vertex_normals(rest, used[faces]), cover[:, None].clamp(0, 1)], 1)[used]
    for _ in range(2 if len(faces) < 1500 else 1):
        values, faces = subdivide(values, faces)
    places, normals, full = values[:, :3], torch.nn.functional.normalize(values[:, 3:6], dim=1), values[:, 6]
    anchors = torch.cdist(places, rest[used]).topk(3, largest=False)
    shares = 1 / (anchors.values + 1e-4)
    shares = shares / shares.sum(1, keepdim=True)
    anchor = used[anchors.indices]
    bump = 1 + ragged * tensor(rng.normal(0, 1, len(places)))
    wave = 1 + 0.35 * torch.sin(places @ tensor(rng.normal(0, 60, 3)) + rng.uniform(0, 6))
    offset = normals * (thickness * full.clamp_min(0.15) * wave * bump)[:, None]
    if fall:
        low, high = places[:, 1].amin(), places[:, 1].amax()
        drop = ((high - places[:, 1]) / (high - low)).clamp(0, 1) ** 2
        sway = 0.15 * torch.sin(places @ tensor(rng.normal(0, 30, 3)))
        offset = offset + torch.stack([fall * drop * sway, -fall * drop, fall * drop * 0.1 * sway], 1)
    if fringe:
        front = (1 - full) * ((places[:, 2] + 0.01) / 0.03).clamp(0, 1)
        offset = offset + front[:, None] * tensor([0.0, -fringe, 0.25 * fringe])
    offset = offset + places - (rest[anchor] * shares[..., None]).sum(1)
    if strands:
        root = torch.as_tensor(rng.integers(0, len(places), strands), device=device)
        away = normals[root] * 0.5 + tensor([0, -0.7, 0]) + tensor(rng.normal(0, 0.45, (strands, 3)))
        tip = away * (strand_length * tensor(rng.uniform(0.3, 1, (strands, 1))))
        across = tensor(rng.normal(0, 0.0009, (strands, 3)))
        count = len(anchor)
        anchor, shares = torch.cat([anchor, anchor[root].repeat(2, 1)]), torch.cat([shares, shares[root].repeat(2, 1)])
        offset = torch.cat([offset, offset[root] + across, offset[root] + tip])
        along = torch.arange(strands, device=device) + count
        faces = torch.cat([faces, torch.stack([root, along, along + strands], 1)])
    return Growth(anchor, shares, offset, faces)
