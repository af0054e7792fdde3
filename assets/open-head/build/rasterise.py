"""A small z-buffer rasteriser in numpy, for the build's own checks and pictures; pixel centres at +0.5."""

from dataclasses import dataclass

import numpy as np


@dataclass
class Camera:
    """Pinhole camera; `camera_from_head` is `[3, 4]`, x right, y down, z forward."""

    intrinsics: np.ndarray
    camera_from_head: np.ndarray
    width: int
    height: int

    def to_camera(self, points):
        return points @ self.camera_from_head[:, :3].T + self.camera_from_head[:, 3]

    def project(self, points):
        """`[N, 2]` pixels and `[N]` depths."""
        camera = self.to_camera(points)
        homogeneous = camera @ self.intrinsics.T
        return homogeneous[:, :2] / homogeneous[:, 2:], camera[:, 2]


def look_at(centre, yaw=0.0, pitch=0.0, distance=0.9, focal=1200.0, size=(512, 512), roll=0.0):
    """A camera in front of `centre` (head frame); positive yaw sees the subject's left side, angles in degrees."""
    yaw, pitch, roll = np.radians([yaw, pitch, roll])
    cy, sy, cp, sp, cr, sr = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch), np.cos(roll), np.sin(roll)
    turn = np.array([[cy, 0, -sy], [0, 1, 0], [sy, 0, cy]])
    tilt = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    tip = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    rotation = tip @ np.diag([1.0, -1.0, -1.0]) @ tilt @ turn
    translation = -rotation @ np.asarray(centre) + [0, 0, distance]
    width, height = size
    intrinsics = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1.0]])
    return Camera(intrinsics, np.column_stack([rotation, translation]), width, height)


def rasterise(vertices, faces, camera, cull=False):
    """Nearest triangle per pixel: `[H, W]` triangle index (-1: none) and `[H, W, 3]` barycentric coordinates.

    Barycentric coordinates are perspective-correct. With `cull`, triangles seen from behind are left out.
    """
    pixels, depth = camera.project(vertices)
    corners, corner_depth = pixels[faces], depth[faces]
    width, height = camera.width, camera.height
    edge1, edge2 = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = edge1[:, 0] * edge2[:, 1] - edge1[:, 1] * edge2[:, 0]
    low = np.clip(np.ceil(corners.min(1) - 0.5), 0, [width, height]).astype(int)
    high = np.clip(np.floor(corners.max(1) - 0.5) + 1, 0, [width, height]).astype(int)
    span = np.maximum(high - low, 0)
    keep = (span.prod(1) > 0) & (np.abs(area) > 1e-9) & (corner_depth.min(1) > 1e-6)
    if cull:
        keep &= area < 0
    chosen = np.flatnonzero(keep)
    count = span[chosen].prod(1)
    triangle = np.repeat(chosen, count)
    offset = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    x = low[triangle, 0] + offset % span[triangle, 0]
    y = low[triangle, 1] + offset // span[triangle, 0]
    point = np.stack([x + 0.5, y + 0.5], 1) - corners[triangle, 0]
    b1 = (point[:, 0] * edge2[triangle, 1] - point[:, 1] * edge2[triangle, 0]) / area[triangle]
    b2 = (edge1[triangle, 0] * point[:, 1] - edge1[triangle, 1] * point[:, 0]) / area[triangle]
    screen = np.stack([1 - b1 - b2, b1, b2], 1)
    inside = (screen >= -1e-9).all(1)
    triangle, x, y, screen = triangle[inside], x[inside], y[inside], screen[inside]
    inverse = screen / corner_depth[triangle]
    z = 1 / inverse.sum(1)
    order = np.lexsort((z, y * width + x))
    cell = (y * width + x)[order]
    first = np.r_[True, cell[1:] != cell[:-1]] if len(cell) else np.zeros(0, bool)
    order, cell = order[first], cell[first]
    triangles, barycentric = np.full(height * width, -1), np.zeros((height * width, 3))
    triangles[cell] = triangle[order]
    barycentric[cell] = inverse[order] * z[order, None]
    return triangles.reshape(height, width), barycentric.reshape(height, width, 3)


def vertex_normals(vertices, faces):
    corners = vertices[faces]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    total = np.zeros_like(vertices)
    for corner in range(3):
        np.add.at(total, faces[:, corner], normal)
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)


def sample_bilinear(image, uv):
    """`[N, C]` of `image` `[H, W, C]` at uv with the origin at the bottom left."""
    height, width = image.shape[:2]
    x, y = uv[:, 0] * width - 0.5, (1 - uv[:, 1]) * height - 0.5
    x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
    fx, fy = (x - x0)[:, None], (y - y0)[:, None]
    at = lambda j, i: image[np.clip(j, 0, height - 1), np.clip(i, 0, width - 1)].astype(float)
    return ((1 - fy) * ((1 - fx) * at(y0, x0) + fx * at(y0, x0 + 1))
            + fy * ((1 - fx) * at(y0 + 1, x0) + fx * at(y0 + 1, x0 + 1)))


def light(normals, key=(0.35, 0.5, 0.8), ambient=0.55, diffuse=0.55, sky=0.12):
    """First-order spherical-harmonic light: ambient, one soft key, a brighter sky."""
    key = np.asarray(key) / np.linalg.norm(key)
    wrapped = np.maximum((normals @ key + 0.3) / 1.3, 0)
    return ambient + diffuse * wrapped + sky * normals[:, 1]


def render(vertices, faces, camera, colour=None, uv=None, uv_faces=None, texture=None, supersample=2,
           background=(0.86, 0.87, 0.89), **lighting):
    """`[H, W, 3]` uint8 picture, with a texture (uint8, uv) or colours per triangle."""
    scaled = Camera(np.diag([supersample, supersample, 1.0]) @ camera.intrinsics, camera.camera_from_head,
                    camera.width * supersample, camera.height * supersample)
    triangles, barycentric = rasterise(vertices, faces, scaled)
    hit = triangles >= 0
    index, weights = triangles[hit], barycentric[hit]
    normals = np.einsum('nk,nkc->nc', weights, vertex_normals(vertices, faces)[faces[index]])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    if texture is not None:
        at = np.einsum('nk,nkc->nc', weights, uv[uv_faces[index]])
        base = (sample_bilinear(texture, at) / 255) ** 2.2
    else:
        base = np.full((len(index), 3), 0.55) if colour is None else np.asarray(colour)[index]
    picture = np.empty((scaled.height, scaled.width, 3))
    picture[:] = np.asarray(background) ** 2.2
    picture[hit] = base * light(normals, **lighting)[:, None]
    picture = picture.reshape(camera.height, supersample, camera.width, supersample, 3).mean((1, 3))
    return (np.clip(picture, 0, 1) ** (1 / 2.2) * 255 + 0.5).astype(np.uint8)
