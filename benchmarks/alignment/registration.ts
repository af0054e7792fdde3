import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type HeadModel } from '../../src/flame/head-model.js';
import { type HeadRegistration, registerHead } from '../../src/flame/registration/register-head.js';
import { interpolateSurface } from '../../src/geometry/interpolate-surface.js';
import { loadHeadModel } from '../../src/io/head-model-file.js';
import { readFileBytes } from '../../src/io/read-file.js';
import { ArrayReader } from '../../src/tensor/array-reader.js';
import { parseNpz } from '../../src/tensor/npz.js';
import { sharedData } from './sets.js';

/** Distances on the open head, millimetres. */
export interface RegistrationRow {
  name: string;
  points: number;
  median: number;
  p95: number;
  largest: number;
}

/** Of the 68 landmarks the first slide along the silhouette. */
const firstInner68 = 17;
/** ICT-FaceKit counterparts of FLAME's vertices that are further off are no counterparts, centimetres. */
const farthestPair = 0.3;

/**
 * How well heads of other topologies are laid upon the open head: there and back over its face, by landmarks that both
 * have, and from FLAME directly against from FLAME by way of ICT-FaceKit, whose correspondence is known from elsewhere.
 */
export async function measureRegistration(reference: HeadModel): Promise<RegistrationRow[] | undefined> {
  const paths = {
    ict: join(sharedData, 'ict-facekit-light/ict_facekit_light.npz'),
    flame: join(sharedData, 'flame2023-open/flame2023_open_60.npz'),
    pairs: join(sharedData, 'flame2023-open/flame_ict_expressions.npz'),
  };
  const absent = Object.values(paths).find((path) => !existsSync(path));
  if (absent) {
    console.error(`alignment: ${absent} is absent; the registration of other heads is left out.`);
    return undefined;
  }
  const [ict, flame] = [await loadHeadModel(paths.ict), await loadHeadModel(paths.flame)];
  const [ictThere, flameThere] = [registerHead(ict, reference), registerHead(flame, reference)];
  const pairs = new ArrayReader(parseNpz(await readFileBytes(paths.pairs), { where: paths.pairs }), paths.pairs);
  return [
    thereAndBack('ICT-FaceKit, there and back', reference, ict, ictThere),
    thereAndBack('FLAME 2023 Open, there and back', reference, flame, flameThere),
    inner68('ICT-FaceKit, 51 landmarks', reference, ict, ictThere),
    ...byWayOfIct(reference, flame, flameThere, ictThere, pairs),
  ];
}

function thereAndBack(name: string, reference: HeadModel, head: HeadModel, there: HeadRegistration): RegistrationRow {
  const back = registerHead(reference, head);
  const places = interpolateSurface(placesOnReference(reference, there), 3, head.faces, back.nearest);
  const seen = Array.from(back.matched.keys()).filter(
    (v) =>
      back.matched[v] &&
      reference.vertexWeights![v] > 0.5 &&
      [0, 1, 2].every((k) => there.matched[head.faces[back.nearest.faces[v] * 3 + k]]),
  );
  return summarise(
    name,
    seen.map((v) => distance(places, v, reference.template, v)),
  );
}

function inner68(name: string, reference: HeadModel, head: HeadModel, there: HeadRegistration): RegistrationRow {
  const own = interpolateSurface(placesOnReference(reference, there), 3, head.faces, head.landmarks68!);
  const wanted = interpolateSurface(reference.template, 3, reference.faces, reference.landmarks68!);
  const index = Array.from({ length: 68 - firstInner68 }, (_, k) => firstInner68 + k);
  return summarise(
    name,
    index.map((i) => distance(own, i, wanted, i)),
  );
}

/** Part of the face by part, where both ways know the vertex. */
function byWayOfIct(
  reference: HeadModel,
  flame: HeadModel,
  flameThere: HeadRegistration,
  ictThere: HeadRegistration,
  pairs: ArrayReader,
): RegistrationRow[] {
  const corners = pairs.ints('corr_tri', flame.vertexCount, 3);
  const barycentric = pairs.floats('corr_bary', flame.vertexCount, 3);
  const gaps = pairs.floats('corr_dist_cm', flame.vertexCount);
  const direct = placesOnReference(reference, flameThere);
  const faces = Int32Array.from({ length: flame.vertexCount }, (_, v) => v);
  const around = interpolateSurface(placesOnReference(reference, ictThere), 3, corners, { faces, barycentric });
  return ['face', 'ears', 'eyes', 'nose', 'mouth'].map((region) => {
    const inside = reference.regions[region];
    const known = Array.from(faces).filter(
      (v) =>
        flameThere.matched[v] &&
        gaps[v] <= farthestPair &&
        [0, 1, 2].every(
          (k) => ictThere.matched[corners[v * 3 + k]] && inside[reference.faces[flameThere.nearest.faces[v] * 3 + k]],
        ),
    );
    return summarise(
      `FLAME 2023 Open against its way by ICT-FaceKit, ${region}`,
      known.map((v) => distance(direct, v, around, v)),
    );
  });
}

/** `[V, 3]` metres: the counterparts of a head's vertices on the reference. */
function placesOnReference({ template, faces }: HeadModel, { nearest }: HeadRegistration): Float32Array {
  return interpolateSurface(template, 3, faces, nearest);
}

function distance(a: ArrayLike<number>, i: number, b: ArrayLike<number>, j: number): number {
  return Math.hypot(a[i * 3] - b[j * 3], a[i * 3 + 1] - b[j * 3 + 1], a[i * 3 + 2] - b[j * 3 + 2]);
}

function summarise(name: string, metres: number[]): RegistrationRow {
  const sorted = Float64Array.from(metres, (value) => 1000 * value).sort();
  const at = (q: number) => sorted[Math.floor(q * (sorted.length - 1))];
  return { name, points: sorted.length, median: at(0.5), p95: at(0.95), largest: at(1) };
}
