"""Everything in front of the camera as one mesh with materials."""

from dataclasses import dataclass

import numpy as np
import torch

from .dress import bust, glasses, lower_opening, visor
from .growth import Growth, grow, signed_distance
from .head import Head, vertex_normals
from .people import Person

SKIN, EYE, TEETH, MOUTH, CLOTH, HAIR = range(6)

HAIRS = np.array(
    [
        [0.012, 0.009, 0.007],
        [0.035, 0.02, 0.012],
        [0.07, 0.04, 0.022],
        [0.17, 0.11, 0.055],
        [0.3, 0.29, 0.28],
        [0.2, 0.06, 0.03],
    ]
)


class Wardrobe:
    """What dressing a head needs and every head shares."""

    def __init__(self, head: Head):
        self.head = head
        self.opening = lower_opening(head)
        skin = head.regions['skin']
        self.hairline = signed_distance(head.template, head.regions['scalp'])
        self.hairline = torch.where(skin, self.hairline, torch.inf)
        # No hair on the neck and the jaw before it.
        x, y, z = head.template.unbind(1)
        self.ears = head.regions['ears']
        self.hairline[((y < -0.025) & (z > -0.07)) | (y < -0.075)] = torch.inf
        self.temples = ((x.abs() - 0.048) / 0.02).clamp(0, 1) * ((y - 0.005) / 0.03).clamp(0, 1)
        self.beard = self._beard()
        inside = lambda name: head.regions[name][head.faces].all(1)
        material = torch.full((len(head.faces),), SKIN, device=head.device)
        for name, kind in (('eyeballs', EYE), ('teeth', TEETH), ('tongue', MOUTH), ('mouth_interior', MOUTH)):
            material[inside(name)] = kind
        self.material = material

    def _beard(self) -> dict[str, torch.Tensor]:
        """`[V]` each in [0, 1]: where hair grows on the lower face."""
        head = self.head
        x, y, z = head.template.unbind(1)
        ramp = lambda value, width: (value / width + 0.5).clamp(0, 1)
        lips = (x / 0.026) ** 2 + ((y + 0.055) / 0.0095) ** 2
        open_skin = head.regions['skin'] & ~head.regions['ears']
        off_lips = ramp(lips - 1.0, 0.5) * open_skin
        chin = (
            ramp(-0.062 - y + 0.35 * (x.abs() - 0.02).clamp_min(0), 0.01) * ramp(z + 0.05, 0.02) * ramp(y + 0.125, 0.02)
        )
        sides = ramp(x.abs() - 0.05, 0.012) * ramp(-0.005 - y, 0.02) * ramp(z + 0.03, 0.012) * ramp(y + 0.11, 0.02)
        upper = ramp(0.032 - x.abs(), 0.008) * ramp(-0.034 - y, 0.006) * ramp(y + 0.06, 0.008) * ramp(z - 0.03, 0.01)
        goatee = chin * ramp(0.03 - x.abs(), 0.01)
        full = torch.maximum(torch.maximum(chin, sides), upper)
        return {
            name: mask * off_lips
            for name, mask in dict(full=full, moustache=upper, goatee=torch.maximum(goatee, upper)).items()
        }


@dataclass
class Scene:
    """
    `vertices`, `normals` `[N, 3]` camera frame; `rest` `[N, 3]` head frame, for what is painted; `canonical` `[N, 3]` the
    place on or over the template, NaN on the bust; `colours` `[N, 3]` linear; `faces` `[T, 3]`, `material` `[T]`. The
    head's own vertices and triangles come first.
    """

    vertices: torch.Tensor
    normals: torch.Tensor
    rest: torch.Tensor
    canonical: torch.Tensor
    colours: torch.Tensor
    faces: torch.Tensor
    material: torch.Tensor
    hair_colour: torch.Tensor
    """`[V]` how much of the skin is covered by the roots of hair and beard."""
    paint: torch.Tensor
    """Lens vertices and faces, camera frame, or None."""
    lenses: tuple[torch.Tensor, torch.Tensor] | None


