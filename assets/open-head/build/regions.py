"""Named regions of the head and lambda weights, from the islands and the anatomy of the mean head."""

import numpy as np
from scipy.sparse.csgraph import dijkstra

from slit import vertex_graph

MOUTH_REACH = 0.017  # metres along the surface from the slit: lips and the skin that moves with them
EYE_REACH = 0.016


def ear_vertices(vertices, exterior, between):
    """Both ears: an ellipse in the side view, without the side of the head that lies under it."""
    local = (vertices - between) / 1e-3
    ellipse = ((local[:, 1] + 24) / 36) ** 2 + ((local[:, 2] + 86) / 23) ** 2 < 1
    return exterior & ellipse & (np.abs(local[:, 0]) > 71)


def build_regions(head, islands, exterior, vertices, lips, lids, landmarks, between):
    """{name: `[V]` bool}. `landmarks` are the 68 points `[68, 3]` on `vertices`."""
    count = len(vertices)
    graph = vertex_graph(vertices, head.faces)
    from_lips = dijkstra(graph, indices=np.r_[lips.upper, lips.lower], limit=0.1).min(0)
    members = lambda name: np.isin(np.arange(count), np.unique(head.faces[islands[name]]))
    x, y, z = vertices.T
    chin, brow, nose = landmarks[8], landmarks[17:27], landmarks[27:36]
    regions = {'skin': exterior}
    regions['ears'] = ear_vertices(vertices, exterior, between)
    eyes = np.zeros(count, bool)
    for lid in lids.values():
        eyes |= dijkstra(graph, indices=np.r_[lid.upper, lid.lower], limit=0.1).min(0) < EYE_REACH
    regions['eyes'] = eyes & exterior
    regions['mouth'] = exterior & (from_lips < MOUTH_REACH)
    wings = np.abs(landmarks[[31, 35], 0]).mean()
    below_bridge = (y < nose[0, 1] + 0.002) & (y > landmarks[33, 1] - 0.004)
    half_width = np.interp(y, [landmarks[33, 1], landmarks[30, 1], nose[0, 1]], [wings + 0.006, wings + 0.006, 0.009])
    regions['nose'] = exterior & below_bridge & (np.abs(x) < half_width) & (z > landmarks[31:36, 2].min() - 0.012)
    regions['nose'] &= ~regions['mouth'] & ~regions['eyes']
    # The face: inside the jaw contour, up to a third of the forehead above the brows.
    forehead = brow[:, 1].max() + 0.035
    contour = landmarks[:17]
    lower_edge = np.interp(x, contour[:, 0], contour[:, 1])  # the contour runs from the subject's right to the left
    behind = np.interp(y, contour[:9][::-1, 1], contour[:9][::-1, 2])
    regions['face'] = exterior & (y > lower_edge - 0.004) & (y < forehead) & (z > behind - 0.006) & ~regions['ears']
    regions['neck'] = exterior & ~regions['face'] & ~regions['ears'] & (y < chin[1] + np.maximum(0, (chin[2] - z) * 0.3))
    regions['scalp'] = exterior & ~regions['face'] & ~regions['ears'] & ~regions['neck']
    regions['eyeballs'] = members('left_eye') | members('right_eye')
    regions['teeth'] = members('upper_teeth') | members('lower_teeth')
    regions['tongue'] = members('tongue')
    regions['mouth_interior'] = members('mouth_interior') & ~exterior
    return {name: region | region[head.mirror] for name, region in regions.items()}


def vertex_weights(regions):
    """lambda of FlowFace: 1 on face and ears, 0.005 elsewhere."""
    return np.where(regions['face'] | regions['ears'], 1.0, 0.005).astype(np.float32)
