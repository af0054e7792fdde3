"""Paints eyes, brows, lash lines, teeth and tongue into the head atlas."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter, map_coordinates

import atlas
import eyes

IRISES = {'brown': (92, 58, 34), 'dark': (58, 36, 24), 'hazel': (112, 84, 48), 'blue': (92, 122, 150),
          'green': (96, 110, 78), 'grey': (118, 126, 130)}
HAIR = {'black': (28, 22, 20), 'dark': (52, 38, 30), 'brown': (84, 60, 42), 'blond': (132, 104, 70),
        'grey': (104, 96, 90)}
PIXELS_PER_MILLIMETRE = 8
BROW_LENGTH, BROW_HEIGHT = 48, 20  # millimetres of the brow drawing


@dataclass
class Look:
    seed: int
    iris: tuple
    hair: tuple
    brow_height: float  # millimetres at the inner end
    brow_density: float


def look(person, number):
    """Colours and brows that suit the person's name ('young_asian_female'); seeded by the number."""
    random = np.random.default_rng(1000 + number)
    pale = 'caucasian' in person
    iris = random.choice(['brown', 'hazel', 'blue', 'green', 'grey'] if pale else ['brown', 'dark', 'dark'])
    hair = random.choice(['dark', 'brown', 'brown', 'blond'] if pale else ['black', 'black', 'dark'])
    if 'old' in person.split('_'):
        hair = 'grey'
    female = 'female' in person
    return Look(1000 + number, IRISES[str(iris)], HAIR[str(hair)],
                random.uniform(5.0, 6.5) if female else random.uniform(7.5, 9.5),
                (random.uniform(0.65, 0.85) if female else random.uniform(0.85, 1.05)) * (0.7 if hair == 'grey' else 1))


def blend(colours, chosen, paint, share):
    """Mixes `paint` into the chosen texels; `share` is one number per chosen texel."""
    colours[chosen] += np.clip(share, 0, 1)[:, None] * (np.asarray(paint, float) - colours[chosen])


def polyline(points, curve):
    """Distance along `curve` (millimetres from its start) and signed height above it, in the front view."""
    best = np.full(len(points), np.inf)
    along, height = np.zeros(len(points)), np.zeros(len(points))
    start = 0.0
    for a, b in zip(curve, curve[1:]):
        edge = b - a
        length = np.hypot(*edge)
        local = points - a
        t = np.clip(local @ edge / length ** 2, 0, 1)
        distance = np.hypot(*(local - t[:, None] * edge).T)
        closer = distance < best
        best = np.where(closer, distance, best)
        along = np.where(closer, start + t * length, along)
        height = np.where(closer, np.sign(edge[0] * local[:, 1] - edge[1] * local[:, 0]) * distance, height)
        start += length
    return along, height


def brow_drawing(look, random):
    """`[rows, columns]` opacity of the subject's left brow: columns from its inner end, rows from the top."""
    scale = PIXELS_PER_MILLIMETRE
    image = Image.new('L', (BROW_LENGTH * scale, BROW_HEIGHT * scale), 0)
    draw = ImageDraw.Draw(image)
    for _ in range(int(900 * look.brow_density)):
        along = random.uniform(2, 43) if random.uniform() < 0.8 else random.uniform(3, 30)
        share = along / 43
        thickness = look.brow_height * (0.72 + 0.9 * share - 1.45 * share ** 2) * min(1, 0.45 + along / 12)
        height = random.uniform(-0.5, 0.5) * thickness
        # Hairs stand up at the inner end and lie along the brow at the outer one, turning towards its middle line.
        angle = np.radians(np.interp(share, [0, 0.25, 0.6, 1], [78, 48, 18, -6]) + random.normal(0, 9)
                           - 55 * height / max(thickness, 1) * min(share * 2, 1))
        length = random.uniform(4.0, 7.0) * (0.75 if share < 0.1 else 1)
        x, y = along * scale, (BROW_HEIGHT / 2 - height) * scale
        step = 0.5 * length * scale * np.array([np.cos(angle), -np.sin(angle)])
        draw.line([x - step[0], y - step[1], x + step[0], y + step[1]], fill=int(random.uniform(120, 230)), width=2)
    drawing = np.asarray(image, float) / 255
    return (0.6 * gaussian_filter(drawing, 1.2) + 0.35 * gaussian_filter(drawing, 5)) * min(look.brow_density, 1)


