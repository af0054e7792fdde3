"""Draws random people by moving MakeHuman's macro and detail sliders."""

from itertools import product

import numpy as np

ETHNICITIES = ('african', 'asian', 'caucasian')
DETAIL_FOLDERS = ('cheek', 'chin', 'ears', 'eyebrows', 'eyes', 'forehead', 'head', 'mouth', 'neck', 'nose')
OPPOSITES = (('decr', 'incr'), ('down', 'up'), ('in', 'out'), ('backward', 'forward'), ('concave', 'convex'),
             ('compress', 'uncompress'))
# Head and neck translations are the pose; age, fat and neck girth are the macro sliders' own.
DROPPED = ('head/head-trans', 'neck/neck-trans', 'head/head-age', 'head/head-fat', 'neck/measure')
# Sliders that make box-, egg- and cone-heads: half the deviation of the others.
HALVED = ('forehead-nubian', 'neck-scale', 'head-square', 'head-rectangular', 'head-triangular', 'head-diamond',
          'head-invertedtriangular')
LARGEST_DEVIATION = 0.2
LARGEST_DISPLACEMENT = 0.002  # metres, per standard deviation of a detail slider


def detail_sliders(targets):
    """[(negative targets or None, positive targets)]: the two directions of a slider, left and right tied."""
    sliders = {}
    for folder in DETAIL_FOLDERS:
        for name in targets.names(folder):
            if name.startswith(DROPPED):
                continue
            stem, _, ending = name.rpartition('-')
            side = next((f'{folder}/{prefix}' for prefix in ('l-', 'r-') if name.startswith(f'{folder}/{prefix}')), '')
            stem = f'{folder}/{stem[len(side):]}' if side else stem
            direction = next(((i, pair) for pair in OPPOSITES for i in (0, 1) if pair[i] == ending), None)
            key, index = ((stem, direction[1]), direction[0]) if direction else ((f'{stem}-{ending}', None), 1)
            sliders.setdefault(key, ([], []))[index].append(name)
    return list(sliders.items())


def asymmetry_sliders(targets):
    """{stem: (left target, right target)}; each bends the face to one side."""
    stems = sorted({name[:-2] for name in targets.names('asym') if 'breast' not in name and 'trunk' not in name})
    return [(stem, ([f'{stem}-l'], [f'{stem}-r'])) for stem in stems]


def slider_matrix(targets, sliders):
    """Directions `[2 S, V, 3]` (all negative, then all positive) and the deviation of each slider `[S]`."""
    total = lambda names: sum((targets(name) for name in names), np.zeros((len(targets.kept), 3)))
    directions = np.array([total(pair[side]) for side in (0, 1) for _, pair in sliders])
    largest = np.linalg.norm(directions, axis=2).max(1).reshape(2, -1).max(0)
    deviation = np.minimum(LARGEST_DEVIATION, LARGEST_DISPLACEMENT / largest)
    halved = np.array([any(word in str(key) for word in HALVED) for key, _ in sliders])
    return directions, np.where(halved, deviation / 2, deviation)


def slider_weights(values):
    """Splits signed slider values into weights of the negative and the positive direction."""
    return np.concatenate([np.maximum(-values, 0), np.maximum(values, 0)], 1)


def age_weights(age):
    """{name: weight}: MakeHuman's piecewise linear mix between its ages (child at 0.1875, young at 0.5, old at 1)."""
    if age < 0.5:
        young = (age - 0.1875) / 0.3125
        return {'child': 1 - young, 'young': young}
    return {'young': (1 - age) / 0.5, 'old': (age - 0.5) / 0.5}


def three_way(value, low, middle, high):
    return {low: max(1 - 2 * value, 0), middle: 1 - abs(2 * value - 1), high: max(2 * value - 1, 0)}


def macro_weights(ethnicity, gender, age, muscle, weight, proportions):
    """{target name: weight} of the macro targets; height stays at its mean, which has no target."""
    weights = {}
    genders, ages = {'female': 1 - gender, 'male': gender}, age_weights(age)
    muscles = three_way(muscle, 'minmuscle', 'averagemuscle', 'maxmuscle')
    masses = three_way(weight, 'minweight', 'averageweight', 'maxweight')
    shapes = {'uncommonproportions': max(1 - 2 * proportions, 0), 'idealproportions': max(2 * proportions - 1, 0)}
    for (g, wg), (a, wa) in product(genders.items(), ages.items()):
        for name, share in zip(ETHNICITIES, ethnicity):
            weights[f'macrodetails/{name}-{g}-{a}'] = share * wg * wa
        for (m, wm), (k, wk) in product(muscles.items(), masses.items()):
            weights[f'macrodetails/universal-{g}-{a}-{m}-{k}'] = wg * wa * wm * wk
            for shape, ws in shapes.items():
                weights[f'macrodetails/proportions/{g}-{a}-{m}-{k}-{shape}'] = wg * wa * wm * wk * ws
    return {name: value for name, value in weights.items() if value > 0}


def draw_macro(random):
    unit = lambda mean, deviation: float(np.clip(random.normal(mean, deviation), 0, 1))
    return dict(ethnicity=random.dirichlet([0.7] * 3), gender=random.beta(0.5, 0.5), age=random.uniform(0.42, 0.95),
                muscle=unit(0.5, 0.15), weight=unit(0.55, 0.18), proportions=unit(0.6, 0.15))


def draw_people(targets, base, count, seed):
    """`[count, V, 3]` vertices in MakeHuman's frame (metres), and the macro values of each person."""
    random = np.random.default_rng(seed)
    macros = [draw_macro(random) for _ in range(count)]
    names = sorted({name for macro in macros for name in macro_weights(**macro)})
    column = {name: index for index, name in enumerate(names)}
    weights = np.zeros((count, len(names)))
    for row, macro in enumerate(macros):
        for name, value in macro_weights(**macro).items():
            weights[row, column[name]] = value
    people = base[None] + np.tensordot(weights, np.array([targets(name) for name in names]), 1)
    for sliders in (detail_sliders(targets), asymmetry_sliders(targets)):
        directions, deviation = slider_matrix(targets, sliders)
        values = random.normal(size=(count, len(sliders))) * deviation
        one_sided = np.array([not pair[0] for _, pair in sliders])
        values[:, one_sided] = np.abs(values[:, one_sided])
        people += np.tensordot(slider_weights(values), directions, 1)
    return people, macros
