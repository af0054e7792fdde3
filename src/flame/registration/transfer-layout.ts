import { interpolateSurface } from '../../geometry/interpolate-surface.js';
import { contentHash } from '../content-hash.js';
import { type HeadModel, type LandmarkEmbedding, type UvLayout } from '../head-model.js';
import { type HeadRegistration, registerHead } from './register-head.js';
import { createSurfacePart } from './surface-part.js';

/** Triangles whose corners lie further apart in the UV square may cross a seam. */
const seamDistance = 0.05;
/** Share of the reference's fully weighted vertices that need a counterpart near; less is another kind of thing. */
const leastCovered = 0.5;
/** As near as this, metres. */
const coverDistance = 0.006;
/** Weight of a vertex without a counterpart in the alignment. */
const otherWeight = 0.005;
/** Landmarks that lie further from the registered head are left out, metres. */
const farthestLandmark = 0.006;

/**
 * Gives a head a place in a reference head's UV layout, so that a network trained for that layout serves it, and with it
 * what else the head lacks: vertex weights, regions of the face, and landmarks.
 *
 * @returns the head with the layout; the one it came with where it has it already.
 */
export function transferLayout(head: HeadModel, reference: HeadModel, layoutName: string): HeadModel {
  if (head.uvLayouts[layoutName]) return head;
  const layout = reference.uvLayouts[layoutName];
  if (!layout)
    throw new Error(`transferLayout: expected ${reference.name} to have the UV layout ${layoutName}, got none.`);
  const registration = registerHead(head, reference);
  const covered = coveredShare(head, reference, registration);
  if (covered < leastCovered) {
    throw new Error(
      `head model ${head.name}: expected a head that lies on ${reference.name} for its UV layout ${layoutName}, ` +
        `got one that covers ${Math.round(100 * covered)} per cent of its face.`,
    );
  }
  const regions = Object.entries(reference.regions)
    .filter(([name]) => !(name in head.regions))
    .map(([name, mask]) => [name, transferRegion(mask, reference, registration)]);
  return {
    ...head,
    uvLayouts: { ...head.uvLayouts, [layoutName]: registeredLayout(head, reference, layout, registration) },
    regions: {
      ...Object.fromEntries(regions),
      ...head.regions,
      // Heads draw their own face regions as they like; the crops of the layout's networks are drawn around this one.
      ...(reference.regions.face && { crop: transferRegion(reference.regions.face, reference, registration) }),
    },
    vertexWeights: head.vertexWeights ?? transferWeights(reference, registration),
    landmarks68: head.landmarks68 ?? transferLandmarks(head, reference, 'landmarks68', registration),
    landmarks478: head.landmarks478 ?? transferLandmarks(head, reference, 'landmarks478', registration),
  };
}

/** Share of the reference's face that has matched surface of the head near it. */
function coveredShare(head: HeadModel, reference: HeadModel, { positions, matched }: HeadRegistration): number {
  const part = createSurfacePart(positions, head.faces, (v) => matched[v] === 1);
  if (part.faces.length === 0) return 0;
  const { vertexWeights, template, vertexCount } = reference;
  const face = Array.from({ length: vertexCount }, (_, v) => v).filter((v) => (vertexWeights?.[v] ?? 1) >= 0.5);
  const { distances } = part.match(face.flatMap((v) => [...template.subarray(v * 3, v * 3 + 3)]));
  return distances.filter((distance) => distance <= coverDistance).length / face.length;
}

/** UVs of the head's vertices and of its triangles' corners. */
function registeredLayout(
  head: HeadModel,
  reference: HeadModel,
  layout: UvLayout,
  registration: HeadRegistration,
): UvLayout {
  const { nearest, matched } = registration;
  const everywhere = interpolateSurface(layout.uv, 2, layout.uvFaces, nearest);
  const uvVertices = everywhere.map((value, i) => (matched[i >> 1] ? value : NaN));
  const uv = Array.from(everywhere);
  const uvFaces = head.faces.slice();
  const crossing = Array.from({ length: uvFaces.length / 3 }, (_, f) => f).filter((f) =>
    [0, 1, 2].some((k) => {
      const [a, b] = [head.faces[f * 3 + k], head.faces[f * 3 + ((k + 1) % 3)]];
      return Math.hypot(uv[a * 2] - uv[b * 2], uv[a * 2 + 1] - uv[b * 2 + 1]) > seamDistance;
    }),
  );
  const centres = crossing.flatMap((f) =>
    [0, 1, 2].map((a) => {
      const corner = (k: number) => registration.positions[head.faces[f * 3 + k] * 3 + a];
      return (corner(0) + corner(1) + corner(2)) / 3;
    }),
  );
  const skin = reference.regions.skin;
  const surface = createSurfacePart(reference.template, reference.faces, (v) => !skin || skin[v] === 1);
  const { faces: charts } = surface.match(centres);
  crossing.forEach((f, n) => {
    const place = extendChart(reference, layout, charts[n]);
    for (let k = 0; k < 3; k++) {
      const v = head.faces[f * 3 + k];
      const [u, w] = place(registration.positions.subarray(v * 3, v * 3 + 3));
      if (Math.hypot(uv[v * 2] - u, uv[v * 2 + 1] - w) <= seamDistance) continue;
      uvFaces[f * 3 + k] = uv.length / 2;
      uv.push(u, w);
    }
  });
  return {
    hash: contentHash(uvVertices),
    registeredTo: layout.registeredTo ?? layout.hash,
    uv: Float32Array.from(uv),
    uvFaces,
    uvVertices,
  };
}