def build_scene(wardrobe: Wardrobe, person: Person, rng: np.random.Generator, identity: int) -> Scene:
    head, rest = wardrobe.head, person.rest
    tensor = lambda values: torch.as_tensor(values, dtype=torch.float32, device=head.device)
    own = np.random.default_rng([identity, 2])
    hair_colour = HAIRS[own.choice(len(HAIRS), p=[0.3, 0.25, 0.17, 0.12, 0.1, 0.06])] * own.uniform(0.6, 1.5)
    if rng.random() < 0.04:
        hair_colour = rng.uniform(0.01, 0.5, 3)
    parts: list[tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor, int, np.ndarray]] = []
    add = lambda *part: parts.append(part)
    paint = torch.zeros(head.vertex_count, device=head.device)
    stuck = lambda points: attach(points, rest, person.vertices)

    def wear(growth: Growth | None, kind: int, colour: np.ndarray) -> None:
        if growth:
            upright = torch.eye(3, device=head.device)
            places = growth.on(head.template, upright)
            posed, at_rest = growth.on(person.vertices, person.rotation), growth.on(rest, upright)
            add(posed, at_rest, places, growth.faces, kind, colour)

    def put_on(points: np.ndarray, faces: np.ndarray, colour: np.ndarray) -> None:
        at_rest = tensor(points)
        places = over_template(at_rest, rest, head.template)
        add(stuck(at_rest), at_rest, places, torch.as_tensor(faces, device=head.device), CLOTH, colour)

    noise = 0.004 * torch.sin(rest @ tensor(own.normal(0, 90, 3)) + 1)
    border = wardrobe.hairline + noise + own.normal(0, 0.006)
    recede = 0.025 * own.uniform(0, 1) * (own.random() < 0.25)
    border = border + recede * ((rest[:, 1] - 0.06) / 0.05).clamp(0, 1)
    border = border - own.uniform(0, 0.03) * wardrobe.temples
    style = own.choice(['bald', 'buzz', 'short', 'volume', 'long'], p=[0.1, 0.12, 0.33, 0.15, 0.3])
    hat = rng.random() < 0.13
    if style != 'long' or own.random() < 0.5:
        border = torch.where(wardrobe.ears, torch.inf, border)
    full = (-border / 0.012).clamp(-1, 1)
    if style == 'buzz':
        paint = torch.maximum(paint, own.uniform(0.3, 0.9) * full.clamp(0, 1))
    elif style != 'bald':
        paint = torch.maximum(paint, 0.9 * (full + 0.3).clamp(0, 1))
        thickness = own.uniform(0.004, 0.014) if style == 'short' else own.uniform(0.012, 0.04)
        fall = own.uniform(0.04, 0.26) if style == 'long' else 0
        growth = grow(
            rest,
            head.faces,
            full + 0.05,
            own,
            thickness * (0.35 if hat else 1),
            fall,
            fringe=own.uniform(0.005, 0.06) * (own.random() < 0.4),
            ragged=own.uniform(0.01, 0.13),
            strands=int(own.integers(100, 3000)),
            strand_length=own.uniform(0.01, 0.035),
        )
        wear(growth, HAIR, hair_colour)
    if hat:
        height = rng.uniform(0.06, 0.085)
        cover = ((rest[:, 1] + 0.25 * (rest[:, 2] + 0.03).clamp(-0.1, 0.1) - height + 0.02) / 0.01).clamp(-1, 1)
        cover = torch.where(head.regions['skin'] & ~head.regions['ears'], cover, -1.0)
        colour = rng.uniform(0.01, 0.6) * rng.uniform(0.5, 1.5, 3)
        cap = grow(rest, head.faces, cover, rng, rng.uniform(0.008, 0.03), ragged=0.02)
        wear(cap, CLOTH, colour)
        if rng.random() < 0.5:
            peak, faces = visor(rest, height, rng)
            put_on(peak, faces, colour)
    beard = own.choice(['none', 'full', 'moustache', 'goatee'], p=[0.72, 0.14, 0.06, 0.08])
    if beard != 'none':
        mask = wardrobe.beard[beard]
        density = own.choice([own.uniform(0.1, 0.4), own.uniform(0.5, 0.95)])
        paint = torch.maximum(paint, density * mask)
        if density > 0.5 and own.random() < 0.7:
            growth = grow(
                rest,
                head.faces,
                mask * 1.2 - 0.2,
                own,
                own.uniform(0.001, 0.008),
                ragged=0.5,
                strands=1200,
                strand_length=own.uniform(0.004, 0.02),
            )
            wear(growth, HAIR, hair_colour * 0.9)
    lenses = None
    if rng.random() < 0.2:
        (frame, frame_faces), (glass, glass_faces) = glasses(rest, head, rng)
        colour = rng.choice([0.01, 0.03, rng.uniform(0.05, 0.4)]) * rng.uniform(0.6, 1.4, 3)
        put_on(frame, frame_faces, colour)
        lenses = (stuck(tensor(glass)), torch.as_tensor(glass_faces, device=head.device))
    body, body_faces = bust(rest, wardrobe.opening, rng)
    posed = body_on(person, tensor(body), wardrobe.opening)
    add(
        posed,
        tensor(body),
        torch.full_like(posed, torch.nan),
        torch.as_tensor(body_faces, device=head.device),
        CLOTH,
        rng.uniform(0.01, 0.5) * rng.uniform(0.5, 1.5, 3),
    )
    return assemble(wardrobe, person, parts, tensor(hair_colour), paint, lenses)


