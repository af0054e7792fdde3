"""Draws the population of heads, leaves out faulty ones and keeps the result in the cache folder."""

import numpy as np

import identity_basis
import identity_samples
from head import to_head

SEED = 20200901
SAMPLE_COUNT = 2000
BATCH = 250


def mean_person(targets, base):
    people, _ = identity_samples.draw_people(targets, base, BATCH, SEED)
    return people.mean(0)


def finish(head, lips, person):
    """A head whose lips touch and whose mouth stays inside the cheeks."""
    vertices = to_head(head, person)
    for _ in range(2):
        vertices = lips.close(vertices)
    return lips.shrink_interior(vertices)


def population(head, islands, lips, targets, base, cache):
    """`[N, V, 3]` float32 heads without visible mouth interior, and the share that was rejected."""
    store = cache / f'population-{SEED}-{SAMPLE_COUNT}.npz'
    if store.exists():
        stored = np.load(store)
        return stored['heads'], float(stored['rejected'])
    hidden = islands['mouth_interior'] | islands['upper_teeth'] | islands['lower_teeth'] | islands['tongue']
    heads, faulty = [], 0
    for batch in range(SAMPLE_COUNT // BATCH):
        people, _ = identity_samples.draw_people(targets, base, BATCH, SEED + batch)
        for person in people:
            vertices = finish(head, lips, person)
            centre = vertices[lips.upper].mean(0)
            near = (np.linalg.norm(vertices - centre, axis=1) < 0.085)[head.faces].all(1)
            if identity_basis.shows_mouth(vertices, head.faces[near], hidden[near], centre):
                faulty += 1
            else:
                heads.append(vertices.astype(np.float32))
    heads = np.array(heads)
    np.savez(store, heads=heads, rejected=faulty / SAMPLE_COUNT)
    return heads, faulty / SAMPLE_COUNT
