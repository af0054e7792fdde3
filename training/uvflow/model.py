"""The UV-to-image flow network: an image encoder, learned textures on the chart, and RAFT's look-up and update between them."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn as nn
import torch.nn.functional as F

from .atlas import CHART
from .lookup import correlation_pyramid, look_up, sample_features


@dataclass(frozen=True)
class Configuration:
    """Sizes of a network; `side` input pixels, `widths` of the encoder at strides 2 to 32."""

    name: str = 'uvflow-s'
    side: int = 256
    widths: tuple[int, ...] = (24, 48, 96, 144, 224)
    depths: tuple[int, ...] = (0, 0, 1, 2, 2)
    attention: int = 2
    features: int = 64
    hidden: int = 96
    motion: int = 80
    coarse: int = 64
    levels: int = 3
    radius: int = 3
    iterations: int = 3


CONFIGURATIONS = {
    'uvflow-s': Configuration(),
    'uvflow-b': Configuration(
        name='uvflow-b',
        side=512,
        widths=(48, 96, 192, 320, 448),
        depths=(1, 2, 4, 6, 4),
        attention=4,
        features=128,
        hidden=128,
        motion=128,
        coarse=96,
        levels=4,
        radius=4,
    ),
}


class Estimate(NamedTuple):
    """`positions` `[N, n_c, 2]` crop pixels and `log_sigma` `[N, n_c]` of the chart's texels."""

    positions: torch.Tensor
    log_sigma: torch.Tensor


def convolution(inputs: int, outputs: int, size: int = 3, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False), nn.BatchNorm2d(outputs))


