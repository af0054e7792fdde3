"""The named expressions: MakeHuman's units, their halves, and shapes that it lacks.

Names follow ARKit's blend shapes where they correspond. What a joint does (jawOpen, jawLeft, jawRight and the gaze)
has no shape here; the eyeLook shapes are the lids that follow the gaze. Coefficients lie in [0, 1].
"""

import numpy as np

import eyes

MILLIMETRE = 1e-3
JAW_OPEN = np.radians(20)  # the jaw angle at which mouthClose brings the lips together
SIDES = (('left', 'Left', 1.0), ('right', 'Right', -1.0))


def eyelids(tools):
    shapes = {}
    for side, Side, sign in SIDES:
        centre, mask = tools.eye(side), tools.side(side)
        front = centre + [0, 0, eyes.RADIUS]
        # Closed lids meet below the middle of the eye; what the unit leaves open is closed along the ball.
        closed = tools.vertices + tools.unit(f'eye-{side}-closure')
        for _ in range(6):
            closed = tools.lids[side].close(closed, upper_share=0.8)
            closed = eyes.keep_outside(closed, centre, (mask * tools.skin)[:, 0] > 0.5)
        shapes[f'eyeBlink{Side}'] = (closed - tools.vertices) * tools.skin
        below, above = front + [0, -0.008, -0.003], front + [0, 0.007, -0.003]
        wide, slit = tools.unit(f'eye-{side}-opened-up'), tools.unit(f'eye-{side}-slit')
        follow = lambda shape: lids_on_ball(tools, side, shape)
        shapes[f'eyeWide{Side}'] = wide
        shapes[f'eyeSquint{Side}'] = follow(0.35 * slit + tools.bump(
            below, [0.016, 0.007, 0.02], [0, 0.0028, 0.0006], mask))
        shapes[f'eyeLookUp{Side}'] = follow(0.5 * wide + tools.bump(below, [0.014, 0.005, 0.02], [0, 0.0012, 0], mask))
        shapes[f'eyeLookDown{Side}'] = follow(0.33 * shapes[f'eyeBlink{Side}'] + tools.bump(
            below, [0.014, 0.005, 0.02], [0, -0.0016, 0], mask))
        outward = tools.bump(front, [0.013, 0.007, 0.02], [sign * 0.001, 0, 0], mask)
        shapes[f'eyeLookOut{Side}'], shapes[f'eyeLookIn{Side}'] = follow(outward), follow(-outward)
    return shapes


def lids_on_ball(tools, side, shape):
    moved = eyes.keep_outside(tools.vertices + shape, tools.eye(side), tools.skin[:, 0] > 0)
    return (moved - tools.vertices) * tools.skin


def brows_and_nose(tools):
    shapes = {'browInnerUp': tools.unit('eyebrows-left-inner-up') + tools.unit('eyebrows-right-inner-up')}
    for side, Side, sign in SIDES:
        raised = tools.unit(f'eyebrows-{side}-up')
        shapes[f'browDown{Side}'] = 0.6 * tools.unit(f'eyebrows-{side}-down') - 0.7 * raised
        shapes[f'browOuterUp{Side}'] = tools.unit(f'eyebrows-{side}-extern-up')
        shapes[f'browRaise{Side}'] = raised
        shapes[f'noseSneer{Side}'] = tools.unit(f'nose-{side}-elevation') + 0.5 * tools.unit(f'nose-{side}-dilatation')
        shapes[f'noseFlare{Side}'] = tools.unit(f'nose-{side}-dilatation')
        cheek = tools.eye(side) + [sign * 0.006, -0.030, 0.004]
        shapes[f'cheekSquint{Side}'] = tools.bump(cheek, [0.017, 0.013, 0.03], [0, 0.006, 0.0025], tools.side(side))
    return shapes


def mouth_units(tools):
    """Left and right halves of MakeHuman's symmetric mouth units."""
    smile, frown = tools.unit('mouth-corner-puller'), tools.unit('mouth-depression')
    dimple, platysma = tools.unit('mouth-retraction'), tools.unit('neck-platysma')
    press, upper = tools.unit('mouth-compression'), tools.unit('mouth-elevation')
    lower = tools.unit('mouth-depression-retraction')
    shapes = {}
    for side, Side, _ in SIDES:
        mask = tools.side(side)
        shapes[f'mouthSmile{Side}'] = mask * smile
        shapes[f'mouthFrown{Side}'] = mask * frown
        shapes[f'mouthDimple{Side}'] = mask * (0.7 * dimple + 0.2 * smile)
        shapes[f'mouthStretch{Side}'] = mask * (0.6 * platysma + 0.4 * dimple)
        shapes[f'mouthPress{Side}'] = mask * press
        shapes[f'mouthUpperUp{Side}'] = mask * tools.upper * upper
        shapes[f'mouthLowerDown{Side}'] = mask * tools.lower * lower
    shapes['mouthPucker'] = 0.6 * tools.unit('mouth-pursing')
    shapes['mouthFunnel'] = 0.5 * tools.unit('mouth-protusion') + 0.4 * tools.unit('mouth-pursing')
    shapes['mouthShrugUpper'] = 0.8 * tools.upper * tools.unit('mouth-parling')
    shapes['mouthShrugLower'] = 0.8 * tools.unit('mouth-eversion')
    return shapes


def mouth_fields(tools, skinning, jaw):
    """Shapes that MakeHuman lacks: sideways, puffed cheeks, rolled lips, jaw forward, closed lips on an open jaw."""
    mouth, shapes = tools.mouth, {}
    for side, Side, sign in SIDES:
        shapes[f'mouth{Side}'] = tools.bump(mouth, [0.030, 0.020, 0.045], [sign * 0.010, 0.0005, -0.001])
    cheek = np.zeros_like(tools.vertices)
    for side, _, sign in SIDES:
        centre = mouth + [sign * 0.042, -0.002, -0.020]
        cheek += tools.bump(centre, [0.020, 0.020, 0.020], [sign * 0.011, 0, 0.006], tools.side(side))
    shapes['cheekPuff'] = cheek + tools.bump(mouth, [0.020, 0.012, 0.02], [0, 0, 0.003])
    rim = tools.near_lips(0.010)
    shapes['mouthRollLower'] = tools.lower * rim * [0, 0.0035, -0.006]
    shapes['mouthRollUpper'] = tools.upper * rim * [0, -0.0035, -0.006]
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
    shape[tongue] = along[:, None] ** 1.5 * [0, -0.002, 0.032]
    shape[tongue, 1] += 0.004 * np.sin(np.pi * along)
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
