import { fitAffine } from '../../geometry/affine-alignment.js';
import { interpolateSurface } from '../../geometry/interpolate-surface.js';
import { vertexNormals } from '../../geometry/mesh.js';
import { alignRigid, applyAlignment } from '../../geometry/rigid-alignment.js';
import { type SurfacePoints } from '../../geometry/surface-points.js';
import { type HeadModel } from '../head-model.js';
import { regressJoints } from '../pose-head.js';
import { createFieldSmoother } from './smooth-field.js';
import { createSurfacePart, type PartMatch } from './surface-part.js';

/** Where the vertices of one head lie on another. */
export interface HeadRegistration {
  /** `[V, 3]` metres: the head's vertices in the reference's frame, bent onto it. */
  positions: Float64Array;
  /** `[V]` the nearest points of the reference's skin, or of its eyeball of the same side. */
  nearest: SurfacePoints;
  /** `[V]` metres to them after the bending. */
  distances: Float64Array;
  /** `[V]` 1 where the nearest point is the counterpart: near, facing the same way, and not beyond a rim. */
  matched: Uint8Array;
}

/** Farthest counterparts, metres: on the skin, and on the eyeballs, which are laid upon each other exactly. */
const farthest = { skin: 0.004, eyeballs: 0.002 };
/** Least cosine between the normals of counterparts. */
const leastCosine = 0.5;
/** Rounds of closest points by an affine map of the whole head, and how far counterparts may be there, metres. */
const affine = { rounds: 12, reach: 0.03 };
/**
 * Then the skin bends, from round to round more freely: how stiff it is, how far counterparts may be in metres, and how
 * much a landmark counts beside a vertex, for it says more about where on the surface a point belongs.
 */
const bending = [300, 300, 100, 100, 30, 30, 10, 10, 3, 3, 3].map((stiffness, k) => ({
  stiffness,
  reach: Math.max(0.006, 0.03 * 0.85 ** k),
  landmarkWeight: 30 * 0.8 ** k,
}));
/** Landmarks that slide on the surface by more than this are no correspondences, metres. */
const mostSpread = 0.0025;
/** Of the 68 landmarks the first lie on the silhouette. */
const contour68 = 17;
const leastLandmarks = 20;

/**
 * Registers a head's template to a reference head: a similarity by their common landmarks (their joints where they have
 * none), an affine map by landmarks and closest points of the skin, then the same with a field of displacements that is
 * at first stiff. Eyeballs are laid upon each other by centre and radius.
 */
export function registerHead(head: HeadModel, reference: HeadModel): HeadRegistration {
  const pairs = correspondences(head, reference);
  const similarity = alignRigid(pairs.source, pairs.target, { scale: true });
  let positions = applyAlignment(similarity, head.template);
  const eyes = eyeballParts(head, reference, positions);
  const isEye = (v: number) => head.regions.eyeballs?.[v] === 1;
  const isSkin = (v: number) => !isEye(v) && (head.regions.skin ? head.regions.skin[v] === 1 : true);
  const referenceSkin = reference.regions.skin;
  const surface = createSurfacePart(reference.template, reference.faces, (v) => referenceSkin?.[v] !== 0);
  const own = createSurfacePart(positions, head.faces, isSkin).faces;
  const pull = (reach: number, landmarkWeight: number) => {
    const normals = vertexNormals(positions, own);
    const match = surface.match(positions);
    const weights = Float64Array.from({ length: head.vertexCount }, (_, v) =>
      isSkin(v) && isCounterpart(match, normals, v, reach) ? 1 : 0,
    );
    const targets = match.positions;
    pairs.vertices.forEach((v, k) => {
      // A landmark pulls at the vertex nearest to it, by as much as it is off itself.
      const place = landmarkPlace(head, positions, pairs.points, k);
      weights[v] = landmarkWeight;
      for (let a = 0; a < 3; a++) targets[v * 3 + a] = positions[v * 3 + a] + pairs.target[k * 3 + a] - place[a];
    });
    return { targets, weights };
  };
  for (let round = 0; round < affine.rounds; round++) {
    const { targets, weights } = pull(affine.reach, bending[0].landmarkWeight);
    positions = fitAffine(positions, targets, weights)(positions);
  }
  const smooth = createFieldSmoother(own, head.vertexCount);
  for (const { stiffness, reach, landmarkWeight } of bending) {
    const { targets, weights } = pull(reach, landmarkWeight);
    const field = targets.map((value, i) => (weights[Math.floor(i / 3)] > 0 ? value - positions[i] : 0));
    smooth(field, weights, stiffness);
    field.forEach((value, i) => (positions[i] += value));
  }
  const count = head.vertexCount;
  const result: HeadRegistration = {
    positions,
    nearest: { faces: new Int32Array(count), barycentric: new Float32Array(count * 3) },
    distances: new Float64Array(count),
    matched: new Uint8Array(count),
  };
  const rest = Array.from({ length: count }, (_, v) => v).filter((v) => !isEye(v));
  record(result, rest, surface.match, vertexNormals(positions, own), (v) => (isSkin(v) ? farthest.skin : 0));
  for (const { vertices, place, match, faces } of eyes) {
    vertices.forEach((v, k) => positions.set(place.subarray(k * 3, k * 3 + 3), v * 3));
    record(result, vertices, match, vertexNormals(positions, faces), () => farthest.eyeballs);
  }
  return result;
}

