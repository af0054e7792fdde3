"""The likelihood of canonical places on the head, and of the mask everywhere."""

import torch
import torch.nn.functional as F

from .model import Prediction

# A head covers a quarter of a crop, and a mask's gradient is small wherever it is right.
MASK_WEIGHT = 1.0


def canonical_loss(prediction: Prediction, canonical: torch.Tensor, parts: torch.Tensor) -> torch.Tensor:
    """
    Mean over the head's pixels of `sigma (3 log sigma + |error|^2 / (2 sigma^2))`, the factor without gradient, plus the
    mask's cross-entropy; canonical `[N, 3, S, S]`, parts `[N, S, S]`.

    The likelihood pulls on a place by 1 / sigma^2 of its error; times sigma, uncertain pixels go on learning.
    """
    on_head = (parts > 0).float()
    error = ((prediction.canonical - canonical) ** 2).sum(1)
    sigma = prediction.log_sigma.exp()
    term = sigma.detach() * (3 * prediction.log_sigma + error / (2 * sigma**2))
    place = (on_head * term).sum() / on_head.sum().clamp_min(1)
    return place + MASK_WEIGHT * F.binary_cross_entropy_with_logits(prediction.logit, on_head)
