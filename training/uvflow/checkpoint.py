"""Small checkpoints: weights and their moving average in bfloat16, the optimiser's moments too; `weights_only` loads them."""

from pathlib import Path

import torch

from .model import CONFIGURATIONS, UvFlow

DETAIL = ('fields', 'readers')


def compact(value):
    """Floats to bfloat16, through nested dictionaries and lists."""
    if isinstance(value, torch.Tensor):
        return value.detach().cpu().bfloat16() if value.dtype == torch.float32 else value.detach().cpu()
    if isinstance(value, dict):
        return {key: compact(part) for key, part in value.items()}
    return [compact(part) for part in value] if isinstance(value, list) else value


def expand(value):
    """The opposite of `compact`."""
    if isinstance(value, torch.Tensor):
        return value.float() if value.dtype == torch.bfloat16 else value
    if isinstance(value, dict):
        return {key: expand(part) for key, part in value.items()}
    return [expand(part) for part in value] if isinstance(value, list) else value


def save(path: Path, name: str, state: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix('.partial')
    torch.save({'name': name, **compact(state)}, partial)
    partial.replace(path)


def load(path: Path) -> dict:
    return expand(torch.load(path, map_location='cpu', weights_only=True))


def averaged_model(state: dict) -> UvFlow:
    """The network with the averaged weights, for use."""
    model = UvFlow(CONFIGURATIONS[state['name']])
    model.load_state_dict(state['average'])
    return model.eval()
