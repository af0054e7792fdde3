"""
`python -m training.uvflow.train [--minutes 120] [--name uvflow-s]`: trains, or goes on from the checkpoint.

The learning rate follows the share of --minutes that has been trained (time spent waiting does not count), so that a slow
machine ends a run as a fast one does. A checkpoint is written every --every steps; a run that is stopped loses no more.
"""

import argparse
import csv
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset, Sampler

from ..studio.head import Head
from .atlas import Atlas, surface_values
from .checkpoint import load, save
from .data import Crop, CropSet, finished_shards, normalise
from .detail import detail_basis
from .loss import flow_loss
from .model import CONFIGURATIONS, UvFlow
from .reader import Reader
from .score import error_shares

AVERAGING = 0.998
COLUMNS = ['step', 'pictures', 'seconds', 'iterations', 'loss', 'coarse_nme', 'nme']


class Counted(Sampler):
    """Numbers from `start` on, each epoch in an order of its own."""

    def __init__(self, length: int, start: int):
        self.length, self.start = length, start

    def __iter__(self):
        epoch, done = divmod(self.start, self.length)
        while True:
            order = np.random.default_rng([11, epoch]).permutation(self.length)
            yield from (epoch * self.length + order[done:]).tolist()
            epoch, done = epoch + 1, 0


def learning_rate(share: float, taken: int, peak: float) -> float:
    """Half a cosine down to a hundredth over the whole schedule; a warm-up over the first steps of every start."""
    return float(peak * min(1, (1 + taken) / 60) * (0.01 + 0.99 * 0.5 * (1 + np.cos(np.pi * min(1, share)))))


def start(name: str, crops: CropSet, head: Head, atlas: Atlas) -> dict:
    """A fresh state: the coarse head begins with the principal fields of the training crops themselves."""
    torch.manual_seed(0)
    model = UvFlow(CONFIGURATIONS[name])
    fields, readers = detail_basis(head, atlas)
    numbers = np.random.default_rng(3).integers(0, len(crops), 1200)
    sample = np.stack([surface_values(atlas.chart_surface, placed(crops, int(n))).ravel() for n in numbers])
    mean = sample.mean(0)
    _, spread, principal = np.linalg.svd(sample - mean, full_matrices=False)
    rank = model.configuration.coarse
    model.coarse.mean.copy_(torch.from_numpy(mean))
    model.coarse.fields.copy_(torch.from_numpy(principal[:rank]))
    model.coarse.spread.copy_(torch.from_numpy(spread[:rank] / np.sqrt(len(sample))))
    with torch.no_grad():
        model.coarse.coefficients.weight.mul_(0.1)
    weights = model.state_dict()
    return {
        'name': name,
        'weights': weights,
        'average': weights,
        'optimiser': None,
        'fields': fields,
        'readers': readers,
        'seconds': 0.0,
        'step': 0,
        'shrink': 1,
        'seen': 0,
    }


def batches(crops: Dataset, options: argparse.Namespace, seen: int):
    prefetch = 6 if options.workers else None
    sampler = Counted(len(crops), seen)
    return iter(
        DataLoader(crops, options.batch, sampler=sampler, num_workers=options.workers, prefetch_factor=prefetch)
    )


def enlarged(crop: Crop, scale: float) -> Crop:
    """Crops of a smaller side with their positions in the network's own pixels."""
    return crop._replace(vertices=crop.vertices * scale, box=crop.box * scale)


def placed(crops: CropSet, number: int) -> np.ndarray:
    """A crop's vertices without its picture's spoiling."""
    return crops[number].vertices.numpy().astype(np.float64)


