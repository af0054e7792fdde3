"""Contact sheets of the asset, to look at: identities, expressions, joints."""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

import container
from posing import pose
from rasterise import look_at, render

ASSET = Path(__file__).resolve().parent.parent
DEGREE = np.pi / 180
SHOWN = 14  # the skin of the expression and joint sheets
PARTS = {'skin': (0.52, 0.37, 0.31), 'eyeballs': (0.85, 0.85, 0.85), 'teeth': (0.8, 0.78, 0.7),
         'tongue': (0.6, 0.22, 0.22), 'mouth_interior': (0.35, 0.1, 0.1)}


class Studio:
    def __init__(self, meta, arrays, texture=None):
        self.meta, self.arrays = meta, arrays
        layout = next(iter(meta['uvLayouts']))
        self.uv, self.uv_faces = arrays[f'uv:{layout}'], arrays[f'uv_faces:{layout}']
        self.texture = texture
        self.colour = np.full((len(arrays['faces']), 3), PARTS['mouth_interior'])
        for name, colour in PARTS.items():
            if name != 'mouth_interior':
                self.colour[arrays[f'region:{name}'][arrays['faces']].astype(bool).all(1)] = colour

    def picture(self, vertices, size=(240, 300), yaw=0, pitch=0, label='', texture=None, zoom=1.0, centre=(0, -0.005, 0)):
        texture = self.texture if texture is None else texture
        camera = look_at(np.array(centre), yaw, pitch, 1.2, 4.1 * size[0] * zoom, size)
        faces = self.arrays['faces']
        image = Image.fromarray(
            render(vertices, faces, camera, self.colour) if texture is None else
            render(vertices, faces, camera, uv=self.uv, uv_faces=self.uv_faces, texture=texture))
        if label:
            ImageDraw.Draw(image).text((4, 2), label, fill=(20, 20, 20))
        return np.array(image)

    def expression(self, **values):
        weights = np.zeros(len(self.meta['expressionNames']))
        for name, value in values.items():
            weights[self.meta['expressionNames'].index(name)] = value
        return weights

    def joints(self, **values):
        angles = np.zeros((len(self.meta['jointNames']), 3))
        for name, value in values.items():
            angles[self.meta['jointNames'].index(name)] = np.array(value) * DEGREE
        return angles


def sheet(pictures, columns):
    rows = [pictures[i:i + columns] for i in range(0, len(pictures), columns)]
    rows[-1] = rows[-1] + [np.full_like(pictures[0], 255)] * (columns - len(rows[-1]))
    return np.vstack([np.hstack(row) for row in rows])


def expression_sheet(studio, size=(200, 240), columns=9, **view):
    names = studio.meta['expressionNames']
    shown = [name for name in names if not name.endswith('Right') or name == 'mouthRight']
    return sheet([studio.picture(pose(studio.arrays, expression=studio.expression(**{name: 1})), size, label=name, **view)
                  for name in shown], columns)


def joint_sheet(studio, size=(200, 240), columns=7):
    cases = {'neutral': ({}, {}), 'jaw 10': (dict(jaw=(10, 0, 0)), {}), 'jaw 20': (dict(jaw=(20, 0, 0)), {}),
             'jaw 28': (dict(jaw=(28, 0, 0)), {}), 'jaw 20, mouthClose': (dict(jaw=(20, 0, 0)), dict(mouthClose=1)),
             'jaw left 8': (dict(jaw=(0, 8, 0)), {}), 'jaw 20, tongueOut': (dict(jaw=(20, 0, 0)), dict(tongueOut=1)),
             'neck x 25': (dict(neck=(25, 0, 0)), {}), 'neck x -25': (dict(neck=(-25, 0, 0)), {}),
             'neck y 25': (dict(neck=(0, 25, 0)), {}), 'neck z 25': (dict(neck=(0, 0, 25)), {}),
             'eyes left': (dict(left_eye=(0, 25, 0), right_eye=(0, 25, 0)), dict(eyeLookOutLeft=1, eyeLookInRight=1)),
             'eyes up': (dict(left_eye=(-20, 0, 0), right_eye=(-20, 0, 0)), dict(eyeLookUpLeft=1, eyeLookUpRight=1)),
             'eyes down': (dict(left_eye=(22, 0, 0), right_eye=(22, 0, 0)),
                           dict(eyeLookDownLeft=1, eyeLookDownRight=1)),
             'blink': ({}, dict(eyeBlinkLeft=1, eyeBlinkRight=1)),
             'half blink': ({}, dict(eyeBlinkLeft=0.5, eyeBlinkRight=0.5)),
             'smile': ({}, dict(mouthSmileLeft=1, mouthSmileRight=1)),
             'laugh': (dict(jaw=(12, 0, 0)), dict(mouthSmileLeft=1, mouthSmileRight=1, cheekSquintLeft=.6,
                                                  cheekSquintRight=.6)),
             'yaw 60': ({}, {}), 'yaw -60': ({}, {}), 'yaw 90': ({}, {})}
    return sheet([studio.picture(pose(studio.arrays, expression=studio.expression(**expression),
                                      joint_pose=studio.joints(**joints)), size, label=name,
                                 yaw=float(name.split()[1]) if name.startswith('yaw') else 0)
                  for name, (joints, expression) in cases.items()], columns)


def identity_sheet(studio, textures=(), count=10, seed=7, size=(240, 300), columns=5, yaw=0.0):
    random, pictures = np.random.default_rng(seed), []
    for index in range(count):
        shape = np.clip(random.normal(size=len(studio.arrays['shape_basis'])), -2.5, 2.5)
        texture = textures[index % len(textures)] if len(textures) else None
        pictures.append(studio.picture(pose(studio.arrays, shape=shape), size, yaw=yaw + 25 * (index % 3 - 1),
                                       texture=texture, zoom=1.15, centre=(0, 0.005, 0)))
    return sheet(pictures, columns)


def read_skins(folder):
    return [np.array(Image.open(path).convert('RGB')) for path in sorted(folder.glob('*.jpg'))]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--out', type=Path, default=ASSET.parent.parent / 'docs/pictures')
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    meta, arrays = container.read(ASSET / 'open-head.npz')
    textures = read_skins(ASSET / 'skins')
    studio = Studio(meta, arrays, textures[SHOWN] if textures else None)
    save = lambda name, picture: Image.fromarray(picture).save(options.out / f'open-head-{name}.jpg', quality=82)
    save('identities', identity_sheet(studio, textures))
    save('expressions', expression_sheet(studio, (170, 190), 8, zoom=1.5, centre=(0, -0.025, 0), yaw=15))
    save('joints', joint_sheet(studio, (200, 240)))


if __name__ == '__main__':
    main()
