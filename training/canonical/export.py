"""
`python -m training.canonical.export [--checkpoint training/checkpoints/canonical-s.pt]`: the averaged weights as a
`canonical-map/1` network, calibrated on the held-out pictures, its large tensors in float16.
"""

import argparse
from pathlib import Path

import torch
import torch.nn as nn

from ..studio.head import Head
from ..uvflow.checkpoint import load
from ..uvflow.export import write_network
from .cube import Cube
from .data import CROP_SCALE, CropSet
from .evaluate import averaged_model, calibration, measure
from .model import CanonicalNetwork


class Contract(nn.Module):
    """The network with the contract's outputs `canonical` `[N, 3, S, S]`, `confidence` and `sigma` `[N, 1, S, S]`."""

    def __init__(self, model: CanonicalNetwork, factor: float):
        super().__init__()
        self.model, self.factor = model, factor

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        canonical, log_sigma, logit = self.model(image)
        return canonical.clamp(0, 1), logit.sigmoid()[:, None], log_sigma.exp()[:, None] * self.factor


def export(contract: Contract, path: Path, cube: Cube, name: str, half: bool = True) -> None:
    side = contract.model.configuration.side
    entries = {
        'contract': 'canonical-map/1',
        'name': name,
        'canonical_space': 'unit-cube',
        'least_confidence': '0.5',
        'cube_centre': str([round(value, 9) for value in cube.centre.tolist()]),
        'cube_side': str(round(cube.side, 9)),
        'crop_scale': str(CROP_SCALE),
    }
    outputs = {'canonical': [3, side, side], 'confidence': [1, side, side], 'sigma': [1, side, side]}
    write_network(contract, path, side, outputs, entries, exact=set() if half else None)


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('--checkpoint', type=Path, default=Path('training/checkpoints/canonical-s.pt'))
    parser.add_argument('--shards', type=Path, default=Path('training/cache/canonical-test'))
    parser.add_argument('--out', type=Path, default=Path('assets/canonical/canonical-s.onnx'))
    parser.add_argument('--pictures', type=int, default=250, help='held-out pictures to calibrate on')
    options = parser.parse_args()
    torch.set_num_threads(2)
    state = load(options.checkpoint)
    model = averaged_model(state)
    crops = CropSet(options.shards, model.configuration.side, seed=5)
    contract = Contract(model, calibration(measure(model, crops, options.pictures)))
    export(contract, options.out, Cube(Head()), state['name'])
    print(f'{options.out}: {options.out.stat().st_size / 1e6:.2f} MB, sigma times {contract.factor:.3f}')
