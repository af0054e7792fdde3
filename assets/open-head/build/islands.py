"""Names the UV islands of the cut skin: exterior (two islands), mouth interior, left and right eye socket."""

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components


def face_islands(uv_faces):
    """`[T]` label of each triangle's UV island; -1 where a triangle has no UV."""
    mapped = uv_faces[:, 0] >= 0
    corners = uv_faces[mapped]
    count = corners.max() + 1
    rows, columns = np.r_[corners[:, 0], corners[:, 1]], np.r_[corners[:, 1], corners[:, 2]]
    _, label = connected_components(coo_matrix((np.ones(len(rows)), (rows, columns)), shape=(count, count)),
                                    directed=False)
    labels = np.full(len(uv_faces), -1)
    labels[mapped] = label[corners[:, 0]]
    return labels


def name_islands(head, vertices):
    """{'head', 'neck', 'mouth_interior', 'left_socket', 'right_socket', 'upper_teeth', ...: triangle mask}."""
    labels = face_islands(head.uv_faces)
    skin = np.isin(head.faces[:, 0], head.groups['skin'])
    centre = {label: vertices[np.unique(head.faces[labels == label])].mean(0) for label in np.unique(labels[skin])}
    size = {label: (labels == label).sum() for label in centre}
    teeth = vertices[np.r_[head.groups['upper_teeth'], head.groups['lower_teeth']]].mean(0)
    named = {'head': max(size, key=size.get),
             'left_socket': max(centre, key=lambda label: centre[label][0]),
             'right_socket': min(centre, key=lambda label: centre[label][0])}
    rest = [label for label in centre if label not in named.values()]
    named['mouth_interior'] = min(rest, key=lambda label: np.linalg.norm(centre[label] - teeth))
    rest.remove(named['mouth_interior'])
    if len(rest) != 1:
        raise ValueError(f'name_islands: expected 5 islands of skin, got {len(centre)}')
    named['neck'] = rest[0]
    masks = {name: labels == label for name, label in named.items()}
    for name, group in head.groups.items():
        if name != 'skin':
            masks[name] = np.isin(head.faces[:, 0], group)
    return masks


def exterior_vertices(head, islands):
    """`[V]` bool: skin that can be seen; vertices shared with the mouth interior or a socket belong to it."""
    exterior = np.zeros(head.vertex_count, bool)
    exterior[np.unique(head.faces[islands['head'] | islands['neck']])] = True
    return exterior
