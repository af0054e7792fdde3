"""
RAFT's correlation look-up in gather form: the taps of one window share their fractions, so the (2 r + 2)^2 whole pixels
around a place are gathered once and blended. Agrees with GridSample with zeros outside (`training/check.py`).
"""

import torch
import torch.nn.functional as F


def correlation_pyramid(queries: torch.Tensor, keys: torch.Tensor, levels: int) -> list[torch.Tensor]:
    """Queries `[1, C, D, D]`, keys `[N, C, H, W]` -> per level `[N, D D, H', W']`, divided by sqrt(C)."""
    count, channels, height, width = keys.shape
    rows = (queries.flatten(2).transpose(1, 2) * channels**-0.5).expand(count, -1, -1)
    pyramid = []
    for level in range(levels):
        # Pooling is linear: pooled keys give the pooled correlations, on far fewer numbers.
        pooled = F.avg_pool2d(keys, 2**level) if level else keys
        pyramid.append(torch.bmm(rows, pooled.flatten(2)).view(count, -1, *pooled.shape[2:]))
    return pyramid


def window(volume: torch.Tensor, places: torch.Tensor, radius: int) -> torch.Tensor:
    """
    Bilinear samples around places, zero outside.

    volume `[N, P, H, W]`; places `[N, P, 2]` pixels of it, top-left pixel centre (0.5, 0.5) -> `[N, P, (2 r + 1)^2]`,
    y slowest.
    """
    count, points, height, width = volume.shape
    size = 2 * radius + 2
    corner = places - 0.5
    low = corner.floor()
    fraction = corner - low
    reach = torch.arange(size, device=places.device, dtype=places.dtype) - radius
    x, y = low[..., :1] + reach, low[..., 1:] + reach
    inside = ((y >= 0) & (y < height))[..., None] & ((x >= 0) & (x < width))[..., None, :]
    column, row = x.clamp(0, width - 1).long(), y.clamp(0, height - 1).long()
    index = (row[..., None] * width + column[..., None, :]).flatten(2)
    taken = torch.gather(volume.flatten(2), 2, index).view(count, points, size, size) * inside.to(volume.dtype)
    fx, fy = fraction[..., 0, None, None], fraction[..., 1, None, None]
    across = taken[..., :-1] * (1 - fx) + taken[..., 1:] * fx
    return (across[..., :-1, :] * (1 - fy) + across[..., 1:, :] * fy).flatten(2)


def look_up(pyramid: list[torch.Tensor], places: torch.Tensor, radius: int) -> torch.Tensor:
    """`[N, P, levels (2 r + 1)^2]`; places in pixels of the finest level."""
    return torch.cat([window(volume, places / 2**level, radius) for level, volume in enumerate(pyramid)], 2)


def sample_features(features: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """`[N, C, H, W]` read bilinearly at `[N, P, 2]` pixels, zero outside -> `[N, P, C]`."""
    height, width = features.shape[2:]
    scale = torch.tensor([2 / width, 2 / height], device=places.device)
    grid = (places * scale - 1)[:, :, None]
    return F.grid_sample(features, grid, mode='bilinear', align_corners=False)[..., 0].transpose(1, 2)
