"""Renders random people of the asset for a landmark detector: the first of the three steps of the 478 embedding.

`python render_views.py --out DIR [--count 240]` writes 000.png, ... and views.npz (cameras and shape coefficients).
Then a detector writes DIR/detections.npz (`detect_views.mjs`), and `embed_landmarks.py --views DIR` casts them back.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

import container
from pictures import ASSET, read_skins
from posing import pose
from rasterise import look_at, render

SEED = 478
SIZE = 512
MAX_YAW, MAX_PITCH = 15, 10  # degrees; beyond, the detector's contour slides along the surface


def background(random):
    """A soft, coloured, uneven wall."""
    wall = gaussian_filter(random.normal(size=(SIZE, SIZE, 3)), (60, 60, 0))
    return np.clip(random.uniform(60, 200, 3) + 25 * wall / wall.std(), 0, 255)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--count', type=int, default=240)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(SEED)
    meta, arrays = container.read(ASSET / 'open-head.npz')
    layout = next(iter(meta['uvLayouts']))
    skins = read_skins(ASSET / 'skins')
    shapes, intrinsics, extrinsics = [], [], []
    for index in range(options.count):
        shape = np.clip(random.normal(size=len(arrays['shape_basis'])), -2, 2)
        vertices = pose(arrays, shape)
        camera = look_at([0, -0.015, 0.03], random.uniform(-MAX_YAW, MAX_YAW), random.uniform(-MAX_PITCH, MAX_PITCH),
                         random.uniform(0.6, 1.2), 512, (SIZE, SIZE), random.uniform(-5, 5))
        # The head fills the same part of the picture at every distance.
        camera.intrinsics[[0, 1], [0, 1]] = 1850 * camera.camera_from_head[2, 3]
        key = [random.uniform(-0.8, 0.8), random.uniform(0.1, 0.9), 0.8]
        white = (1.0, 0.0, 1.0)
        image = render(vertices, arrays['faces'], camera, uv=arrays[f'uv:{layout}'],
                       uv_faces=arrays[f'uv_faces:{layout}'], texture=skins[index % len(skins)], background=white,
                       key=key, ambient=random.uniform(0.45, 0.65), diffuse=random.uniform(0.4, 0.65)).astype(float)
        # Magenta never occurs on a face: it marks the wall, also in part along the outline.
        share = np.clip((np.minimum(image[..., 0], image[..., 2]) - image[..., 1]) / 255, 0, 1)[..., None]
        image = image - share * [255, 0, 255] + share * background(random)
        Image.fromarray(np.clip(image, 0, 255).astype(np.uint8)).save(options.out / f'{index:03d}.png')
        shapes.append(shape)
        intrinsics.append(camera.intrinsics)
        extrinsics.append(camera.camera_from_head)
    np.savez(options.out / 'views.npz', shape=shapes, intrinsics=intrinsics, camera_from_head=extrinsics,
             size=[SIZE, SIZE])


if __name__ == '__main__':
    main()
