"""
Checkpoints that `weights_only` loads: weights and their average in float16, the optimiser's moments in bfloat16.

`python -m training.uvflow.checkpoint` writes the one that is committed: the averaged weights alone, from which training
goes on after a short warm-up.
"""

import argparse
from pathlib import Path

import torch

from .model import CONFIGURATIONS, UvFlow


def compact(value, kind: torch.dtype):
    """Floats to `kind`, through nested dictionaries and lists."""
    if isinstance(value, torch.Tensor):
        return value.detach().cpu().to(kind) if value.dtype == torch.float32 else value.detach().cpu()
    if isinstance(value, dict):
        return {key: compact(part, kind) for key, part in value.items()}
    return [compact(part, kind) for part in value] if isinstance(value, list) else value


def expand(value):
    """The opposite of `compact`."""
    if isinstance(value, torch.Tensor):
        return value.float() if value.dtype in (torch.bfloat16, torch.float16) else value
    if isinstance(value, dict):
        return {key: expand(part) for key, part in value.items()}
    return [expand(part) for part in value] if isinstance(value, list) else value


def save(path: Path, name: str, state: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix('.partial')
    # The optimiser's second moments are too small for float16.
    kinds = {key: torch.bfloat16 if key == 'optimiser' else torch.float16 for key in state}
    torch.save({**{key: compact(state[key], kind) for key, kind in kinds.items()}, 'name': name}, partial)
    partial.replace(path)


def load(path: Path) -> dict:
    return expand(torch.load(path, map_location='cpu', weights_only=True))


def averaged_model(state: dict) -> UvFlow:
    """The network with the averaged weights, for use at its own side, which it shrinks to what it was last trained on."""
    model = UvFlow(CONFIGURATIONS[state['name']])
    model.load_state_dict(state['average'])
    model.shrink = state['shrink']
    return model.eval()


def slim(state: dict) -> dict:
    """The averaged weights in place of the weights, without the optimiser."""
    return {**state, 'weights': {}, 'optimiser': None}


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('--run', type=Path, default=Path('training/cache/run/uvflow-s.pt'))
    parser.add_argument('--out', type=Path, default=Path('training/checkpoints/uvflow-s.pt'))
    options = parser.parse_args()
    whole = load(options.run)
    save(options.out, whole['name'], slim(whole))
    print(f'{options.out}: {options.out.stat().st_size / 1e6:.2f} MB, step {whole["step"]}')