/** The same places on both heads, N of them. */
interface Correspondences {
  /** `[N, 3]` metres, in each head's own frame. */
  source: number[];
  target: number[];
  /** The places among the head's surface points and the vertices next to them; none for joints. */
  points: SurfacePoints;
  vertices: number[];
}

/** Landmarks of which both heads have an embedding, or joints of the same name. */
function correspondences(head: HeadModel, reference: HeadModel): Correspondences {
  for (const kind of ['landmarks68', 'landmarks478'] as const) {
    const [own, other] = [head[kind], reference[kind]];
    if (!own || !other) continue;
    const index = Array.from(own.faces.keys()).filter(
      (i) =>
        own.faces[i] >= 0 &&
        other.faces[i] >= 0 &&
        reference.regions.eyeballs?.[reference.faces[other.faces[i] * 3]] !== 1 &&
        (kind === 'landmarks68' ? i >= contour68 : (other.spread?.[i] ?? 0) <= mostSpread),
    );
    if (index.length < leastLandmarks) continue;
    const points = {
      faces: Int32Array.from(index, (i) => own.faces[i]),
      barycentric: Float32Array.from(index.flatMap((i) => [...own.barycentric.subarray(i * 3, i * 3 + 3)])),
    };
    const vertices = index.map((_, k) => {
      const weights = points.barycentric.subarray(k * 3, k * 3 + 3);
      return head.faces[points.faces[k] * 3 + weights.indexOf(Math.max(...weights))];
    });
    return { source: placesOf(head, own, index), target: placesOf(reference, other, index), points, vertices };
  }
  const joints = head.jointNames.flatMap((name, j) => {
    const other = reference.jointNames.indexOf(name);
    return other >= 0 && name !== 'root' ? [[j, other]] : [];
  });
  if (joints.length < 3) {
    throw new Error(
      `head model ${head.name}: expected landmarks, or joints among ${reference.jointNames.join(', ')}, ` +
        `to register it to ${reference.name}, got joints ${head.jointNames.join(', ')}.`,
    );
  }
  const [own, other] = [regressJoints(head, head.template), regressJoints(reference, reference.template)];
  return {
    source: joints.flatMap(([j]) => [...own.subarray(j * 3, j * 3 + 3)]),
    target: joints.flatMap(([, j]) => [...other.subarray(j * 3, j * 3 + 3)]),
    points: { faces: new Int32Array(0), barycentric: new Float32Array(0) },
    vertices: [],
  };
}

function landmarkPlace({ faces }: HeadModel, positions: Float64Array, points: SurfacePoints, k: number): number[] {
  return [0, 1, 2].map((a) =>
    [0, 1, 2].reduce(
      (sum, corner) =>
        sum + points.barycentric[k * 3 + corner] * positions[faces[points.faces[k] * 3 + corner] * 3 + a],
      0,
    ),
  );
}

