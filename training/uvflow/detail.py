"""
The fine detail of positions as a linear function of coarse ones.

x and y of a point obey one and the same real map (under a distant camera both are rows of the same rotation of the same
head), so one map `[n_c] -> [n_w]` of low rank serves both and turns, shifts and scales with them.
"""

import numpy as np
import torch

from ..studio.head import Head
from ..studio.people import sample_person
from .atlas import CHART, OUTPUT, Atlas, dense_matrix, surface_values

RANK = 48


def sample_projections(head: Head, count: int, seed: int) -> np.ndarray:
    """`[2 count, V]`: x rows and y rows of heads seen by cameras, with the square around the face 171 pixels wide."""
    rng = np.random.default_rng([seed, 77])
    rows = []
    for _ in range(count):
        person = sample_person(head, rng, int(rng.integers(2**30)) * 2)
        flat = (person.vertices[:, :2] / person.vertices[:, 2:]).cpu().numpy()
        face = flat[head.regions['face'].cpu().numpy()]
        flat = (flat - face.mean(0)) * 171 / (face.max(0) - face.min(0)).max()
        angle = rng.uniform(0, 2 * np.pi)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        rows.append((flat @ turn.T).T)
    return np.concatenate(rows).astype(np.float64)


def exact_output(atlas: Atlas, positions: np.ndarray) -> np.ndarray:
    """`[V, K]` -> `[n_w, K]`: window texels on the surface, moved least so that face and ear vertices read what is true."""
    output = np.zeros((OUTPUT * OUTPUT, positions.shape[1]))
    output[atlas.window_texels] = surface_values(atlas.window_surface, positions)
    texels, weights = (part[atlas.counted] for part in atlas.vertex_taps)
    column = np.full(OUTPUT * OUTPUT, -1)
    column[atlas.window_texels] = np.arange(len(atlas.window_texels))
    matrix = dense_matrix((column[texels], weights), len(atlas.window_texels)).astype(np.float64)
    wrong = positions[atlas.counted] - (output[texels] * weights[..., None]).sum(1)
    gram = matrix @ matrix.T + 1e-2 * np.eye(len(matrix))
    return output[atlas.window_texels] + matrix.T @ np.linalg.solve(gram, wrong)


def detail_basis(head: Head, atlas: Atlas, count: int = 300, seed: int = 0, noise: float = 0.7):
    """
    `fields` `[RANK, n_w]` and `readers` `[n_c, RANK]`: output = resampled chart + fields^T readers^T chart.

    noise: standard deviation, pixels, that the chart's positions are taken to have, so that errors are not magnified.
    """
    positions = sample_projections(head, count, seed).T
    chart = surface_values(atlas.chart_surface, positions)
    texels, weights = (part[atlas.window_texels] for part in atlas.output_taps)
    missing = exact_output(atlas, positions) - (chart[texels] * weights[..., None]).sum(1)
    _, singular, fields = np.linalg.svd(missing.T, full_matrices=False)
    fields = fields[:RANK]
    wanted = fields @ missing
    # A common shift of all texels carries no detail.
    centre = np.eye(CHART * CHART) - 1 / (CHART * CHART)
    centred = centre @ chart
    gram = centred @ centred.T + positions.shape[1] * noise**2 * np.eye(CHART * CHART)
    readers = centre @ np.linalg.solve(gram, centred @ wanted.T)
    return torch.from_numpy(fields).float(), torch.from_numpy(readers).float()
