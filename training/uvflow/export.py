"""
`python -m training.uvflow.export [--checkpoint training/checkpoints/uvflow-s.pt] [--out assets/uv-flow/uvflow-s.onnx]`: the
averaged weights as a `uv-flow/1` network, calibrated on the held-out pictures, its large tensors in float16.
"""

import argparse
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn as nn
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper

from ..studio.head import LAYOUT, Head
from .atlas import CHART, OUTPUT, Atlas, chart_of, texel_centres
from .checkpoint import averaged_model, load
from .data import CROP_SCALE, MEAN, STD, CropSet
from .evaluate import calibration, measure
from .model import UvFlow
from .reader import Reader

# Tensors with fewer numbers stay in float32.
SMALL = 512


class Contract(nn.Module):
    """The network with the contract's outputs: `flow` `[N, D, D, 2]`, `sigma` `[N, D, D]`, crop pixels."""

    def __init__(
        self,
        model: UvFlow,
        atlas: Atlas,
        fields: torch.Tensor,
        readers: torch.Tensor,
        factor: float,
        iterations: int | None = None,
    ):
        super().__init__()
        self.model, self.factor, self.iterations = model, factor, iterations
        self.fields, self.readers = nn.Parameter(fields), nn.Parameter(readers)
        self.window = [int(edge) for edge in atlas.window]
        place = chart_of(texel_centres(OUTPUT))
        grid = np.stack([2 * place[:, 0] - 1, 1 - 2 * place[:, 1]], 1).reshape(1, OUTPUT, OUTPUT, 2)
        self.register_buffer('grid', torch.from_numpy(grid).float())
        centre = (torch.arange(OUTPUT) + 0.5) * (model.configuration.side / OUTPUT)
        self.register_buffer('own', torch.stack(torch.meshgrid(centre, centre, indexing='xy'))[None])

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        positions, log_sigma = self.model(image, self.iterations)[-1]
        chart = torch.cat([positions, log_sigma.exp()[..., None]], 2).transpose(1, 2)
        maps = F.grid_sample(
            chart.reshape(-1, 3, CHART, CHART),
            self.grid.expand(chart.shape[0], -1, -1, -1),
            padding_mode='border',
            align_corners=False,
        )
        top, bottom, left, right = self.window
        detail = (chart[:, :2] @ self.readers) @ self.fields
        detail = F.pad(detail.view(-1, 2, bottom - top, right - left), (left, OUTPUT - right, top, OUTPUT - bottom))
        flow = maps[:, :2] + detail - self.own
        return flow.permute(0, 2, 3, 1), maps[:, 2] * self.factor


def store_half(network: onnx.ModelProto, exact: set[str]) -> None:
    """Large float32 initialisers become float16 with a Cast behind them, which runtimes fold when they load."""
    casts = []
    for tensor in network.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < SMALL or tensor.name in exact:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f'{name}.half'))
        casts.append(helper.make_node('Cast', [f'{name}.half'], [name], to=TensorProto.FLOAT))
    for node in reversed(casts):
        network.graph.node.insert(0, node)


def write_network(
    module: nn.Module,
    path: Path,
    side: int,
    outputs: dict[str, list[int]],
    entries: dict[str, str],
    exact: set[str] | None,
) -> None:
    """
    A network from crops `image` `[N, 3, side, side]` to `outputs`, named with their shapes behind N, as a file.

    entries: its metadata beyond what all networks say alike; exact: what stays in float32, None: everything.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        module.eval(),
        torch.zeros(2, 3, side, side),
        str(path),
        input_names=['image'],
        output_names=list(outputs),
        dynamic_axes={key: {0: 'N'} for key in ('image', *outputs)},
        opset_version=16,
        do_constant_folding=True,
    )
    network = onnx.load(path)
    if exact is not None:
        store_half(network, exact)
    for port, shape in zip(network.graph.output, outputs.values()):
        for axis, size in enumerate(shape):
            port.type.tensor_type.shape.dim[axis + 1].dim_value = size
    alike = {'mean': str(list(MEAN)), 'std': str(list(STD)), 'range': '[0, 1]', 'licence': 'MIT'}
    for key, value in {**entries, **alike}.items():
        network.metadata_props.add(key=f'flowfit.{key}', value=value)
    onnx.checker.check_model(network)
    onnx.save(network, path)


def export(contract: Contract, path: Path, layout_hash: str, name: str, half: bool = True) -> None:
    entries = {
        'contract': 'uv-flow/1',
        'name': name,
        'uv_layout': f'{LAYOUT} {layout_hash}',
        'crop_scale': str(CROP_SCALE),
    }
    outputs = {'flow': [OUTPUT, OUTPUT, 2], 'sigma': [OUTPUT, OUTPUT]}
    side = contract.model.configuration.side
    write_network(contract, path, side, outputs, entries, exact={'grid', 'own'} if half else None)


def contract_of(checkpoint: Path, shards: Path, iterations: int | None, count: int) -> tuple[Contract, Atlas, str]:
    """The contract's network from a checkpoint, calibrated."""
    state = load(checkpoint)
    atlas, model = Atlas(Head()), averaged_model(state)
    contract = Contract(model, atlas, state['fields'], state['readers'], 1.0, iterations).eval()
    crops = CropSet(shards, model.configuration.side, seed=5, hard=0.5)
    reader = Reader(atlas, state['fields'], state['readers'])
    contract.factor = calibration(measure(model, reader, crops, iterations, count))
    return contract, atlas, state['name']


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('--checkpoint', type=Path, default=Path('training/checkpoints/uvflow-s.pt'))
    parser.add_argument('--shards', type=Path, default=Path('training/cache/test'))
    parser.add_argument('--out', type=Path, default=Path('assets/uv-flow/uvflow-s.onnx'))
    parser.add_argument('--iterations', type=int)
    parser.add_argument('--pictures', type=int, default=250, help='held-out pictures to calibrate on')
    options = parser.parse_args()
    torch.set_num_threads(2)
    contract, atlas, name = contract_of(options.checkpoint, options.shards, options.iterations, options.pictures)
    export(contract, options.out, atlas.layout_hash, name)
    print(f'{options.out}: {options.out.stat().st_size / 1e6:.2f} MB, sigma times {contract.factor:.3f}')
