"""The canonical unit cube around the open head's template, as `src/canonical/template-cube.ts` has it."""

import torch

from ..studio.head import Head

# Side of the cube over the longest side of the template's bounds: room for what stands off the skin.
MARGIN = 1.05


class Cube:
    """`centre` `[3]` and `side`, metres, head frame: (0.5, 0.5, 0.5) of the cube and the length of its edge."""

    def __init__(self, head: Head):
        low, high = head.template.double().amin(0), head.template.double().amax(0)
        self.centre = (low + high) / 2
        self.side = MARGIN * (high - low).max().item()

    def place(self, points: torch.Tensor) -> torch.Tensor:
        """`[..., 3]` metres, head frame -> the unit cube; beyond it the nearest place, NaN stays."""
        return (0.5 + (points - self.centre.to(points)) / self.side).clamp(0, 1)
