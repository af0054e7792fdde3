import { type CanonicalMap } from '../canonical/canonical-map.js';
import { matchMaps, type MatchMapsOptions, matchPixels } from '../canonical/match-maps.js';
import { pictureMap } from '../canonical/picture-map.js';
import { type Camera } from '../geometry/camera.js';
import { undistort } from '../geometry/distortion.js';
import { interpolateSurface } from '../geometry/interpolate-surface.js';
import { type RgbImage } from '../geometry/image.js';
import { rasterise } from '../geometry/rasterise.js';
import { type SurfacePoints } from '../geometry/surface-points.js';
import { surfaceVisibility } from '../geometry/visibility.js';
import { type CorrespondenceField, type CorrespondencePair, sampleGrid } from './correspondence.js';
import { type PointMotion } from './end-point-error-3d.js';

/** One picture: what a canonical network says of it, and what is true. */
export interface CanonicalShot {
  map: CanonicalMap;
  camera: Camera;
  /** `[V, 3]` metres, world frame: the surface that the camera sees. */
  vertices: ArrayLike<number>;
  image?: RgbImage;
}

/** Two pictures of one mesh, `margin` frames apart. */
export interface CanonicalShots {
  /** `[T, 3]`. */
  faces: Int32Array;
  margin: number;
  first: CanonicalShot;
  second: CanonicalShot;
}

/** What the metrics of correspondences measure of a pair of pictures. */
export interface CanonicalPairSamples {
  pair: CorrespondencePair;
  /** Where the maps have depth. */
  motion?: PointMotion;
}

/**
 * Matches two pictures by their canonical maps, at every pixel, and finds the truth on the mesh: the pixel of the second
 * picture that shows the same point of the surface, where it shows it.
 */
export function canonicalPair(
  { faces, margin, first, second }: CanonicalShots,
  options?: MatchMapsOptions,
): CanonicalPairSamples {
  const maps = [first, second].map(({ map, camera }) => pictureMap(map, camera));
  const seen = [first, second].map(({ vertices, camera }) => surfaceBehind(vertices, faces, camera));
  const predicted = matchedField(maps[0], maps[1], options);
  const backward = matchedField(maps[1], maps[0], options);
  const pair: CorrespondencePair = {
    margin,
    predicted,
    backward,
    truth: trueField(seen[0], first.camera, second, faces),
    first: first.image,
    second: second.image,
  };
  if (!maps[0].depth || !maps[1].depth) return { pair };
  const reverse = trueField(seen[1], second.camera, first, faces);
  const points: PointMotion['points'] = {
    'P0(t0)': ownPoints(maps[0].depth, seen[0], first, faces),
    'P0(t1)': movedPoints(predicted, maps[1].depth, pair.truth!, seen[0], second, faces),
    'P1(t0)': movedPoints(backward, maps[0].depth, reverse, seen[1], first, faces),
    'P1(t1)': ownPoints(maps[1].depth, seen[1], second, faces),
  };
  return { pair, motion: { margin, points } };
}

/** `[H * W]` the surface points behind the pixels; triangle -1 where there is none. */
function surfaceBehind(vertices: ArrayLike<number>, faces: Int32Array, camera: Camera): SurfacePoints {
  const { faceIndex, barycentric } = rasterise(vertices, faces, camera);
  return { faces: faceIndex, barycentric };
}

function matchedField(from: CanonicalMap, to: CanonicalMap, options?: MatchMapsOptions): CorrespondenceField {
  const targets = matchPixels(from, to, matchMaps(from, to, options));
  return { width: from.width, height: from.height, targets };
}

/** Where another picture shows the surface points behind a picture's pixels; NaN where it does not. */
function trueField(
  points: SurfacePoints,
  { width, height }: Camera,
  { vertices, camera }: CanonicalShot,
  faces: Int32Array,
): CorrespondenceField {
  const { visible, pixels } = surfaceVisibility(points, vertices, faces, camera);
  const targets = Float32Array.from(pixels, (value, i) => (visible[i >> 1] ? value : NaN));
  return { width, height, targets };
}

/** A picture's own points, from its depth. */
function ownPoints(depth: Float32Array, points: SurfacePoints, { vertices, camera }: CanonicalShot, faces: Int32Array) {
  const centres = Float64Array.from({ length: depth.length * 2 }, (_, i) =>
    i % 2 === 0 ? ((i >> 1) % camera.width) + 0.5 : Math.floor((i >> 1) / camera.width) + 0.5,
  );
  return knownPoints(worldPoints(camera, centres, depth), interpolateSurface(vertices, 3, faces, points));
}

/** A picture's points at the other's time: the depth at their matches; compared where the other picture shows them. */
function movedPoints(
  { targets }: CorrespondenceField,
  depth: Float32Array,
  truth: CorrespondenceField,
  points: SurfacePoints,
  { vertices, camera }: CanonicalShot,
  faces: Int32Array,
) {
  const { width, height } = camera;
  const out = new Float64Array(1);
  const depths = Float32Array.from({ length: targets.length / 2 }, (_, n) => {
    if (Number.isNaN(truth.targets[n * 2]) || Number.isNaN(targets[n * 2])) return NaN;
    return sampleGrid({ width, height, values: depth, depth: 1 }, targets[n * 2], targets[n * 2 + 1], out)
      ? out[0]
      : NaN;
  });
  const predicted = worldPoints(camera, Float64Array.from(targets), depths);
  return knownPoints(predicted, interpolateSurface(vertices, 3, faces, points));
}

/** The points that both have: background, most of a picture, is not kept. */
function knownPoints(predicted: Float64Array, truth: Float32Array): PointMotion['points'][string] {
  const known = Array.from({ length: truth.length / 3 }, (_, n) => n * 3).filter(
    (i) => !Number.isNaN(predicted[i] + truth[i]),
  );
  const of = (values: ArrayLike<number>) =>
    Float32Array.from(known.flatMap((i) => [0, 1, 2].map((a) => values[i + a])));
  return { predicted: of(predicted), truth: of(truth) };
}

/**
 * World points of pixels with depths.
 *
 * @param pixels `[N, 2]` as the lens shows them.
 * @param depths `[N]` metres along the optical axis; NaN gives NaN.
 * @returns `[N, 3]` metres.
 */
function worldPoints(camera: Camera, pixels: Float64Array, depths: ArrayLike<number>): Float64Array {
  const present = Uint8Array.from(depths, (depth) => (depth > 0 && depth < Infinity ? 1 : 0));
  const straight = undistort(camera, pixels, present);
  const { K, cameraFromWorld: m } = camera;
  const points = new Float64Array(present.length * 3).fill(NaN);
  for (let n = 0; n < present.length; n++) {
    if (!present[n]) continue;
    const y = (straight[n * 2 + 1] - K[5]) / K[4];
    const x = (straight[n * 2] - K[2] - K[1] * y) / K[0];
    const local = [x * depths[n] - m[3], y * depths[n] - m[7], depths[n] - m[11]];
    for (let a = 0; a < 3; a++) points[n * 3 + a] = m[a] * local[0] + m[4 + a] * local[1] + m[8 + a] * local[2];
  }
  return points;
}
