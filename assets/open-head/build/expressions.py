"""The named expressions: MakeHuman's units, their halves, and shapes that it lacks.

Names follow ARKit's blend shapes where they correspond. What a joint does (jawOpen, jawLeft, jawRight and the gaze)
has no shape here; the eyeLook shapes are the lids that follow the gaze. Coefficients lie in [0, 1].
"""

import numpy as np

import eyes
from expression_tools import step

JAW_OPEN = np.radians(20)  # the jaw angle at which mouthClose brings the lips together
CLOSURE = 1.05  # of MakeHuman's unit: on the smaller eyeballs it leaves slits at the corners
SIDES = (('left', 'Left', 1.0), ('right', 'Right', -1.0))


def closed_lids(tools, side):
    """MakeHuman's closed lids, with the whole upper lid drawn out of its fold, as lids do, not its edge alone."""
    centre = tools.eye(side)
    from_upper, from_lower = tools.lid_distance(side)
    closed = tools.vertices + CLOSURE * tools.unit(f'eye-{side}-closure')
    angle = lambda points: np.arctan2(points[:, 1] - centre[1], points[:, 2] - centre[2])
    turned = angle(closed) - angle(tools.vertices)
    top = (from_upper <= from_lower) & (tools.skin[:, 0] > 0)
    # The rim lies inside the lid; its visible edge 3 to 5 mm in front of it, the fold at 8 to 10 mm.
    edge = np.flatnonzero(top & (from_upper > 0.0025) & (from_upper < 0.0052))
    near = np.flatnonzero(top & (from_upper < 0.012))
    # How far the edge turns at each place along the lid: the mean over some millimetres, so that the lid stays smooth.
    kernel = np.exp(-((tools.x[near][:, None] - tools.x[edge][None]) / 0.0025) ** 2)
    of_edge = kernel @ turned[edge] / kernel.sum(1)
    drawn = step(0.0092 - from_upper[near], 0.003)[:, 0]
    extra = np.zeros(len(tools.vertices))
    extra[near] = np.minimum(drawn * of_edge - turned[near], 0)
    local = closed - centre
    cos, sin = np.cos(extra), np.sin(extra)
    closed = np.column_stack([local[:, 0], cos * local[:, 1] + sin * local[:, 2],
                              cos * local[:, 2] - sin * local[:, 1]]) + centre
    return eyes.keep_outside(closed, centre, (tools.side(side) * tools.skin)[:, 0] > 0.5)


def eyelids(tools):
    shapes = {}
    for side, Side, sign in SIDES:
        mask = tools.side(side)
        shapes[f'eyeBlink{Side}'] = (closed_lids(tools, side) - tools.vertices) * tools.skin
        wide, slit = tools.unit(f'eye-{side}-opened-up'), tools.unit(f'eye-{side}-slit')
        follow = lambda shape: lids_on_ball(tools, side, shape)
        lower_lid = tools.bump((sign * 31, -7), (10, 5), (0, 1, 0), mask)
        shapes[f'eyeWide{Side}'] = follow(0.8 * wide + 0.25 * (wide - shapes[f'eyeBlink{Side}'] * 0.25))
        shapes[f'eyeSquint{Side}'] = follow(
            0.1 * slit + tools.bump((sign * 31, -8), (10, 6), (0, 3.2, 1.9), mask)
            + tools.bump((sign * 46, -17), (11, 8), (-sign * 1.8, 2.4, 0.3), mask)
            + tools.bump((sign * 31, -21), (10, 8), (-sign * 0.8, 2.4, 0.2), mask))
        shapes[f'eyeLookUp{Side}'] = follow(0.5 * wide + 1.8 * lower_lid)
        shapes[f'eyeLookDown{Side}'] = follow(0.33 * shapes[f'eyeBlink{Side}'] - 1.6 * lower_lid)
        sideways = (tools.bump((sign * 31, 4), (6, 3), (sign, 0, 0), mask)
                    + tools.bump((sign * 32, -9), (8, 6), (sign, 0, 0), mask))
        shapes[f'eyeLookOut{Side}'], shapes[f'eyeLookIn{Side}'] = follow(sideways), follow(-sideways)
    return shapes


