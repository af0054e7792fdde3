"""
`python -m training.uvflow.evaluate [--checkpoint training/checkpoints/uvflow-s.pt]`: errors on people, skins and lights that
training never sees, and the constant that calibrates sigma.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import Dataset

from ..studio.head import Head
from .atlas import Atlas
from .checkpoint import averaged_model, load
from .data import CropSet, normalise
from .model import UvFlow
from .reader import Reader
from .score import vertex_errors

# Shares of a circular Gaussian within 1, 2 and 3 sigma.
IDEAL = 1 - np.exp(-(np.array([1, 2, 3]) ** 2) / 2)


def batch_of(crops: Dataset, numbers: range) -> tuple:
    """Crops of a set, stacked field by field."""
    rows = [crops[n] for n in numbers]
    return type(rows[0])(*(torch.stack(part) for part in zip(*rows)))


@torch.no_grad()
def measure(model: UvFlow, reader: Reader, crops: CropSet, iterations: int | None = None, count: int = 250) -> dict:
    """`error` and `sigma` `[P]` in pixels, `visible` `[P]`, `box` `[P]`: of every face and ear vertex of every picture."""
    counted = reader.weights > 0.5
    columns = {'error': [], 'sigma': [], 'visible': [], 'box': []}
    count = min(count, len(crops))
    for first in range(0, count, 10):
        crop = batch_of(crops, range(first, min(count, first + 10)))
        error, sigma = vertex_errors(model(normalise(crop.image), iterations)[-1], crop, reader)
        columns['error'].append(error[:, counted].flatten())
        columns['sigma'].append(sigma[:, counted].flatten())
        columns['visible'].append(crop.visible[:, reader.chosen][:, counted].flatten())
        columns['box'].append(crop.box[:, None].expand(-1, int(counted.sum())).flatten())
    return {key: torch.cat(parts).numpy() for key, parts in columns.items()}


def nme(found: dict, mask: np.ndarray) -> float:
    """Mean distance in per cent of the square around the face."""
    return float((found['error'] / found['box'])[mask].mean() * 100)


def shares(found: dict, factor: float = 1.0) -> np.ndarray:
    """Shares of the visible vertices with an error under 1, 2, 3 sigma."""
    ratio = (found['error'] / (found['sigma'] * factor))[found['visible']]
    return np.array([(ratio < k).mean() for k in (1, 2, 3)])


def best_factor(shares_at: Callable[[float], np.ndarray], ideal: np.ndarray) -> float:
    """The factor on sigma that brings shares nearest to the ideal ones."""
    factors = np.exp(np.linspace(np.log(0.5), np.log(2.5), 81))
    return float(min(factors, key=lambda factor: ((shares_at(factor) - ideal) ** 2).sum()))


def calibration(found: dict) -> float:
    """The factor on sigma that brings the shares nearest to a Gaussian's."""
    return best_factor(lambda factor: shares(found, factor), IDEAL)


def report(checkpoint: Path, shards: Path, count: int) -> dict:
    state = load(checkpoint)
    model = averaged_model(state)
    reader = Reader(Atlas(Head()), state['fields'], state['readers'])
    side = model.configuration.side
    plain, spoilt = CropSet(shards, side, spoilt=False), CropSet(shards, side, seed=5, hard=0.5)
    result = {'step': state['step'], 'pictures': state['seen'], 'testPictures': min(count, len(plain))}
    for iterations in range(4):
        found = measure(model, reader, plain, iterations, count)
        every = np.ones(len(found['error']), bool)
        result[f'iterations{iterations}'] = {'nme': nme(found, every), 'nmeVisible': nme(found, found['visible'])}
    for name, crops in (('plain', plain), ('spoilt', spoilt)):
        found = measure(model, reader, crops, None, count)
        every = np.ones(len(found['error']), bool)
        factor = calibration(found)
        result[name] = {
            'nme': nme(found, every),
            'nmeVisible': nme(found, found['visible']),
            'nmeMedian': float(np.median(found['error'] / found['box']) * 100),
            'sigmaFactor': factor,
            'shares': shares(found, factor).round(4).tolist(),
            'sigmaHiddenOverVisible': float(
                np.median(found['sigma'][~found['visible']]) / np.median(found['sigma'][found['visible']])
            ),
        }
    return result


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('--checkpoint', type=Path, default=Path('training/checkpoints/uvflow-s.pt'))
    parser.add_argument('--shards', type=Path, default=Path('training/cache/test'))
    parser.add_argument('--pictures', type=int, default=250)
    parser.add_argument('--out', type=Path)
    options = parser.parse_args()
    torch.set_num_threads(2)
    text = json.dumps(report(options.checkpoint, options.shards, options.pictures), indent=2)
    print(text)
    if options.out:
        options.out.write_text(text + '\n')
