"""
`python -m training.canonical.contact_sheet OUT.png [--network assets/canonical/canonical-s.onnx] [--count 12] [--spoilt]`

Held-out pictures, one to a column: the crop, what the network says (x, y, z as red, green, blue), the truth, the error
from black to white at 10 per cent of the cube's side, and sigma on the same scale.
"""

import argparse
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

from ..uvflow.data import normalise
from ..uvflow.evaluate import batch_of
from .data import CropSet

# Sides of the cube that are drawn white.
WHITE = 0.1


def columns(crop, canonical: np.ndarray, confidence: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    """`[N, 5 S, S, 3]` bytes."""
    shown, true = confidence >= 0.5, (crop.parts[:, None] > 0).numpy()
    truth = crop.canonical.numpy()
    grey = lambda values, mask: np.repeat((values / WHITE).clip(0, 1) * mask, 3, 1) * 255
    error = np.linalg.norm(canonical - truth, axis=1, keepdims=True)
    places = [canonical * shown * 255, truth * true * 255]
    rows = [crop.image.numpy(), *places, grey(error, shown & true), grey(sigma, shown)]
    return np.concatenate(rows, 2).round().clip(0, 255).astype(np.uint8).transpose(0, 2, 3, 1)


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('out')
    parser.add_argument('--network', type=Path, default=Path('assets/canonical/canonical-s.onnx'))
    parser.add_argument('--shards', type=Path, default=Path('training/cache/canonical-test'))
    parser.add_argument('--count', type=int, default=12)
    parser.add_argument('--spoilt', action='store_true')
    options = parser.parse_args()
    session = onnxruntime.InferenceSession(str(options.network), providers=['CPUExecutionProvider'])
    crop = batch_of(
        CropSet(options.shards, session.get_inputs()[0].shape[2], seed=5, spoilt=options.spoilt), range(options.count)
    )
    answer = session.run(None, {'image': normalise(crop.image).contiguous().numpy()})
    Image.fromarray(np.concatenate(list(columns(crop, *answer)), 1)).save(options.out)
