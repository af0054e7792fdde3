"""How far a prediction is from the truth."""

import torch

from .model import Prediction


def place_errors(prediction: Prediction, canonical: torch.Tensor) -> torch.Tensor:
    """`[N, S, S]` distance from the true place, sides of the cube; of use on the head alone."""
    return (prediction.canonical.clamp(0, 1) - canonical).norm(dim=1)


def mask_overlap(prediction: Prediction, parts: torch.Tensor) -> float:
    """Intersection over union of the predicted and the true foreground, over all pictures together."""
    found, true = prediction.logit > 0, parts > 0
    return ((found & true).sum() / (found | true).sum().clamp_min(1)).item()
