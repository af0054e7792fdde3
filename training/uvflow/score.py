"""How far predictions are from the truth."""

import torch

from .data import Crop
from .model import Estimate
from .reader import Reader


def vertex_errors(estimate: Estimate, crop: Crop, reader: Reader) -> tuple[torch.Tensor, torch.Tensor]:
    """Distance to the truth and sigma of the reader's vertices, both `[N, P]`, crop pixels."""
    positions, sigma = reader(estimate)
    wanted = crop.vertices.to(positions.device)[:, reader.chosen]
    return (positions - wanted).norm(dim=2), sigma


def error_shares(estimates: list[Estimate], crop: Crop, reader: Reader) -> list[float]:
    """Mean distance over face and ears, per cent of the square around the face: of the first and the last guess."""
    counted = reader.weights > 0.5
    box = crop.box.to(reader.weights.device)[:, None]
    ends = (estimates[1], estimates[-1])
    return [(vertex_errors(e, crop, reader)[0][:, counted] / box).mean().item() * 100 for e in ends]
