"""FlowFace's loss (eq. 5-7): Gaussian likelihood of vertices and of chart texels, every iteration."""

import torch

from .model import Estimate
from .reader import Reader

DECAY, DENSE = 0.8, 0.01
# The likelihood's pull on a position is 1 / sigma^2 of its error; weighing by sigma to this power keeps uncertain points learning.
TEMPER = 1.0


def likelihood(error: torch.Tensor, sigma: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Weighted mean of `log sigma^2 + error^2 / (2 sigma^2)`, error `[N, P, 2]` and sigma `[N, P]` in pixels."""
    term = 2 * sigma.log() + (error**2).sum(2) / (2 * sigma**2)
    return (weights * sigma.detach() ** TEMPER * term).mean(0).sum() / weights.sum()


def flow_loss(estimates: list[Estimate], vertices: torch.Tensor, reader: Reader) -> torch.Tensor:
    """vertices `[N, V, 2]` crop pixels."""
    wanted, chart = vertices[:, reader.chosen], reader.chart_truth(vertices)
    total = torch.zeros((), device=vertices.device)
    for k, estimate in enumerate(estimates):
        positions, sigma = reader(estimate)
        sharp = likelihood(positions - wanted, sigma, reader.weights)
        dense = likelihood(estimate.positions - chart, estimate.log_sigma.exp(), reader.chart_weights)
        total = total + DECAY ** (len(estimates) - 1 - k) * (sharp + DENSE * dense)
    return total
