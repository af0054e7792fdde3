"""The AdamW fit of benchmarks/adamw-step.ts in PyTorch: the same energy, the same start, the same optimiser.

    python adamw_torch.py workload.npz STEPS [THREADS]

Prints one JSON object: the energy before each step, the milliseconds of each step on the clock and on the processor
(all threads), the version and the threads.
"""

import json
import sys
import time

import numpy as np
import torch


def rotations(axis_angle):
    """[..., 3] radians to [..., 3, 3] (Rodrigues), smooth through zero."""
    x, y, z = axis_angle.unbind(-1)
    angle = torch.sqrt(x * x + y * y + z * z + 1e-12)
    a = torch.sin(angle) / angle
    half = angle / 2
    b = (torch.sin(half) / half) ** 2 / 2
    rows = [
        1 - b * (y * y + z * z), b * x * y - a * z, b * x * z + a * y,
        b * x * y + a * z, 1 - b * (x * x + z * z), b * y * z - a * x,
        b * x * z - a * y, b * y * z + a * x, 1 - b * (x * x + y * y),
    ]
    return torch.stack(rows, -1).reshape(*axis_angle.shape[:-1], 3, 3)


class Energy:
    """Coordinates are separate planes, [3, F, V]: the layout in which PyTorch was fastest."""

    def __init__(self, w):
        self.w = w
        planes = lambda basis: basis.permute(2, 0, 1).contiguous()
        self.template = w["template"].T[:, None].contiguous()
        self.shape_basis = planes(w["shape_basis"])
        self.expression_basis = planes(w["expression_basis"])
        self.weights = w["skinning_weights"].T.contiguous()
        self.joint_template = w["joint_regressor"] @ w["template"]
        self.joint_shape = torch.einsum("jv,svk->sjk", w["joint_regressor"], w["shape_basis"]).flatten(1)
        self.parents = w["parents"].tolist()
        self.sample = w["temporal_vertices"].long()

    def vertices(self, p):
        """World positions, three planes [F, V]."""
        w = self.w
        frame_count = p["expression"].shape[0]
        x, y, z = (self.template + p["shape"] @ self.shape_basis) + p["expression"] @ self.expression_basis
        joints = self.joint_template + (p["shape"] @ self.joint_shape).reshape(-1, 3)
        local = rotations(p["jointPose"])
        head = w["head_rotation"] @ rotations(p["headTurn"])
        turns, places = [], []
        for j, parent in enumerate(self.parents):
            above = head if parent < 0 else turns[parent]
            bone = joints[j] if parent < 0 else joints[j] - joints[parent]
            base = p["headTranslation"] if parent < 0 else places[parent]
            turns.append(above @ local[:, j])
            places.append(base + above @ bone)
        turn = torch.stack(turns, 1)
        shift = torch.stack(places, 1) - (turn @ joints[None, :, :, None]).squeeze(-1)
        transforms = torch.cat([turn, shift[..., None]], -1).reshape(frame_count, len(self.parents), 12)
        m = (transforms.permute(2, 0, 1).reshape(12 * frame_count, -1) @ self.weights).reshape(12, frame_count, -1)
        return [m[4 * k] * x + m[4 * k + 1] * y + m[4 * k + 2] * z + m[4 * k + 3] for k in range(3)]

    def alignment(self, world):
        w = self.w
        flat = torch.stack([plane.flatten() for plane in world])
        shift = w["view_translation"].T[:, :, None]
        shape = (len(w["K"]), *world[0].shape)
        x, y, z = (w["view_rotation"].permute(1, 0, 2) @ flat + shift).reshape(3, *shape)
        inverse = 1 / z.clamp(min=0.01)
        x, y = x * inverse, y * inverse
        K = w["K"][:, :, :, None, None]
        u = (K[:, 0, 0] * x + K[:, 0, 1] * y + K[:, 0, 2] - w["target"][0]) * w["inverse_sigma"]
        v = (K[:, 1, 1] * y + K[:, 1, 2] - w["target"][1]) * w["inverse_sigma"]
        square = w["cauchy"] ** 2
        return (w["observation_weights"] * torch.log1p((u * u + v * v) / square)).sum() * square / 2

    def temporal(self, world):
        w = self.w
        at = torch.stack([plane[:, self.sample] for plane in world])
        a, b, c = w["stencil"][:, :, None]
        residual = a * at[:, :-2] + b * at[:, 1:-1] + c * at[:, 2:]
        return (w["temporal_weights"] * residual**2).sum() / 2

    def priors(self, p):
        w = self.w
        shape = ((p["shape"] - w["shape_mean"]) / w["shape_sigma"]) ** 2
        expression = ((p["expression"] - w["expression_mean"]) / w["expression_sigma"]) ** 2
        joints = (p["jointPose"] / w["joint_sigma"]) ** 2
        beyond = torch.relu(p["jointPose"] - w["joint_upper"]) + torch.relu(w["joint_lower"] - p["jointPose"])
        return (shape.sum() + expression.sum() + joints.sum() + ((beyond / w["limit_sigma"]) ** 2).sum()) / 2

    def __call__(self, p):
        world = self.vertices(p)
        weight = self.w["term_weights"]
        return weight[0] * self.alignment(world) + weight[1] * self.temporal(world) + self.priors(p)


def main(path, steps):
    w = {name: torch.from_numpy(array) for name, array in np.load(path).items()}
    energy = Energy(w)
    names = ["shape", "expression", "jointPose", "headTurn", "headTranslation"]
    # Every block in the optimiser's own unit.
    units = {name: float(w[f"unit_{name}"]) for name in names}
    unknowns = {name: (w[f"start_{name}"] / units[name]).requires_grad_() for name in names}
    mask = w["free_joints"][None, :, None]
    unknowns["jointPose"].register_hook(lambda gradient: gradient * mask)
    optimizer = torch.optim.AdamW(unknowns.values(), lr=1e-2, betas=(0.9, 0.999), eps=1e-8, weight_decay=0)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=30, threshold=1e-7)
    energies, milliseconds, processor = [], [], []
    for _ in range(steps):
        started, worked = time.perf_counter(), time.process_time()
        optimizer.zero_grad()
        value = energy({name: unknowns[name] * units[name] for name in names})
        value.backward()
        optimizer.step()
        energies.append(value.item())
        schedule.step(energies[-1])
        milliseconds.append(1000 * (time.perf_counter() - started))
        processor.append(1000 * (time.process_time() - worked))
    print(json.dumps({
        "energies": energies,
        "milliseconds": milliseconds,
        "processor": processor,
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
    }))


if __name__ == "__main__":
    if len(sys.argv) > 3:
        torch.set_num_threads(int(sys.argv[3]))
    main(sys.argv[1], int(sys.argv[2]))