def trim(log: Path, step: int, columns: list[str]) -> None:
    """Drops the log's lines after the checkpoint's step, which are about to be made again."""
    rows = list(csv.reader(log.open())) if log.exists() else []
    with log.open('w', newline='') as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(row for row in rows[1:] if int(row[0]) <= step)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument('--name', default='uvflow-s', choices=CONFIGURATIONS)
    parser.add_argument('--minutes', type=float, default=120)
    parser.add_argument('--batch', type=int, default=16)
    parser.add_argument('--peak', type=float, default=1.2e-3)
    parser.add_argument('--shards', type=Path, default=Path('training/cache/train'))
    parser.add_argument('--run', type=Path, default=Path('training/cache/run'), help='where whole checkpoints go')
    parser.add_argument('--folder', type=Path, default=Path('training/checkpoints'), help='slim checkpoints and logs')
    parser.add_argument('--every', type=int, default=200)
    parser.add_argument('--workers', type=int, default=1)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--small-share', type=float, default=0.3, help='share of the time on pictures of half the side')
    parser.add_argument(
        '--coarse-share', type=float, default=0.4, help='share of the time before the update is trained'
    )
    parser.add_argument('--hard', type=float, default=0.5, help='share of crops with all that can happen to them')
    parser.add_argument('--iterations', type=int, default=2, help='iterations of the update while training')
    return parser.parse_args()


def resume(options: argparse.Namespace, head: Head, atlas: Atlas) -> dict:
    """The run's checkpoint; else the committed one; else a fresh state."""
    path, committed = (folder / f'{options.name}.pt' for folder in (options.run, options.folder))
    if not path.exists():
        crops = CropSet(options.shards, CONFIGURATIONS[options.name].side)
        save(path, options.name, load(committed) if committed.exists() else start(options.name, crops, head, atlas))
    return load(path)


def follow(average: dict[str, torch.Tensor], model: nn.Module, step: int) -> None:
    """Moves the averaged weights toward the model's, faster in the beginning."""
    keep = min(AVERAGING, (1 + step) / (10 + step))
    for key, value in model.state_dict().items():
        if value.is_floating_point():
            average[key].lerp_(value, 1 - keep)
        else:
            average[key].copy_(value)


def descend(model, optimiser, reader: Reader, crop: Crop, iterations: int, device: str) -> tuple[float, float, float]:
    """One step; the loss and the errors of the first and the last guess."""
    estimates = model(normalise(crop.image.to(device)), iterations)
    loss = flow_loss(estimates, crop.vertices.to(device), reader)
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
    if not torch.isfinite(loss):
        raise FloatingPointError(f'train: expected a finite loss, got {loss.item()}.')
    optimiser.step()
    with torch.no_grad():
        return (loss.item(), *error_shares(estimates, crop, reader))


def train(options: argparse.Namespace) -> None:
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    head, configuration = Head(), CONFIGURATIONS[options.name]
    atlas = Atlas(head)
    state = resume(options, head, atlas)
    model = UvFlow(configuration).to(device, memory_format=torch.channels_last).train()
    model.load_state_dict(state['weights'] or state['average'])
    average = {key: value.to(device).clone() for key, value in state['average'].items()}
    reader = Reader(atlas, state['fields'], state['readers']).to(device)
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
        side = configuration.side // 2 if share < options.small_share else configuration.side
        if loader is None or side != crops.side:
            crops = CropSet(options.shards, side, hard=options.hard)
            loader = batches(crops, options, seen)
            print(f'{len(crops)} pictures, side {side}, step {step}', flush=True)
        crop = enlarged(next(loader), configuration.side / side)
        iterations = 0 if share < options.coarse_share else options.iterations
        recent.append(descend(model, optimiser, reader, crop, iterations, device))
        step, seen = step + 1, seen + len(crop.image)
        follow(average, model, step)
        seconds += time.perf_counter() - began
        if step % 50 == 0:
            row = [step, seen, round(seconds), iterations, *np.round(np.mean(recent, 0), 4)]
            recent = []
            print(*row, f'lr {group["lr"]:.2e}', flush=True)
            with log.open('a', newline='') as file:
                csv.writer(file).writerow(row)
        if step % options.every == 0 or seconds >= 60 * options.minutes:
            progress = {'seconds': seconds, 'step': step, 'seen': seen, 'shrink': configuration.side // side}
            weights = {'weights': model.state_dict(), 'average': average, 'optimiser': optimiser.state_dict()}
            save(options.run / f'{options.name}.pt', options.name, {**state, **weights, **progress})
            if len(finished_shards(options.shards)) > len(crops.shards):
                loader = None


if __name__ == '__main__':
    chosen = arguments()
    torch.set_num_threads(chosen.threads)
    train(chosen)
