"""`python -m training.check`: what has to hold before a network is trained or shipped. Each check can fail."""

import tempfile
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from .studio.head import Head
from .studio.rasterise import rasterise_compiled, rasterise_tensors
from .uvflow.atlas import Atlas, surface_values
from .uvflow.detail import detail_basis, exact_output, sample_projections
from .uvflow.export import Contract, export
from .uvflow.lookup import correlation_pyramid, window
from .uvflow.model import CONFIGURATIONS, Estimate, UvFlow
from .uvflow.reader import Reader


def expect(name: str, value: float, most: float) -> None:
    print(f'{"ok  " if value <= most else "FAIL"} {name}: {value:.3g}, at most {most:g}')
    if not value <= most:
        raise SystemExit(1)


def grid_sample_window(volume: torch.Tensor, places: torch.Tensor, radius: int) -> torch.Tensor:
    """The look-up as RAFT writes it."""
    count, points, height, width = volume.shape
    reach = torch.arange(-radius, radius + 1.0)
    y, x = torch.meshgrid(reach, reach, indexing='ij')
    at = places.view(-1, 1, 1, 2) + torch.stack([x, y], 2)
    grid = 2 * at / torch.tensor([width, height]) - 1
    return F.grid_sample(volume.view(-1, 1, height, width), grid, align_corners=False).view(count, points, -1)


def check_lookup() -> None:
    generator = torch.Generator().manual_seed(1)
    volume = torch.randn(2, 9, 12, 10, generator=generator)
    places = torch.rand(2, 9, 2, generator=generator) * 24 - 6
    gap = (window(volume, places, 3) - grid_sample_window(volume, places, 3)).abs().max()
    expect('gather look-up against GridSample', gap.item(), 1e-4)
    keys, queries = torch.randn(2, 8, 16, 16, generator=generator), torch.randn(1, 8, 32, 32, generator=generator)
    fine, coarse = correlation_pyramid(queries, keys, 2)
    expect('pooled keys against pooled correlations', (F.avg_pool2d(fine, 2) - coarse).abs().max().item(), 1e-4)


def check_rasteriser(head: Head) -> None:
    points = torch.stack([100 + 500 * head.template[:, 0], 100 - 500 * head.template[:, 1], 1 - head.template[:, 2]], 1)
    compiled, tensors = (draw(points, head.faces, 200) for draw in (rasterise_compiled, rasterise_tensors))
    expect('pixels where the two rasterisers differ', (compiled.index != tensors.index).float().mean().item(), 1e-4)
    same = (compiled.index == tensors.index) & (compiled.index >= 0)
    expect('their barycentric coordinates', (compiled.weights - tensors.weights).abs()[same].max().item(), 1e-4)


def check_reader(head: Head, atlas: Atlas) -> tuple[torch.Tensor, torch.Tensor]:
    fields, readers = detail_basis(head, atlas, count=120)
    reader = Reader(atlas, fields, readers)
    truth = sample_projections(head, 8, seed=5)
    vertices = torch.from_numpy(truth.reshape(8, 2, -1)).permute(0, 2, 1).float()
    chart = reader.chart_truth(vertices)
    read, _ = reader(Estimate(chart, torch.zeros(chart.shape[:2])))
    counted = reader.weights > 0.5
    error = (read - vertices[:, reader.chosen])[:, counted].norm(dim=2).mean().item() / 171 * 100
    expect('chart truth read at the vertices, per cent of the square', error, 0.6)
    shifted, _ = reader(Estimate(chart + torch.tensor([30.0, -7.0]), torch.zeros(chart.shape[:2])))
    expect('a shift shifts', (shifted - read - torch.tensor([30.0, -7.0])).abs().max().item(), 2e-2)
    output = np.zeros((192 * 192, truth.shape[0]))
    output[atlas.window_texels] = exact_output(atlas, truth.T)
    gap = (atlas.read_output(output) - truth.T)[atlas.counted]
    expect('what the output can hold, per cent', np.hypot(gap[:, ::2], gap[:, 1::2]).mean() / 171 * 100, 0.3)
    assert surface_values(atlas.window_surface, np.ones((head.vertex_count, 1))).std() < 1e-6
    return fields, readers


def check_export(head: Head, atlas: Atlas, fields: torch.Tensor, readers: torch.Tensor) -> None:
    import onnxruntime

    torch.manual_seed(3)
    model = UvFlow(CONFIGURATIONS['uvflow-s'])
    # Fresh networks answer with one constant; these stand for what training makes of them.
    for module in (model.update.head[3], model.coarse.coefficients):
        torch.nn.init.normal_(module.weight, std=0.05)
    torch.nn.init.orthogonal_(model.coarse.fields)
    model.coarse.spread.fill_(100)
    model.coarse.mean.copy_(torch.rand(model.coarse.mean.shape) * 256)
    contract = Contract(model, atlas, fields, readers, 1.1).eval()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / 'network.onnx'
        export(contract, path, atlas.layout_hash, 'check', half=False)
        session = onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider'])
        for count in (1, 3):
            image = torch.randn(count, 3, 256, 256)
            with torch.no_grad():
                wanted = contract(image)
            found = session.run(None, {'image': image.numpy()})
            for name, a, b in zip(('flow', 'sigma'), wanted, found):
                gap = np.abs(a.numpy() - b).max() / np.abs(a.numpy()).max()
                expect(f'PyTorch against ONNX Runtime, {name}, {count} pictures, relative', float(gap), 1e-4)
        counted = reader_gap(contract, atlas, fields, readers, image)
        expect('vertices through the contract against the loss, pixels', counted, 2e-2)


def reader_gap(contract: Contract, atlas: Atlas, fields, readers, image) -> float:
    """What a user reads from `flow` against what the loss reads from the chart."""
    with torch.no_grad():
        flow, _ = contract(image)
        reader = Reader(atlas, contract.fields.detach(), contract.readers.detach(), all_vertices=True)
        wanted, _ = reader(contract.model(image)[-1])
        positions = (flow + contract.own.permute(0, 2, 3, 1)).view(len(image), -1, 2)[0].numpy()
    return float(np.abs(atlas.read_output(positions) - wanted[0].numpy()).max())


if __name__ == '__main__':
    torch.set_num_threads(1)
    check_lookup()
    head = Head()
    check_rasteriser(head)
    atlas = Atlas(head)
    check_export(head, atlas, *check_reader(head, atlas))
