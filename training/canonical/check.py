"""`python -m training.canonical.check`: what has to hold before a network is trained or shipped. Each check can fail."""

import tempfile
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from ..check import expect
from ..studio.render import Studio
from ..studio.shards import write_shard
from .cube import MARGIN, Cube
from .data import CROP_SCALE, CropSet
from .export import Contract, export
from .model import CONFIGURATIONS, CanonicalNetwork
from .shards import FRAME_SCALE, LEVELS, PARTS, SIDE, canonical_columns

OUTPUTS = ('canonical', 'confidence', 'sigma')


def check_cube(studio: Studio) -> None:
    places = Cube(studio.head).place(studio.head.template)
    expect('longest side of the template in the cube', abs((places.amax(0) - places.amin(0)).max() * MARGIN - 1), 1e-6)
    expect('its middle', ((places.amax(0) + places.amin(0)) / 2 - 0.5).abs().max().item(), 1e-6)


def check_crops(studio: Studio) -> None:
    """The map of a crop against the template's places under its vertices; mirrored crops against the others."""
    head, side = studio.head, 128
    with tempfile.TemporaryDirectory() as folder:
        write_shard(studio, Path(folder) / '00003', 3, 4, canonical_columns)
        plain = CropSet(Path(folder), side, spoilt=False)
        gaps = []
        for index in range(4):
            picture, crop = studio.picture(3, index), plain[index]
            centre, size, roll = np.split(np.load(Path(folder) / '00003' / 'squares.npy')[index], [2, 3])
            turn = torch.tensor([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])[..., 0].float()
            pixels = (picture.vertices - torch.from_numpy(centre)) @ turn * (side / (size[0] * CROP_SCALE)) + side / 2
            shown = picture.visible & head.regions['face']
            column, row = pixels[shown].floor().long().clamp(0, side - 1).unbind(1)
            gap = (crop.canonical[:, row, column].T - Cube(head).place(head.template[shown])).norm(dim=1)
            gaps.append(gap[crop.parts[row, column] == PARTS.index('face')])
        # Half a pixel of the crop is half a per cent of the cube.
        expect('maps against the vertices that they show, median', torch.cat(gaps).median().item(), 0.01)
        spoilt = CropSet(Path(folder), side, seed=1, hard=0)
        mean = lambda crop: crop.canonical[:, crop.parts > 0].mean(1)
        for number in range(4, 16):
            # A gentle crop shows what its exact one shows; whether it is mirrored is the first thing that is drawn.
            wanted = mean(plain[number])
            if np.random.default_rng([1, number]).random() < 0.5:
                wanted[0] = 1 - wanted[0]
            expect(f'mean place in gentle crop {number}', (mean(spoilt[number]) - wanted).abs().max().item(), 0.01)
        stored = np.load(Path(folder) / '00003' / 'canonical.npy')
        expect('stored levels', float(stored.max()), LEVELS + 1)


def check_export(studio: Studio) -> None:
    torch.manual_seed(3)
    model = CanonicalNetwork(CONFIGURATIONS['canonical-s'])
    # A fresh network answers with nearly one constant; this stands for what training makes of it.
    torch.nn.init.normal_(model.head.weight, std=0.1)
    contract = Contract(model, 1.2)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / 'network.onnx'
        export(contract, path, Cube(studio.head), 'check', half=False)
        session = onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider'])
        side = model.configuration.side
        for count in (1, 3):
            image = torch.randn(count, 3, side, side)
            with torch.no_grad():
                wanted = contract(image)
            exact = session.run(None, {'image': image.numpy()})
            for name, a, b in zip(OUTPUTS, wanted, exact):
                gap = np.abs(a.numpy() - b).max()
                expect(f'PyTorch against ONNX Runtime, {name}, {count} pictures', float(gap), 1e-4)
        export(contract, path, Cube(studio.head), 'check', half=True)
        half = onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider'])
        for name, a, b in zip(OUTPUTS, exact, half.run(None, {'image': image.numpy()})):
            expect(f'float16 weights against float32, {name}', float(np.abs(a - b).mean()), 2e-3)


if __name__ == '__main__':
    torch.set_num_threads(1)
    studio = Studio(side=SIDE, frame_scale=FRAME_SCALE)
    check_cube(studio)
    check_crops(studio)
    check_export(studio)
