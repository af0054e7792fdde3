"""The open head as tensors: shapes, expressions, joints, atlas (`docs/head-container.md`)."""

import json
from pathlib import Path

import numpy as np
import torch

CONTAINER = Path(__file__).resolve().parents[2] / 'assets' / 'open-head' / 'open-head.npz'
LAYOUT = 'open-head/1'


def rotation_from_axis_angle(axis_angle: torch.Tensor) -> torch.Tensor:
    """`[..., 3]` radians -> `[..., 3, 3]` (Rodrigues)."""
    angle = axis_angle.norm(dim=-1, keepdim=True).clamp_min(1e-8)
    x, y, z = (axis_angle / angle).unbind(-1)
    zero = torch.zeros_like(x)
    cross = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], -1).reshape(*x.shape, 3, 3)
    sine, cosine = angle.sin()[..., None], angle.cos()[..., None]
    return torch.eye(3, device=x.device) + sine * cross + (1 - cosine) * (cross @ cross)


class Head:
    """V vertices, T triangles, S identity and E expression coefficients, J joints; metres, head frame (y up)."""

    def __init__(self, device: str = 'cpu', path: Path = CONTAINER):
        arrays = np.load(path)
        meta = json.loads(bytes(arrays['meta']))
        tensor = lambda key, kind=torch.float32: torch.as_tensor(arrays[key], device=device).to(kind)
        self.device = device
        self.template = tensor('template')
        self.faces = tensor('faces', torch.int64)
        self.shape_basis = tensor('shape_basis') * tensor('shape_scale')[:, None, None]
        self.expression_basis = tensor('expression_basis') * tensor('expression_scale')[:, None, None]
        self.expression_names: list[str] = meta['expressionNames']
        self.shape_names: list[str] = meta['shapeNames']
        self.joint_regressor = tensor('joint_regressor')
        self.skinning_weights = tensor('skinning_weights')
        self.parents: list[int] = arrays['parents'].tolist()
        self.joint_lower, self.joint_upper = tensor('joint_lower'), tensor('joint_upper')
        self.vertex_weights = tensor('vertex_weights')
        self.uv, self.uv_faces = tensor(f'uv:{LAYOUT}'), tensor(f'uv_faces:{LAYOUT}', torch.int64)
        self.uv_vertices = tensor(f'uv_vertices:{LAYOUT}')
        self.layout_hash: str = meta['uvLayouts'][LAYOUT]['hash']
        self.regions = {key.split(':')[1]: tensor(key, torch.bool) for key in arrays.files if key.startswith('region:')}

    @property
    def vertex_count(self) -> int:
        return len(self.template)

    def at_rest(self, shape: torch.Tensor) -> torch.Tensor:
        """`[B, S]` -> `[B, V, 3]`, the neutral head."""
        return self.template + torch.einsum('bs,svk->bvk', shape, self.shape_basis)

    def posed(self, rest: torch.Tensor, expression: torch.Tensor, joints: torch.Tensor) -> torch.Tensor:
        """
        Linear blend skinning.

        rest `[B, V, 3]`, expression `[B, E]`, joints `[B, J, 3]` axis-angle -> `[B, V, 3]`, metres, head frame.
        """
        places = torch.einsum('jv,bvk->bjk', self.joint_regressor, rest)
        vertices = rest + torch.einsum('be,evk->bvk', expression, self.expression_basis)
        rotation = rotation_from_axis_angle(joints)
        world: list[torch.Tensor] = []
        moved: list[torch.Tensor] = []
        for joint, parent in enumerate(self.parents):
            if parent < 0:
                world.append(rotation[:, joint])
                moved.append(places[:, joint])
            else:
                world.append(world[parent] @ rotation[:, joint])
                step = (places[:, joint] - places[:, parent])[..., None]
                moved.append(moved[parent] + (world[parent] @ step)[..., 0])
        result = torch.zeros_like(vertices)
        for joint, (turn, place) in enumerate(zip(world, moved)):
            offset = vertices - places[:, joint, None]
            result += self.skinning_weights[:, joint, None] * (offset @ turn.mT + place[:, None])
        return result


def vertex_normals(vertices: torch.Tensor, faces: torch.Tensor) -> torch.Tensor:
    """`[N, 3]`, `[T, 3]` -> `[N, 3]` unit, by area."""
    a, b, c = vertices[faces].unbind(1)
    across = torch.linalg.cross(b - a, c - a)
    normals = torch.zeros_like(vertices)
    for corner in range(3):
        normals.index_add_(0, faces[:, corner], across)
    return torch.nn.functional.normalize(normals, dim=1)
