"""Casts a detector's 478 landmarks back onto the head and writes the embedding: `embed_landmarks.py --views DIR`.

DIR holds views.npz (`render_views.py`) and detections.npz (`points` `[n, 478, 2]` pixels, NaN where nothing was found).
Each landmark is the median of its places on the template, over all views and their mirror images; the spread is the
standard deviation per axis of those places. The iris points are not cast: `irises.py` knows them. The result is stored
beside the build scripts, for later builds, and in the container.
"""

import argparse
import json
from pathlib import Path

import numpy as np

import container
import irises
from landmarks68 import Surface
from pictures import ASSET
from posing import pose
from rasterise import Camera, rasterise

STORE = Path(__file__).resolve().parent / 'landmarks478.npz'
TOPOLOGY = ASSET.parent / 'face-landmarks/topology.json'
FINE = 2  # the id picture has this many pixels per picture pixel
REACH = 12  # pixels by which a point beside the head may miss it
IRISES = 10  # at the end; `irises.py` places them
# Beside the ears and along the jaw: these slide with the view, more than 15 degrees of yaw show.
SLIDING = [137, 234, 454, 361, 132, 93, 323, 397, 288, 366, 172, 58]
SLIDING_SPREAD = 0.006


def cast(points, triangles, weights, usable):
    """`[N]` faces (-1: none) and `[N, 3]` barycentric coordinates under the pixels `points` `[N, 2]`.

    A point on something else than a `usable` face (`[T]` bool), as on the eyeball beside a lid, takes the nearest one.
    """
    height, width = triangles.shape
    seen = (triangles >= 0) & usable[triangles]
    found, barycentric = np.full(len(points), -1), np.zeros((len(points), 3))
    reach = REACH * FINE
    for index, (x, y) in enumerate(points * FINE):
        left, top = max(int(x) - reach, 0), max(int(y) - reach, 0)
        rows, columns = np.nonzero(seen[top:max(int(y) + reach + 1, 0), left:max(int(x) + reach + 1, 0)])
        if len(rows) == 0:
            continue
        distance = (rows + top + 0.5 - y) ** 2 + (columns + left + 0.5 - x) ** 2
        nearest = np.argmin(distance)
        row, column = rows[nearest] + top, columns[nearest] + left
        found[index], barycentric[index] = triangles[row, column], weights[row, column]
    return found, barycentric


def places(arrays, views, detections):
    """`[n, 468, 3]` places of the landmarks on the template, NaN where a landmark was not found."""
    faces, template = arrays['faces'], arrays['template'].astype(float)
    skin = arrays['region:skin'].astype(bool)[faces].all(1)
    result = np.full((*detections.shape[:2], 3), np.nan)
    for view, points in enumerate(detections):
        if np.isnan(points).any():
            continue
        vertices = pose(arrays, views['shape'][view])
        camera = Camera(np.diag([FINE, FINE, 1.0]) @ views['intrinsics'][view], views['camera_from_head'][view],
                        *(FINE * views['size']))
        found, weights = cast(points, *rasterise(vertices, faces, camera), skin)
        place = np.einsum('nk,nkc->nc', weights, template[faces[found]])
        result[view] = np.where(found[:, None] >= 0, place, np.nan)
    return result


def embedding(arrays, found, mirror):
    """(faces, barycentric, spread) from the places `[n, 468, 3]`; the mirror image of each view counts as a view."""
    both = np.concatenate([found, found[:, mirror] * [-1, 1, 1]])
    middle = np.nanmedian(both, 0)
    distance = np.nanmedian(np.linalg.norm(both - middle, axis=2), 0)
    spread = distance / np.sqrt(2 * np.log(2))  # the median of a circular Gaussian's distance is 1.18 sigma
    spread[SLIDING] = np.maximum(spread[SLIDING], SLIDING_SPREAD)
    template, faces = arrays['template'].astype(float), arrays['faces']
    surface = Surface(template, faces, arrays['region:skin'].astype(bool)[faces].all(1))
    hits = [surface.nearest(point) for point in middle]
    return (np.array([hit[0] for hit in hits], np.int32), np.array([hit[1] for hit in hits], np.float32),
            spread.astype(np.float32))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--views', type=Path, required=True)
    options = parser.parse_args()
    detections = np.load(options.views / 'detections.npz')['points'][:, :-IRISES].astype(float)
    meta, arrays = container.read(ASSET / 'open-head.npz')
    mirror = np.array(json.loads(TOPOLOGY.read_text())['mirror'])[:-IRISES]
    found = places(arrays, np.load(options.views / 'views.npz'), detections)
    faces, weights, spread = embedding(arrays, found, mirror)
    with_irises = lambda part: np.concatenate([part, np.zeros((IRISES, *part.shape[1:]), part.dtype)])
    container.write_arrays(STORE, {'landmarks478_faces': with_irises(faces), 'landmarks478_spread': with_irises(spread),
                                   'landmarks478_barycentric': with_irises(weights)})
    stored = container.read_raw(ASSET / 'open-head.npz')
    stored.update(container.read_raw(STORE))
    irises.place_irises(stored)
    container.write_arrays(ASSET / 'open-head.npz', stored)
    seen = ~np.isnan(detections).any((1, 2))
    print(f'{seen.sum()} of {len(seen)} views detected; spread: median {1e3 * np.median(spread):.2f} mm, 90 % below '
          f'{1e3 * np.percentile(spread, 90):.2f} mm')


if __name__ == '__main__':
    main()