def lids_on_ball(tools, side, shape):
    moved = eyes.keep_outside(tools.vertices + shape, tools.eye(side), tools.skin[:, 0] > 0)
    return (moved - tools.vertices) * tools.skin


def brows_and_nose(tools):
    inner = tools.unit('eyebrows-left-inner-up') + tools.unit('eyebrows-right-inner-up')
    shapes = {'browInnerUp': 0.5 * inner + tools.bump((0, 15), (22, 9), (0, 3.6, 0))}
    for side, Side, sign in SIDES:
        mask = tools.side(side) * tools.beside_lids(side)
        raised, sneer = tools.unit(f'eyebrows-{side}-up'), tools.unit(f'nose-{side}-elevation')
        # The corrugator draws the whole brow down and towards the nose.
        shapes[f'browDown{Side}'] = 0.3 * tools.unit(f'eyebrows-{side}-down') + tools.bump(
            (sign * 29, 23), (19, 13), (-sign * 3.6, -5.2, 1.1), mask)
        shapes[f'browOuterUp{Side}'] = 0.3 * tools.unit(f'eyebrows-{side}-extern-up') + tools.bump(
            (sign * 50, 17), (9, 10), (0, 5, -1.2), mask)
        shapes[f'browRaise{Side}'] = raised + tools.bump((sign * 25, 20), (18, 12), (0, 2, 0), mask)
        shapes[f'noseSneer{Side}'] = (
            0.45 * sneer + tools.bump((sign * 16, -36), (8, 17), (-sign * 0.5, 2, -0.2), mask)
            + tools.bump((sign * 35, -26), (13, 15), (-sign * 1.4, 0.2, 0), mask)
            + tools.bump((sign * 9, -46), (5, 5), (sign * 1.5, 0, -0.4), mask)
            + tools.bump((sign * 14, -14), (6, 8), (-sign * 0.4, 1.4, 0), mask)
            + tools.bump((sign * 15, 20), (14, 11), (-sign * 2.7, -3.9, 0.4), mask))
        shapes[f'noseFlare{Side}'] = tools.unit(f'nose-{side}-dilatation')
        shapes[f'cheekSquint{Side}'] = lids_on_ball(tools, side, tools.bump(
            (sign * 50, -42), (16, 22), (sign * 1.2, 9, -0.8), mask) + tools.bump(
            (sign * 28, -24), (9, 9), (sign * 2, 2, -0.7), mask))
    return shapes


def mouth_units(tools):
    """Left and right halves of MakeHuman's symmetric mouth units."""
    smile, frown = tools.unit('mouth-corner-puller'), tools.unit('mouth-depression')
    dimple, platysma = tools.unit('mouth-retraction'), tools.unit('neck-platysma')
    press, upper = tools.unit('mouth-compression'), tools.unit('mouth-elevation')
    lower = tools.unit('mouth-depression-retraction')
    shapes = {}
    for side, Side, sign in SIDES:
        mask = tools.side(side)
        shapes[f'mouthSmile{Side}'] = mask * smile
        shapes[f'mouthFrown{Side}'] = mask * frown
        shapes[f'mouthDimple{Side}'] = mask * (0.7 * dimple + 0.2 * smile)
        shapes[f'mouthStretch{Side}'] = mask * (0.4 * platysma + 0.3 * dimple) + tools.bump(
            (sign * 33, -79), (15, 17), (sign * 3.2, -2.2, -2.2), mask)
        shapes[f'mouthPress{Side}'] = mask * press + tools.bump((sign * 22, -75), (12, 14), (sign * 1.6, 0, 0.8), mask)
        shapes[f'mouthUpperUp{Side}'] = tools.upper * (0.6 * mask * upper + tools.bump(
            (sign * 14, -69), (9, 7), (sign * 0.9, 2.2, 0)))
        shapes[f'mouthLowerDown{Side}'] = 0.25 * mask * tools.lower * lower + tools.lower * (
            tools.bump((sign * 12, -84), (8, 11), (sign * 1.2, -3.6, 0.5))
            + tools.bump((sign * 7, -100), (8, 9), (sign * 1.4, -3, 0.3)))
    shapes['mouthPucker'] = 0.6 * tools.unit('mouth-pursing')
    shapes['mouthFunnel'] = (
        0.2 * tools.unit('mouth-protusion') + 0.35 * tools.unit('mouth-pursing')
        + tools.upper * tools.bump((0, -69), (9, 6), (0, 5, 2.5)) + tools.bump((0, -73), (10, 3), (0, 0, 2.4))
        + tools.lower * tools.bump((0, -80), (8, 6), (0, -7, 2)))
    shapes['mouthShrugUpper'] = 0.8 * tools.upper * tools.unit('mouth-parling')
    shapes['mouthShrugLower'] = 0.8 * tools.unit('mouth-eversion')
    return shapes


