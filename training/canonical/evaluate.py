"""
`python -m training.canonical.evaluate [--checkpoint training/checkpoints/canonical-s.pt]`: errors on people, skins and
lights that training never sees, by part of the head, and the constant that calibrates sigma.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from ..uvflow.checkpoint import load
from ..uvflow.data import normalise
from ..uvflow.evaluate import batch_of, best_factor
from .data import CropSet
from .model import CONFIGURATIONS, CanonicalNetwork
from .score import place_errors
from .shards import PARTS

# Shares of a Gaussian of one axis within 1, 2 and 3 sigma.
IDEAL = np.array([0.6827, 0.9545, 0.9973])
# Every so many pixels of a picture is kept for medians and sigma.
STEP = 7


def averaged_model(state: dict) -> CanonicalNetwork:
    """The network with the averaged weights."""
    model = CanonicalNetwork(CONFIGURATIONS[state['name']])
    model.load_state_dict(state['average'])
    return model.eval()


@torch.no_grad()
def measure(model: CanonicalNetwork, crops: CropSet, count: int) -> dict:
    """
    Of sampled pixels on the head: `error` `[P]`, `axes` `[P, 3]` and `sigma` `[P]` in sides of the cube, `part` `[P]`, `found`
    `[P]` whether the network counts them in; `overlap` `[pictures]` intersection over union of the masks.
    """
    columns = {'error': [], 'axes': [], 'sigma': [], 'part': [], 'found': []}
    overlap = []
    count = min(count, len(crops))
    for first in range(0, count, 10):
        crop = batch_of(crops, range(first, min(count, first + 10)))
        prediction = model(normalise(crop.image))
        on_head = crop.parts > 0
        found = prediction.logit > 0
        union = (found | on_head).sum((1, 2)).clamp_min(1)
        overlap.append((found & on_head).sum((1, 2)) / union)
        columns['error'].append(place_errors(prediction, crop.canonical)[on_head][::STEP])
        gap = (prediction.canonical.clamp(0, 1) - crop.canonical).abs().permute(0, 2, 3, 1)
        columns['axes'].append(gap[on_head][::STEP])
        columns['sigma'].append(prediction.log_sigma.exp()[on_head][::STEP])
        columns['part'].append(crop.parts[on_head][::STEP])
        columns['found'].append(found[on_head][::STEP])
    return {**{key: torch.cat(rows).numpy() for key, rows in columns.items()}, 'overlap': torch.cat(overlap).numpy()}


def shares(found: dict, factor: float = 1.0) -> np.ndarray:
    """Shares of the coordinates of found pixels with an error under 1, 2, 3 sigma."""
    ratio = (found['axes'] / (found['sigma'] * factor)[:, None])[found['found']]
    return np.array([(ratio < k).mean() for k in (1, 2, 3)])


def calibration(found: dict) -> float:
    """The factor on sigma that brings the shares nearest to a Gaussian's."""
    return best_factor(lambda factor: shares(found, factor), IDEAL)


def summary(found: dict) -> dict:
    """Errors in per cent of the cube's side."""
    percent = found['error'] * 100
    factor = calibration(found)
    low, high = (percent[order] for order in np.array_split(np.argsort(found['sigma']), 2))
    return {
        'mean': float(percent.mean()),
        'median': float(np.median(percent)),
        **{name: float(percent[found['part'] == i].mean()) for i, name in enumerate(PARTS) if i},
        'overlap': float(found['overlap'].mean()),
        'sigmaFactor': factor,
        'shares': shares(found, factor).round(4).tolist(),
        'surerHalf': float(low.mean()),
        'lessSureHalf': float(high.mean()),
    }


def report(checkpoint: Path, shards: Path, count: int) -> dict:
    state = load(checkpoint)
    model = averaged_model(state)
    side = model.configuration.side
    plain, spoilt = CropSet(shards, side, spoilt=False), CropSet(shards, side, seed=5)
    result = {'step': state['step'], 'pictures': state['seen'], 'testPictures': min(count, len(plain))}
    return {**result, **{key: summary(measure(model, s, count)) for key, s in (('plain', plain), ('spoilt', spoilt))}}


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('--checkpoint', type=Path, default=Path('training/checkpoints/canonical-s.pt'))
    parser.add_argument('--shards', type=Path, default=Path('training/cache/canonical-test'))
    parser.add_argument('--pictures', type=int, default=250)
    options = parser.parse_args()
    torch.set_num_threads(2)
    text = json.dumps(report(options.checkpoint, options.shards, options.pictures), indent=2)
    options.checkpoint.with_suffix('.json').write_text(text + '\n')
    print(text)