def brows(colours, texels, landmarks, look):
    random = np.random.default_rng(look.seed)
    head, scale = np.flatnonzero(texels.island['head']), PIXELS_PER_MILLIMETRE
    points = texels.point[head] * 1e3
    for sign, curve in ((1, landmarks[22:27]), (-1, landmarks[21:16:-1])):
        drawing = brow_drawing(look, random)
        flat = np.array([sign, 1]) * curve[:, :2] * 1e3
        flat = np.vstack([flat[0] - [3.0, 1.5], flat, flat[-1] + [2.5, -3.0]])
        near = head[(sign * points[:, 0] > 2) & (np.abs(points[:, 1] - flat[:, 1].mean()) < 25) & (points[:, 2] > 0)]
        along, height = polyline(texels.point[near][:, :2] * 1e3 * [sign, 1], flat)
        share = map_coordinates(drawing, [(BROW_HEIGHT / 2 - height) * scale, along * scale], order=1, cval=0.0)
        share[np.abs(height) > BROW_HEIGHT / 2 - 1] = 0
        blend(colours, near, look.hair, share)


def lash_lines(colours, texels, landmarks):
    """A dark line along the upper lids and a faint one along the lower; the mesh has no lashes."""
    head = np.flatnonzero(texels.island['head'])
    points = texels.point[head]
    for upper, lower in (((36, 37, 38, 39), (39, 40, 41, 36)), ((42, 43, 44, 45), (45, 46, 47, 42))):
        for line, reach, strength in ((upper, 0.0016, 0.6), (lower, 0.0010, 0.3)):
            rim = landmarks[list(line)]
            dense = np.concatenate([np.linspace(a, b, 12) for a, b in zip(rim, rim[1:])])
            near = np.flatnonzero(np.linalg.norm(points - rim.mean(0), axis=1) < 0.025)
            distance = np.linalg.norm(points[near][:, None] - dense[None], axis=2).min(1)
            blend(colours, head[near], (30, 20, 18), strength * np.exp(-(distance / reach) ** 2))


def eyeball(colours, texels, name, look):
    """Pupil, iris with radial fibres and a dark limbus, sclera that reddens towards the corners."""
    random = np.random.default_rng(look.seed)
    chosen = np.flatnonzero(texels.island[name])
    local = (texels.uv[chosen] - atlas.EYE_DISCS[name]) / atlas.EYE_DISC_RADIUS
    polar, around = np.hypot(*local.T) * eyes.RINGS[-1], np.arctan2(local[:, 1], local[:, 0])
    pupil, edge = eyes.RINGS[0], eyes.RINGS[eyes.IRIS_RING]
    waves = sum(np.sin(count * around + random.uniform(0, 6.28)) / len_
                for count, len_ in ((9, 1.0), (17, 1.2), (31, 1.5), (47, 2.0)))
    brightness = 1.0 + 0.13 * waves + 0.25 * np.exp(-((polar - pupil - 3) / 4) ** 2)
    iris = np.asarray(look.iris) * brightness[:, None]
    sclera = np.array([226, 219, 212]) - np.clip((polar - 35) / 40, 0, 1)[:, None] * [24, 52, 52]
    step = lambda value, width: np.clip(value / width + 0.5, 0, 1)[:, None]
    colour = iris + step(polar - edge, 3.0) * (sclera - iris)
    limbus = np.exp(-((polar - edge + 1.2) / 1.8) ** 2)[:, None]
    colour = colour * (1 - 0.6 * limbus)
    colours[chosen] = colour + step(pupil - polar, 1.5) * (np.array([12, 10, 10]) - colour)
    # A small highlight above the pupil, as in every photograph.
    spark = np.exp(-(((local[:, 0] + 0.045) / 0.022) ** 2 + ((local[:, 1] - 0.06) / 0.026) ** 2))
    blend(colours, chosen, (250, 250, 250), 0.85 * spark)


def inside_mouth(colours, texels):
    for name, up in (('upper_teeth', 1.0), ('lower_teeth', -1.0)):
        chosen = np.flatnonzero(texels.island[name])
        point = texels.point[chosen]
        towards_gum = up * (point[:, 1] - point[:, 1].min()) / np.ptp(point[:, 1])
        towards_gum = towards_gum if up > 0 else 1 + towards_gum
        angle = np.arctan2(point[:, 0], point[:, 2] - point[:, 2].min() + 0.004)
        gap = np.exp(-(((angle / 0.21 + 0.5 * (up < 0)) % 1 - 0.5) / 0.06) ** 2)
        tooth = np.array([226, 216, 198]) * (1 - 0.25 * gap)[:, None]
        gum = np.clip((towards_gum - 0.62) / 0.12, 0, 1)[:, None]
        colours[chosen] = tooth + gum * (np.array([186, 104, 98]) - tooth)
    # Little light reaches the back of the mouth.
    for name, darkest in (('tongue', 0.35), ('mouth_interior', 0.2)):
        chosen = np.flatnonzero(texels.island[name])
        if name == 'tongue':
            colours[chosen] = (186, 96, 94)
        depth = texels.point[chosen, 2]
        share = np.clip((depth - np.percentile(depth, 5)) / (np.percentile(depth, 95) - np.percentile(depth, 5)), 0, 1)
        brightest = 1.0 if name == 'tongue' else 0.75
        colours[chosen] *= (darkest + (brightest - darkest) * share ** 1.5)[:, None]