class Residual(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.first, self.second = convolution(width, width), convolution(width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(x + self.second(F.relu(self.first(x))))


class Attention(nn.Module):
    """One transformer layer over the tokens of the coarsest map."""

    def __init__(self, width: int, heads: int = 4):
        super().__init__()
        self.heads = heads
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.project = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.expand, self.shrink = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        count, tokens, width = x.shape
        q, k, v = self.qkv(self.before(x)).view(count, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        shares = (q @ k.transpose(2, 3) * (width // self.heads) ** -0.5).softmax(-1)
        x = x + self.project((shares @ v).transpose(1, 2).reshape(count, tokens, width))
        return x + self.shrink(F.relu(self.expand(self.between(x))))


class Encoder(nn.Module):
    """
    `[N, 3, S, S]` -> features `[N, 2 C, S/8, S/8]` and the coarsest map `[N, W, side/32, side/32]`. Training may begin with
    smaller pictures: their coarsest map is stretched to the size that the first guess reads.
    """

    def __init__(self, configuration: Configuration):
        super().__init__()
        widths = configuration.widths
        self.stages = nn.ModuleList()
        for i, (width, depth) in enumerate(zip(widths, configuration.depths)):
            down = convolution(widths[i - 1] if i else 3, width, stride=2)
            self.stages.append(nn.Sequential(down, nn.ReLU(), *[Residual(width) for _ in range(depth)]))
        self.tokens = configuration.side // 32
        self.place = nn.Parameter(torch.randn(1, self.tokens**2, widths[4]) * 0.02)
        self.attention = nn.Sequential(*[Attention(widths[4]) for _ in range(configuration.attention)])
        narrow = configuration.hidden
        self.laterals = nn.ModuleList(nn.Conv2d(width, narrow, 1) for width in widths[2:])
        self.middle = nn.Sequential(convolution(narrow, narrow), nn.ReLU())
        self.finish = nn.Sequential(
            convolution(narrow, narrow), nn.ReLU(), nn.Conv2d(narrow, 2 * configuration.features, 1)
        )

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        maps = []
        x = image
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        if image.shape[-1] // 32 != self.tokens:
            x = F.interpolate(x, size=(self.tokens, self.tokens), mode='bilinear', align_corners=False)
        count, width, rows, columns = x.shape
        tokens = self.attention(x.flatten(2).transpose(1, 2) + self.place)
        coarsest = tokens.transpose(1, 2).reshape(count, width, rows, columns)
        up = lambda y, like: F.interpolate(y, size=like.shape[2:], mode='nearest')
        merged = self.middle(self.laterals[1](maps[3]) + up(self.laterals[2](coarsest), maps[3]))
        return self.finish(self.laterals[0](maps[2]) + up(merged, maps[2])), coarsest


class Textures(nn.Module):
    """UV positional encoding: textures at four resolutions, upsampled and mixed per texel -> `[1, C, CHART, CHART]`."""

    def __init__(self, channels: int, width: int = 32):
        super().__init__()
        self.levels = nn.ParameterList(nn.Parameter(torch.randn(1, width, CHART >> k, CHART >> k)) for k in range(4))
        self.mix = nn.Conv2d(4 * width, channels, 1)

    def forward(self) -> torch.Tensor:
        size = (CHART, CHART)
        return self.mix(
            torch.cat([F.interpolate(x, size=size, mode='bilinear', align_corners=False) for x in self.levels], 1)
        )


class Coarse(nn.Module):
    """
    A first guess of all positions at once. Every texel takes the mean place of what it resembles (a softmax over its
    correlations); the principal fields of training crops tie these places together, and the picture's code corrects their coefficients.
    """

    def __init__(self, configuration: Configuration):
        super().__init__()
        rank, texels = configuration.coarse, CHART * CHART
        self.side = configuration.side
        self.narrow = nn.Sequential(convolution(configuration.widths[4], 48, 1), nn.ReLU())
        self.code = nn.Sequential(nn.Linear(48 * (configuration.side // 32) ** 2, 256), nn.ReLU())
        self.coefficients = nn.Linear(256, rank)
        self.sigma = nn.Linear(256, 2)
        self.sharpness = nn.Parameter(torch.tensor(0.5))
        self.register_buffer('mean', torch.zeros(2 * texels))
        # Orthonormal, and how far crops spread along them; fixed, for a step of the optimiser is large beside their entries.
        self.register_buffer('fields', torch.zeros(rank, 2 * texels))
        self.register_buffer('spread', torch.ones(rank))

    def forward(self, coarsest, queries, keys) -> tuple[list[Estimate], torch.Tensor]:
        """Queries `[1, C, CHART, CHART]`, keys `[N, C, H, W]` -> the two guesses (loose, tied) and the code `[N, 256]`."""
        code = self.code(self.narrow(coarsest).flatten(1))
        places = self.resemblance(queries, keys)
        coefficients = (places.flatten(1) - self.mean) @ self.fields.T + self.coefficients(code) * self.spread
        positions = (self.mean + coefficients @ self.fields).view(-1, CHART * CHART, 2)
        loose, tied = ((part + 2).expand(-1, CHART * CHART) for part in self.sigma(code).split(1, 1))
        return [Estimate(places, loose + 1), Estimate(positions, tied)], code

    def resemblance(self, queries: torch.Tensor, keys: torch.Tensor, cells: int = 16) -> torch.Tensor:
        """`[N, n_c, 2]` input pixels."""
        if keys.shape[-1] > cells:
            keys = F.avg_pool2d(keys, int(keys.shape[-1]) // cells)
        (volume,) = correlation_pyramid(queries, keys, 1)
        shares = (self.sharpness.exp() * volume.flatten(2)).softmax(2)
        centre = (torch.arange(cells, device=keys.device) + 0.5) * (self.side / cells)
        y, x = torch.meshgrid(centre, centre, indexing='ij')
        return shares @ torch.stack([x.flatten(), y.flatten()], 1)


class Spread(nn.Module):
    """A depth-wise 3 x 3 convolution on the chart of texels in rows, `[N, n_c, C]`."""

    def __init__(self, channels: int):
        super().__init__()
        self.filter = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        count, texels, channels = x.shape
        spread = self.filter(x.view(count, CHART, CHART, channels).permute(0, 3, 1, 2))
        return spread.permute(0, 2, 3, 1).reshape(count, texels, channels)


class Update(nn.Module):
    """One step of RAFT's recurrent update, on depth-wise separable convolutions; everything `[N, n_c, C]`."""

    def __init__(self, configuration: Configuration):
        super().__init__()
        hidden, motion, features = configuration.hidden, configuration.motion, configuration.features
        window = (2 * configuration.radius + 1) ** 2 * configuration.levels
        self.correlation, self.flow = nn.Linear(window, 64), nn.Linear(5, 32)
        self.motion = nn.Linear(64 + 32 + features, motion)
        self.spread, self.spread_candidate = Spread(hidden + motion), Spread(hidden)
        self.gates, self.candidate = nn.Linear(hidden + motion, 2 * hidden), nn.Linear(hidden + motion, hidden)
        self.head = nn.Sequential(Spread(hidden), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, 3))
        nn.init.zeros_(self.head[3].weight)
        nn.init.zeros_(self.head[3].bias)

    def forward(self, hidden, context, seen, appearance, flow):
        motion = F.relu(
            self.motion(torch.cat([F.relu(self.correlation(seen)), F.relu(self.flow(flow)), appearance], 2))
        )
        # The context of a texel is the same for all pictures and steps; it enters the gates as a bias.
        gate_context, candidate_context = context
        z, r = (self.gates(self.spread(torch.cat([hidden, motion], 2))) + gate_context).sigmoid().chunk(2, 2)
        candidate = self.candidate(torch.cat([self.spread_candidate(r * hidden), motion], 2)) + candidate_context
        hidden = torch.lerp(hidden, candidate.tanh(), z)
        return hidden, self.head(hidden)


class UvFlow(nn.Module):
    """Images `[N, 3, S, S]`, normalised -> two first guesses and an estimate per iteration."""

    def __init__(self, configuration: Configuration):
        super().__init__()
        self.configuration = configuration
        # Pixels averaged to one before anything else, while training has only seen smaller pictures.
        self.shrink = 1
        hidden = configuration.hidden
        self.encoder, self.coarse, self.update = Encoder(configuration), Coarse(configuration), Update(configuration)
        self.query, self.context, self.start = Textures(configuration.features), Textures(3 * hidden), Textures(hidden)
        self.start_from_code = nn.Linear(256, hidden)

    def forward(self, image: torch.Tensor, iterations: int | None = None) -> list[Estimate]:
        size = self.configuration
        if self.shrink > 1:
            image = F.avg_pool2d(image, self.shrink)
        features, coarsest = self.encoder(image)
        keys, appearance = features.float().chunk(2, 1)
        queries = self.query()
        estimates, code = self.coarse(coarsest, queries, keys)
        estimate = estimates[-1]
        pyramid = correlation_pyramid(queries, keys, size.levels)
        rows = lambda x: x.flatten(2).transpose(1, 2)
        context = rows(self.context().relu()).split([2 * size.hidden, size.hidden], 2)
        hidden = (rows(self.start()) + self.start_from_code(code)[:, None]).tanh()
        first = estimate.positions.detach()
        stride = size.side / int(keys.shape[-1])
        for _ in range(size.iterations if iterations is None else iterations):
            # As in RAFT, a step does not learn through the place that it starts from.
            at, log_sigma = estimate.positions.detach(), estimate.log_sigma.detach()
            seen = look_up(pyramid, at / stride, size.radius)
            flow = torch.cat([at / size.side - 0.5, (at - first) / 16, log_sigma[..., None] / 4], 2)
            hidden, step = self.update(hidden, context, seen, sample_features(appearance, at / stride), flow)
            estimate = Estimate(at + 8 * step[..., :2], (log_sigma + step[..., 2]).clamp(-3, 6))
            estimates.append(estimate)
        return estimates
