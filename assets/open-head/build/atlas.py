"""The head atlas `open-head/1`: MakeHuman's islands turned upright and rearranged, and a disc for each eyeball."""

import numpy as np

import eyes

NAME = 'open-head/1'
HEAD_SCALE = 1.49  # fills the width of the atlas; MakeHuman's head island lies on its side
# Lower left corner and scale (relative to MakeHuman's atlas) of the small islands below the head.
PLACES = {'neck': (0.010, 0.020, 1.40), 'mouth_interior': (0.365, 0.020, 1.10),
          'left_socket': (0.365, 0.180, 1.10), 'right_socket': (0.450, 0.180, 1.10),
          'upper_teeth': (0.365, 0.300, 2.40), 'lower_teeth': (0.365, 0.370, 2.40), 'tongue': (0.535, 0.300, 2.40)}
EYE_DISCS = {'right_eye': (0.690, 0.235), 'left_eye': (0.890, 0.235)}
EYE_DISC_RADIUS = 0.095


def upright(uv):
    """MakeHuman's head island turned by 90 degrees: the top of the head up, the subject's left to the right."""
    return np.column_stack([uv[:, 1], -uv[:, 0]])


def eyeball_uv(name):
    """Azimuthal unrolling: the distance from the disc's centre is the polar angle."""
    points, _ = eyes.unit_eyeball(name == 'right_eye')
    polar = np.arccos(np.clip(points[:, 2], -1, 1)) / np.radians(eyes.RINGS[-1])
    around = np.arctan2(points[:, 1], points[:, 0])
    return np.array(EYE_DISCS[name]) + EYE_DISC_RADIUS * polar[:, None] * np.column_stack(
        [np.cos(around), np.sin(around)])


def build_atlas(head, islands, source_uv):
    """(`uv` `[N, 2]`, `uv_faces` `[T, 3]`, `uv_vertices` `[V, 2]`, `source` `[N, 2]`: MakeHuman's uv, nan on the eyes)."""
    uv, source, uv_faces, count = [], [], np.empty_like(head.faces), 0
    for name, mask in islands.items():
        if name in EYE_DISCS:
            own, group = eyeball_uv(name), head.groups[name]
            uv.append(own)
            source.append(np.full(own.shape, np.nan))
            uv_faces[mask] = head.faces[mask] - group[0] + count
        else:
            used, inverse = np.unique(head.uv_faces[mask], return_inverse=True)
            original = source_uv[used]
            turned = upright(original) if name == 'head' else original
            low = turned.min(0)
            if name == 'head':
                size = np.ptp(turned, axis=0) * HEAD_SCALE
                placed = (turned - low) * HEAD_SCALE + [(1 - size[0]) / 2, 0.998 - size[1]]
            else:
                placed = (turned - low) * PLACES[name][2] + PLACES[name][:2]
            uv.append(placed)
            source.append(original)
            uv_faces[mask] = inverse.reshape(-1, 3) + count
        count += len(uv[-1])
    uv, source = np.concatenate(uv), np.concatenate(source)
    vertices = np.zeros((head.vertex_count, 2))
    # Rims shared by two islands take the head's side; so it is written last.
    for name in reversed(list(islands)):
        vertices[head.faces[islands[name]]] = uv[uv_faces[islands[name]]]
    return uv, uv_faces, vertices, source


def signed_areas(uv, uv_faces):
    corners = uv[uv_faces]
    one, two = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return (one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]) / 2
