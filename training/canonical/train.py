"""
`python -m training.canonical.train [--minutes 90] [--name canonical-s]`: trains, or goes on from the checkpoint.

As `training.uvflow.train`: the learning rate follows the share of --minutes that has been trained, a checkpoint is
written every --every steps, and the first --small-share of the time sees smaller pictures.
"""

import argparse
import csv
import time
from pathlib import Path

import numpy as np
import torch

from ..uvflow.checkpoint import load, save
from ..uvflow.data import finished_shards, normalise
from ..uvflow.train import batches, follow, learning_rate, trim
from .data import Crop, CropSet
from .loss import canonical_loss
from .model import CONFIGURATIONS, CanonicalNetwork
from .score import mask_overlap, place_errors

COLUMNS = ['step', 'pictures', 'seconds', 'side', 'loss', 'error', 'overlap']
# Side of the smaller pictures over the network's own; both are multiples of 32.
SMALL = 0.75


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument('--name', default='canonical-s', choices=CONFIGURATIONS)
    parser.add_argument('--minutes', type=float, default=90)
    parser.add_argument('--batch', type=int, default=16)
    parser.add_argument('--peak', type=float, default=2e-3)
    parser.add_argument('--shards', type=Path, default=Path('training/cache/canonical-train'))
    parser.add_argument('--run', type=Path, default=Path('training/cache/canonical-run'), help='whole checkpoints')
    parser.add_argument('--folder', type=Path, default=Path('training/checkpoints'), help='slim checkpoints and logs')
    parser.add_argument('--every', type=int, default=200)
    parser.add_argument('--workers', type=int, default=1)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--small-share', type=float, default=0.5, help='share of the time on smaller pictures')
    parser.add_argument('--hard', type=float, default=0.5, help='share of crops with all that can happen to them')
    return parser.parse_args()


def resume(options: argparse.Namespace) -> dict:
    """The run's checkpoint; else the committed one; else a fresh state."""
    for folder in (options.run, options.folder):
        if (folder / f'{options.name}.pt').exists():
            return load(folder / f'{options.name}.pt')
    torch.manual_seed(0)
    weights = CanonicalNetwork(CONFIGURATIONS[options.name]).state_dict()
    return {
        'name': options.name,
        'weights': weights,
        'average': weights,
        'optimiser': None,
        'seconds': 0.0,
        'step': 0,
        'seen': 0,
    }


def descend(model: CanonicalNetwork, optimiser, crop: Crop, device: str) -> tuple[float, float, float]:
    """One step; the loss, the mean error in per cent of the cube's side, and the mask's intersection over union."""
    prediction = model(normalise(crop.image.to(device)))
    canonical, parts = crop.canonical.to(device), crop.parts.to(device)
    loss = canonical_loss(prediction, canonical, parts)
    if not torch.isfinite(loss):
        raise FloatingPointError(f'train: expected a finite loss, got {loss.item()}.')
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
    optimiser.step()
    with torch.no_grad():
        error = place_errors(prediction, canonical)[parts > 0].mean() * 100
        return loss.item(), error.item(), mask_overlap(prediction, parts)


def train(options: argparse.Namespace) -> None:
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    configuration = CONFIGURATIONS[options.name]
    state = resume(options)
    model = CanonicalNetwork(configuration).to(device, memory_format=torch.channels_last).train()
    model.load_state_dict(state['weights'] or state['average'])
    average = {key: value.to(device).clone() for key, value in state['average'].items()}
    optimiser = torch.optim.AdamW(model.parameters(), lr=options.peak, weight_decay=0.02, betas=(0.9, 0.98))
    if state['optimiser']:
        optimiser.load_state_dict(state['optimiser'])
    seconds, step, seen, first = state['seconds'], state['step'], state['seen'], state['step']
    options.folder.mkdir(parents=True, exist_ok=True)
    log = options.folder / f'{options.name}.csv'
    trim(log, step, COLUMNS)
    crops, loader, recent = None, None, []
    while seconds < 60 * options.minutes:
        began = time.perf_counter()
        share = seconds / (60 * options.minutes)
        for group in optimiser.param_groups:
            group['lr'] = learning_rate(share, step - first, options.peak)
        side = round(configuration.side * SMALL) if share < options.small_share else configuration.side
        if loader is None or side != crops.side:
            crops = CropSet(options.shards, side, hard=options.hard)
            loader = batches(crops, options, seen)
            print(f'{len(crops)} pictures, side {side}, step {step}', flush=True)
        crop = next(loader)
        recent.append(descend(model, optimiser, crop, device))
        step, seen = step + 1, seen + len(crop.image)
        follow(average, model, step)
        seconds += time.perf_counter() - began
        if step % 50 == 0:
            row = [step, seen, round(seconds), side, *np.round(np.mean(recent, 0), 4)]
            recent = []
            print(*row, f'lr {group["lr"]:.2e}', flush=True)
            with log.open('a', newline='') as file:
                csv.writer(file).writerow(row)
        if step % options.every == 0 or seconds >= 60 * options.minutes:
            weights = {'weights': model.state_dict(), 'average': average, 'optimiser': optimiser.state_dict()}
            progress = {'seconds': seconds, 'step': step, 'seen': seen}
            save(options.run / f'{options.name}.pt', options.name, {**state, **weights, **progress})
            if len(finished_shards(options.shards)) > len(crops.shards):
                loader = None


if __name__ == '__main__':
    chosen = arguments()
    torch.set_num_threads(chosen.threads)
    train(chosen)
