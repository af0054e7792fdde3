"""Backgrounds with a photograph's statistics: noise that falls with frequency, walls, edges, things out of focus."""

import numpy as np
import torch
import torch.nn.functional as F


def muted(rng: np.random.Generator, brightness: float, spread: float = 0.15) -> np.ndarray:
    """A colour, linear light."""
    return brightness * rng.uniform(0.5, 1.5) * rng.uniform(1 - spread, 1 + spread, 3)


def clouds(rng: np.random.Generator, side: int, device: str, roughness: float) -> torch.Tensor:
    """`[3, side, side]` around 0: octaves of noise, mostly alike in all channels."""
    total = torch.zeros(1, 3, side, side, device=device)
    cells, strength = int(rng.integers(2, 5)), 1.0
    while cells < side:
        shape = (1, 3, max(1, cells), max(1, int(cells * rng.choice([1, 1, 0.4, 2.5]))))
        noise = rng.normal(0, 1, (1, 1, *shape[2:])) + rng.choice([0.02, 0.06, 0.2]) * rng.normal(0, 1, shape)
        octave = torch.as_tensor(noise, dtype=torch.float32, device=device)
        total += strength * F.interpolate(octave, size=(side, side), mode='bilinear', align_corners=False)
        cells, strength = cells * 2, strength * roughness
    return total[0]


def shapes(rng: np.random.Generator, picture: torch.Tensor, count: int) -> torch.Tensor:
    """Rectangles, discs and stripes laid over a picture `[3, side, side]`, sharp or soft."""
    side = picture.shape[-1]
    grid = (torch.arange(side, device=picture.device) + 0.5) / side
    for _ in range(count):
        angle = rng.choice([0, 0, rng.uniform(0, np.pi)])
        cx, cy, width, height = *rng.uniform(-0.1, 1.1, 2), *np.exp(rng.uniform(np.log(0.02), np.log(0.5), 2))
        x, y = grid[None, :] - cx, grid[:, None] - cy
        u, v = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
        kind = rng.random()
        if kind < 0.5:
            distance = torch.maximum(u.abs() - width, v.abs() - height)
        elif kind < 0.8:
            distance = ((u / width) ** 2 + (v / height) ** 2).sqrt().sub(1) * min(width, height)
        else:
            distance = (torch.sin(u * np.pi / width * rng.uniform(0.5, 2)) * width * 0.3).maximum(v.abs() - height)
        softness = np.exp(rng.uniform(np.log(0.002), np.log(0.06)))
        cover = (0.5 - distance / softness).clamp(0, 1) * rng.uniform(0.2, 1)
        shade = torch.as_tensor(muted(rng, rng.choice([0.1, 0.3, 0.8])), dtype=torch.float32, device=picture.device)
        slope = 1 + rng.normal(0, 0.5) * u + rng.normal(0, 0.5) * v
        picture = picture + cover * (shade[:, None, None] * slope.clamp(0.2, 2) - picture)
    return picture


def blur(picture: torch.Tensor, sigma: float) -> torch.Tensor:
    """Gaussian blur of `[C, H, W]`."""
    if sigma < 0.2:
        return picture
    reach = int(np.ceil(2.5 * sigma))
    taps = torch.exp(-0.5 * (torch.arange(-reach, reach + 1, device=picture.device) / sigma) ** 2)
    taps = taps / taps.sum()
    padded = F.pad(picture[:, None], (reach,) * 4, mode='replicate')
    return F.conv2d(F.conv2d(padded, taps.view(1, 1, -1, 1)), taps.view(1, 1, 1, -1))[:, 0]


def backdrop(rng: np.random.Generator, side: int, device: str) -> torch.Tensor:
    """`[3, side, side]`, linear light."""
    kind = rng.random()
    base = torch.as_tensor(muted(rng, rng.choice([0.05, 0.2, 0.5])), dtype=torch.float32, device=device)
    if kind < 0.1:
        return base[:, None, None].expand(3, side, side).clone()
    small = side // 2
    noise = clouds(rng, small, device, rng.uniform(0.35, 0.8))
    picture = base[:, None, None] * (1 + rng.uniform(0.05, 0.7) * noise).clamp_min(0.02)
    if kind > 0.3:
        picture = shapes(rng, picture, int(rng.integers(2, 14)))
    picture = blur(picture, rng.choice([0, rng.uniform(0, 2), rng.uniform(2, 7)]))
    return F.interpolate(picture[None], size=(side, side), mode='bilinear', align_corners=False)[0].clamp(0, 2)