/** Carries a triangle's map from space to the UV square on beyond its sides, so that a seam is not crossed. */
function extendChart({ template, faces }: HeadModel, { uv, uvFaces }: UvLayout, face: number) {
  const at = (k: number) => template.subarray(faces[face * 3 + k] * 3, faces[face * 3 + k] * 3 + 3);
  const uvAt = (k: number) => uv.subarray(uvFaces[face * 3 + k] * 2, uvFaces[face * 3 + k] * 2 + 2);
  const difference = (p: ArrayLike<number>, q: ArrayLike<number>) => [p[0] - q[0], p[1] - q[1], p[2] - q[2]];
  const dot = (p: number[], q: number[]) => p[0] * q[0] + p[1] * q[1] + p[2] * q[2];
  const [e, f] = [difference(at(1), at(0)), difference(at(2), at(0))];
  const [ee, ef, ff] = [dot(e, e), dot(e, f), dot(f, f)];
  const determinant = ee * ff - ef * ef;
  const [o, p, q] = [uvAt(0), uvAt(1), uvAt(2)];
  return (point: ArrayLike<number>): [number, number] => {
    const d = difference(point, at(0));
    const [de, df] = [dot(d, e), dot(d, f)];
    const [s, t] = [(ff * de - ef * df) / determinant, (ee * df - ef * de) / determinant];
    const blend = (a: number) => o[a] + s * (p[a] - o[a]) + t * (q[a] - o[a]);
    return [blend(0), blend(1)];
  };
}

function transferRegion(mask: Uint8Array, { faces }: HeadModel, { nearest, matched }: HeadRegistration): Uint8Array {
  const share = interpolateSurface(mask, 1, faces, nearest);
  return Uint8Array.from(share, (value, v) => (matched[v] && value >= 0.5 ? 1 : 0));
}

function transferWeights(
  { vertexWeights, faces }: HeadModel,
  { nearest, matched }: HeadRegistration,
): Float32Array | undefined {
  if (!vertexWeights) return undefined;
  return interpolateSurface(vertexWeights, 1, faces, nearest).map((value, v) => (matched[v] ? value : otherWeight));
}

/** The reference's landmarks on the registered head: on its eyeballs those of the eyeballs, on its skin all others. */
function transferLandmarks(
  head: HeadModel,
  reference: HeadModel,
  kind: 'landmarks68' | 'landmarks478',
  { positions, matched }: HeadRegistration,
): LandmarkEmbedding | undefined {
  const landmarks = reference[kind];
  if (!landmarks) return undefined;
  const places = interpolateSurface(reference.template, 3, reference.faces, landmarks);
  const onEye = (i: number) => {
    const eyeballs = reference.regions.eyeballs;
    return landmarks.faces[i] >= 0 && eyeballs?.[reference.faces[landmarks.faces[i] * 3]] === 1;
  };
  const count = landmarks.faces.length;
  const result: LandmarkEmbedding = {
    faces: new Int32Array(count).fill(-1),
    barycentric: new Float32Array(count * 3),
    ...(landmarks.spread && { spread: landmarks.spread.slice() }),
  };
  for (const eye of [false, true]) {
    const inside = (v: number) => matched[v] === 1 && (head.regions.eyeballs?.[v] === 1) === eye;
    const part = createSurfacePart(positions, head.faces, inside);
    const index = Array.from(landmarks.faces.keys()).filter((i) => landmarks.faces[i] >= 0 && onEye(i) === eye);
    if (part.faces.length === 0 || index.length === 0) continue;
    const found = part.match(index.flatMap((i) => [...places.subarray(i * 3, i * 3 + 3)]));
    index.forEach((i, n) => {
      if (found.distances[n] > farthestLandmark) return;
      result.faces[i] = found.faces[n];
      result.barycentric.set(found.barycentric.subarray(n * 3, n * 3 + 3), i * 3);
    });
  }
  return result;
}