def mouth_fields(tools, skinning, jaw):
    """Shapes that MakeHuman lacks: sideways, puffed cheeks, rolled lips, jaw forward, closed lips on an open jaw."""
    shapes = {}
    for side, Side, sign in SIDES:
        shapes[f'mouth{Side}'] = tools.bump((0, -74), (30, 19), (sign * 10, 0.5, -1))
    cheeks = sum(tools.bump((sign * 50, -70), (15, 19), (sign * 3.5, 0, 12), tools.side(side)) for side, _, sign in SIDES)
    corners = sum(tools.bump((sign * 25, -76), (10, 13), (-sign * 2.2, 0, 2.5), tools.side(side)) for side, _, sign in SIDES)
    shapes['cheekPuff'] = cheeks + corners + tools.bump((0, -78), (22, 14), (0, 0, 3.4))
    rim = tools.near_lips(0.008)
    shapes['mouthRollLower'] = tools.lower * (
        rim * [0, 0.0008, -0.002] + tools.bump((0, -81), (13, 6), (0, 5.2, -3.2))
        + tools.bump((0, -96), (13, 8), (0, 3.4, 6.5)))
    shapes['mouthRollUpper'] = tools.upper * (
        rim * [0, -0.0005, -0.0045] + tools.bump((0, -66), (14, 7), (0, -6.5, -5.5))
        + tools.bump((0, -52), (13, 5), (0, -1.5, 0))) + tools.bump((30, -58), (9, 8), (0, -0.8, 2.4)) + tools.bump(
            (-30, -58), (9, 8), (0, -0.8, 2.4))
    weight = skinning[:, 2:3]
    shapes['jawForward'] = weight * [0, 0, 0.008]
    opened = tools.turned(0, jaw, JAW_OPEN, weight)
    # Undo 60 per cent of the drop at the lower lip and lower the upper lip by the rest; then turn back, since the
    # jaw's rotation is applied after the shape.
    drop = opened[tools.lips.lower].mean(0)
    near = tools.near_lips(0.022)
    wanted = tools.lower * near * (-0.75 * opened) + tools.upper * near * 0.25 * drop * [0, 1, 1]
    cos, sin = np.cos(-JAW_OPEN), np.sin(-JAW_OPEN)
    back = np.column_stack([wanted[:, 0], cos * wanted[:, 1] - sin * wanted[:, 2],
                            sin * wanted[:, 1] + cos * wanted[:, 2]])
    shapes['mouthClose'] = weight * back + (1 - weight) * wanted
    return shapes


def tongue_out(tools):
    shape, tongue = np.zeros_like(tools.vertices), tools.head.groups['tongue']
    depth = tools.z[tongue]
    along = (depth - depth.min()) / np.ptp(depth)
    shape[tongue] = along[:, None] ** 1.5 * [0, 0.009, 0.034]
    shape[tongue, 1] += 0.006 * np.sin(np.pi * along)
    return shape


def expressions(tools, skinning, jaw):
    """(names, `[E, V, 3]`), alphabetical; the right shapes are the mirror images of the left ones."""
    shapes = {**eyelids(tools), **brows_and_nose(tools), **mouth_units(tools), **mouth_fields(tools, skinning, jaw),
              'tongueOut': tongue_out(tools), 'neckTighten': tools.unit('neck-platysma') * (1 - tools.near_lips(0.03))}
    flip = lambda shape: shape[tools.head.mirror] * [-1, 1, 1]
    for name in list(shapes):
        if name.endswith('Left'):
            shapes[name[:-4] + 'Right'] = flip(shapes[name])
        elif not name.endswith('Right'):
            shapes[name] = (shapes[name] + flip(shapes[name])) / 2
    names = sorted(shapes)
    return names, np.array([shapes[name] for name in names])
