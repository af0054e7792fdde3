"""What is worn: the clothed bust, glasses, a visor."""

import numpy as np
import torch

from .head import Head

# Half width, half depth and drop of the bust's rings below the head's lower opening, metres.
RINGS = [
    (0.072, 0.074, 0.012),
    (0.085, 0.08, 0.026),
    (0.125, 0.088, 0.045),
    (0.178, 0.1, 0.072),
    (0.208, 0.11, 0.115),
    (0.222, 0.118, 0.2),
    (0.23, 0.12, 0.36),
]


def lower_opening(head: Head) -> np.ndarray:
    """`[L]` vertices around the neck's open end, in order."""
    faces = head.faces.cpu().numpy()
    follow = {}
    edges = {(t[k], t[(k + 1) % 3]) for t in faces for k in range(3)}
    for a, b in edges:
        if (b, a) not in edges:
            follow[a] = b
    loops = []
    while follow:
        loop, vertex = [], next(iter(follow))
        while vertex in follow:
            loop.append(vertex)
            vertex = follow.pop(vertex)
        loops.append(np.array(loop))
    height = head.template[:, 1].cpu().numpy()
    return min((loop for loop in loops if len(loop) >= 12), key=lambda loop: height[loop].mean())


def bust(rest: torch.Tensor, opening: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A sheet from the opening to the shoulders: `[R L, 3]` metres, head frame, and `[T, 3]`; the first ring is the opening."""
    ring = rest[torch.as_tensor(opening)].cpu().numpy()
    centre = ring.mean(0)
    out = ring - centre
    radius = np.hypot(out[:, 0], out[:, 2])
    side, front = out[:, 0] / radius, out[:, 2] / radius
    girth = rng.uniform(0.8, 1.15)
    rings = [ring]
    for r, (width, depth, drop) in enumerate(RINGS):
        reach = np.maximum(girth / np.hypot(side / width, front / depth), radius * (1 + 0.02 * (r + 1)))
        level = out[:, 1] * max(0, 1 - r / 3)
        rings.append(centre + np.stack([side * reach, level - drop, front * reach - 0.02 * r / len(RINGS)], 1))
    count = len(opening)
    at = lambda r: r * count + np.arange(count)
    turn = lambda r: r * count + (np.arange(count) + 1) % count
    faces = [
        np.stack(part, 1)
        for r in range(len(RINGS))
        for part in ((turn(r), at(r), at(r + 1)), (turn(r), at(r + 1), turn(r + 1)))
    ]
    return np.concatenate(rings), np.concatenate(faces)


def tube(path: np.ndarray, radius: float, closed: bool) -> tuple[np.ndarray, np.ndarray]:
    """A square tube along `[N, 3]`."""
    corners = radius * np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
    ahead = np.roll(path, -1, 0) - np.roll(path, 1, 0)
    if not closed:
        ahead[0], ahead[-1] = path[1] - path[0], path[-1] - path[-2]
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    first = np.cross(ahead, [0.05, 0.1, 1.0])
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second = np.cross(ahead, first)
    vertices = (path[:, None] + corners[:, :1] * first[:, None] + corners[:, 1:] * second[:, None]).reshape(-1, 3)
    last = len(path) if closed else len(path) - 1
    faces = []
    for i in range(last):
        j = (i + 1) % len(path)
        for k in range(4):
            n = (k + 1) % 4
            faces += [[4 * i + k, 4 * j + k, 4 * j + n], [4 * i + k, 4 * j + n, 4 * i + n]]
    return vertices, np.array(faces)


def join(parts: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    starts = np.cumsum([0] + [len(vertices) for vertices, _ in parts])
    faces = [faces + start for (_, faces), start in zip(parts, starts)]
    return np.concatenate([vertices for vertices, _ in parts]), np.concatenate(faces)


def glasses(rest: torch.Tensor, head: Head, rng: np.random.Generator):
    """Frame and lenses: two meshes, metres, head frame."""
    joints = (head.joint_regressor @ rest).cpu().numpy()
    nose = rest[head.regions['nose']].cpu().numpy()
    bridge = nose[np.abs(nose[:, 1] - joints[3, 1]) < 0.008]
    front = (bridge[:, 2].max() if len(bridge) else joints[3, 2] + 0.03) + rng.uniform(0.0, 0.006)
    width, height, power = rng.uniform(0.021, 0.029), rng.uniform(0.015, 0.026), rng.choice([2, 2.5, 4])
    thickness, sink = rng.uniform(0.0005, 0.0022), rng.uniform(-0.001, 0.006)
    angle = np.linspace(0, 2 * np.pi, 28, endpoint=False)
    rim = np.stack([np.cos(angle), np.sin(angle)], 1)
    rim = np.sign(rim) * np.abs(rim) ** (2 / power) * [width, height]
    frame, lenses, inner = [], [], []
    for eye in (3, 4):
        centre = np.array([joints[eye, 0] * 1.04, joints[eye, 1] - sink, front])
        wrap = -0.25 * np.abs(rim[:, :1] + centre[0]) ** 2 / 0.06
        path = centre + np.concatenate([rim, wrap], 1)
        frame.append(tube(path, thickness, True))
        fan = np.stack([np.full(28, 28), np.arange(28), (np.arange(28) + 1) % 28], 1)
        lenses.append((np.concatenate([path, path.mean(0, keepdims=True)]), fan))
        side = np.sign(centre[0])
        inner.append(centre - [side * width, -0.3 * height, 0])
        hinge = path[np.argmax(side * path[:, 0])] + [0, 0.3 * height, 0]
        ear = np.array([side * 0.078 * np.abs(rest[:, 0].amax().item()) / 0.093, hinge[1] + 0.002, -0.055])
        frame.append(tube(np.linspace(hinge, ear, 6), thickness * 1.3, False))
    middle = (inner[0] + inner[1]) / 2 + [0, 0.002, 0.003]
    frame.append(tube(np.stack([inner[0], middle, inner[1]]), thickness, False))
    return join(frame), join(lenses)


def visor(rest: torch.Tensor, height: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A cap's peak at a height, metres, head frame."""
    near = rest[(rest[:, 1] - height).abs() < 0.012].cpu().numpy()
    front, half = near[:, 2].max(), np.abs(near[:, 0]).max() * 0.95
    angle, reach = np.linspace(-1.2, 1.2, 17), rng.uniform(0.05, 0.08)
    rows = []
    for share in np.linspace(0, 1, 5):
        z = (front - 0.055) + 0.06 * np.cos(angle) + share * reach * np.cos(angle) ** 0.6
        drop = -0.025 * share - 0.012 * np.abs(np.sin(angle)) ** 2
        rows.append(np.stack([half * np.sin(angle) / np.sin(1.2), height + drop + 0.006, z], 1))
    index = np.arange(5 * 17).reshape(5, 17)
    a, b, c, d = index[:-1, :-1].ravel(), index[:-1, 1:].ravel(), index[1:, :-1].ravel(), index[1:, 1:].ravel()
    return np.concatenate(rows), np.concatenate([np.stack([a, b, c], 1), np.stack([b, d, c], 1)])
