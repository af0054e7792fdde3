"""The canonical network: a residual encoder to stride 32 and a decoder back to stride 2, as U-Net joins them."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn as nn
import torch.nn.functional as F

from ..uvflow.model import Residual, convolution


@dataclass(frozen=True)
class Configuration:
    """Sizes of a network; `side` input pixels, `widths` and residual blocks (`depths`) at strides 2 to 32."""

    name: str = 'canonical-s'
    side: int = 128
    widths: tuple[int, ...] = (16, 32, 64, 112, 176)
    depths: tuple[int, ...] = (0, 1, 2, 2, 2)


CONFIGURATIONS = {'canonical-s': Configuration()}


class Prediction(NamedTuple):
    """Of every pixel: `canonical` `[N, 3, S, S]` unit cube, `log_sigma` `[N, S, S]` of it, `logit` `[N, S, S]` of the mask."""

    canonical: torch.Tensor
    log_sigma: torch.Tensor
    logit: torch.Tensor


class Join(nn.Module):
    """A coarse map brought to the next finer one's size and width, added to it and mixed."""

    def __init__(self, coarse: int, fine: int):
        super().__init__()
        self.narrow, self.lateral = nn.Conv2d(coarse, fine, 1), nn.Conv2d(fine, fine, 1)
        self.mix = nn.Sequential(convolution(fine, fine), nn.ReLU())

    def forward(self, coarse: torch.Tensor, fine: torch.Tensor) -> torch.Tensor:
        up = F.interpolate(self.narrow(coarse), size=fine.shape[2:], mode='nearest')
        return self.mix(F.relu(up + self.lateral(fine)))


class CanonicalNetwork(nn.Module):
    """
    Images `[N, 3, S, S]`, normalised, S a multiple of 32 -> a prediction per pixel.

    Two more channels say where in the crop a pixel is: a crop is made around the face, so place says much.
    """

    def __init__(self, configuration: Configuration):
        super().__init__()
        self.configuration = configuration
        widths = configuration.widths
        self.stages = nn.ModuleList()
        for i, (width, depth) in enumerate(zip(widths, configuration.depths)):
            down = convolution(widths[i - 1] if i else 5, width, stride=2)
            self.stages.append(nn.Sequential(down, nn.ReLU(), *[Residual(width) for _ in range(depth)]))
        self.joins = nn.ModuleList(Join(widths[i + 1], widths[i]) for i in reversed(range(len(widths) - 1)))
        self.head = nn.Conv2d(widths[0], 5, 1)
        with torch.no_grad():
            self.head.bias.copy_(torch.tensor([0.5, 0.5, 0.5, -2.0, 0.0]))

    def forward(self, image: torch.Tensor) -> Prediction:
        count, _, rows, columns = image.shape
        down, right = (torch.linspace(-1, 1, size, device=image.device) for size in (rows, columns))
        place = torch.stack(torch.meshgrid(right, down, indexing='xy')).expand(count, -1, -1, -1)
        x, maps = torch.cat([image, place], 1), []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        for join, fine in zip(self.joins, reversed(maps[:-1])):
            x = join(x, fine)
        answer = F.interpolate(self.head(x), size=(rows, columns), mode='bilinear', align_corners=False).float()
        return Prediction(answer[:, :3], answer[:, 3].clamp(-7, 0), answer[:, 4])