function placesOf({ template, faces }: HeadModel, landmarks: SurfacePoints, index: number[]): number[] {
  const all = interpolateSurface(template, 3, faces, landmarks);
  return index.flatMap((i) => [...all.subarray(i * 3, i * 3 + 3)]);
}

function isCounterpart(match: PartMatch, normals: Float32Array, v: number, reach: number): boolean {
  if (match.onRim[v] || match.distances[v] > reach) return false;
  const cosine = [0, 1, 2].reduce((sum, a) => sum + match.normals[v * 3 + a] * normals[v * 3 + a], 0);
  return cosine >= leastCosine;
}

/** Writes the nearest points of some vertices, and whether they are counterparts. */
function record(
  { positions, nearest, distances, matched }: HeadRegistration,
  vertices: number[],
  match: (points: ArrayLike<number>) => PartMatch,
  normals: Float32Array,
  reach: (vertex: number) => number,
): void {
  const pick = (values: ArrayLike<number>) =>
    Float32Array.from(vertices.flatMap((v) => [values[v * 3], values[v * 3 + 1], values[v * 3 + 2]]));
  const found = match(pick(positions));
  const own = pick(normals);
  vertices.forEach((v, k) => {
    nearest.faces[v] = found.faces[k];
    nearest.barycentric.set(found.barycentric.subarray(k * 3, k * 3 + 3), v * 3);
    distances[v] = found.distances[k];
    matched[v] = isCounterpart(found, own, k, reach(v)) ? 1 : 0;
  });
}

interface EyeballPart {
  vertices: number[];
  /** `[N, 3]` metres, the reference's frame. */
  place: Float64Array;
  match: (points: ArrayLike<number>) => PartMatch;
  /** `[T, 3]` of the head's own eyeball. */
  faces: Int32Array;
}

/** Both eyeballs, each moved and scaled onto the reference's of the same side. */
function eyeballParts(head: HeadModel, reference: HeadModel, positions: Float64Array): EyeballPart[] {
  if (!head.regions.eyeballs || !reference.regions.eyeballs) return [];
  return ['left_eye', 'right_eye'].flatMap((name) => {
    const [own, other] = [eyeball(head, name, positions), eyeball(reference, name, reference.template)];
    if (!own || !other) return [];
    const scale = other.radius / own.radius;
    const place = Float64Array.from(
      own.vertices.flatMap((v) =>
        [0, 1, 2].map((a) => other.centre[a] + scale * (positions[v * 3 + a] - own.centre[a])),
      ),
    );
    const [mine, theirs] = [new Set(own.vertices), new Set(other.vertices)];
    const { match } = createSurfacePart(reference.template, reference.faces, (v) => theirs.has(v));
    const { faces } = createSurfacePart(positions, head.faces, (v) => mine.has(v));
    return [{ vertices: own.vertices, place, match, faces }];
  });
}

/** The eyeball's vertices on one side, the joint in its middle, and the median distance to it. */
function eyeball(head: HeadModel, joint: string, vertices: ArrayLike<number>) {
  const j = head.jointNames.indexOf(joint);
  if (j < 0) return undefined;
  const joints = regressJoints(head, vertices);
  const centre = joints.subarray(j * 3, j * 3 + 3);
  const other = head.jointNames.indexOf(joint === 'left_eye' ? 'right_eye' : 'left_eye');
  const distanceTo = (c: ArrayLike<number>, v: number) =>
    Math.hypot(vertices[v * 3] - c[0], vertices[v * 3 + 1] - c[1], vertices[v * 3 + 2] - c[2]);
  const members = Array.from(head.regions.eyeballs.keys()).filter(
    (v) =>
      head.regions.eyeballs[v] === 1 &&
      (other < 0 || distanceTo(centre, v) < distanceTo(joints.subarray(other * 3, other * 3 + 3), v)),
  );
  if (members.length < 4) return undefined;
  const distances = members.map((v) => distanceTo(centre, v)).sort((a, b) => a - b);
  return { vertices: members, centre, radius: distances[distances.length >> 1] };
}
