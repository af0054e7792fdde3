"""From the chart's estimate to vertices and to the contract's maps, with the fine detail."""

import torch
import torch.nn as nn

from .atlas import CHART, Atlas, dense_matrix, surface_values
from .model import Estimate

# Of vertices that count 0.005 the loss takes every eighth.
SPARSE = 8


class Reader(nn.Module):
    """
    Linear, and the same for all pictures. `vertex_positions` `[P, n_c]` and `vertex_sigma` `[P, n_c]` are what a vertex
    reads through the contract's output, detail included; so the loss sees exactly what a user gets.
    """

    def __init__(self, atlas: Atlas, fields: torch.Tensor, readers: torch.Tensor, all_vertices: bool = False):
        super().__init__()
        chosen = torch.arange(len(atlas.weights))
        counted = torch.from_numpy(atlas.weights > 0.5)
        if not all_vertices:
            chosen = chosen[counted | (chosen % SPARSE == 0)]
        weights = torch.from_numpy(atlas.weights)[chosen]
        self.register_buffer('chosen', chosen)
        self.register_buffer(
            'weights', torch.where(counted[chosen], weights, weights * (1 if all_vertices else SPARSE))
        )
        plain = torch.from_numpy(dense_matrix(atlas.output_taps, CHART * CHART))
        detailed = plain.clone()
        detailed[torch.from_numpy(atlas.window_texels)] += fields.T @ readers.T
        texels, shares = (torch.from_numpy(part)[chosen] for part in atlas.vertex_taps)
        read = lambda output: (output[texels] * shares.float()[..., None]).sum(1)
        self.register_buffer('vertex_positions', read(detailed))
        self.register_buffer('vertex_sigma', read(plain))
        vertices, shares = atlas.chart_surface
        self.register_buffer('surface', torch.from_numpy(vertices))
        self.register_buffer('surface_shares', torch.from_numpy(shares).float())
        self.register_buffer(
            'chart_weights', torch.from_numpy(surface_values(atlas.chart_surface, atlas.weights[:, None])[:, 0]).float()
        )

    def forward(self, estimate: Estimate) -> tuple[torch.Tensor, torch.Tensor]:
        """Positions `[N, P, 2]` and sigma `[N, P]` of the chosen vertices, crop pixels."""
        count = len(estimate.positions)
        flat = estimate.positions.permute(1, 0, 2).reshape(CHART * CHART, -1)
        positions = (self.vertex_positions @ flat).view(-1, count, 2).transpose(0, 1)
        return positions, (self.vertex_sigma @ estimate.log_sigma.exp().T).T

    def chart_truth(self, vertices: torch.Tensor) -> torch.Tensor:
        """`[N, V, 2]` -> `[N, n_c, 2]`."""
        return (vertices[:, self.surface] * self.surface_shares[..., None]).sum(2)