def attach(points: torch.Tensor, rest: torch.Tensor, posed: torch.Tensor) -> torch.Tensor:
    """Moves points `[P, 3]` of the head at rest with the rigid motion of the skull: its upper vertices."""
    skull = rest[:, 1] > 0.04
    a, b = rest[skull], posed[skull]
    ca, cb = a.mean(0), b.mean(0)
    u, _, vh = torch.linalg.svd((a - ca).T @ (b - cb))
    sign = torch.ones(3, device=rest.device)
    sign[2] = torch.det(u @ vh).sign()
    return (points - ca) @ (u * sign @ vh) + cb


def over_template(points: torch.Tensor, rest: torch.Tensor, template: torch.Tensor) -> torch.Tensor:
    """Points `[P, 3]` near the head at rest, as far from the template's place under them as from the head's."""
    nearest = torch.cdist(points, rest).argmin(1)
    return template[nearest] + points - rest[nearest]


def body_on(person: Person, body: torch.Tensor, opening: np.ndarray) -> torch.Tensor:
    """The bust under the posed neck, turned half as far as the head."""
    neck = person.vertices[torch.as_tensor(opening, device=body.device)]
    count = len(opening)
    level = torch.diag(torch.tensor([1.0, -1.0, -1.0], device=body.device))
    half = person.rotation + 1.2 * level
    u, _, vh = torch.linalg.svd(half)
    turn = u @ vh
    placed = (body - body[:count].mean(0)) @ turn.T + neck.mean(0)
    return torch.cat([neck, placed[count:]])


def assemble(wardrobe, person, parts, hair_colour, paint, lenses) -> Scene:
    """Joins the head and its parts; normals by part."""
    head = wardrobe.head
    device = head.device
    vertices, rest, canonical = [person.vertices], [person.rest], [head.template]
    normals, faces = [vertex_normals(person.vertices, head.faces)], [head.faces]
    colours, material = [torch.zeros(head.vertex_count, 3, device=device)], [wardrobe.material]
    start = head.vertex_count
    for posed, at_rest, places, part, kind, colour in parts:
        vertices.append(posed)
        rest.append(at_rest)
        canonical.append(places)
        normals.append(vertex_normals(posed, part))
        faces.append(part + start)
        colours.append(torch.as_tensor(colour, dtype=torch.float32, device=device).expand(len(posed), 3))
        material.append(torch.full((len(part),), kind, device=device))
        start += len(posed)
    cat = torch.cat
    dense = (cat(columns) for columns in (vertices, normals, rest, canonical, colours, faces, material))
    return Scene(*dense, hair_colour, paint, lenses)
