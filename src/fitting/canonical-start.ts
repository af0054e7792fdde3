import { type Alignment } from '../alignment/alignment.js';
import { undistortAlignment } from '../alignment/undistort-alignment.js';
import { type CanonicalMap, type CanonicalSequence } from '../canonical/canonical-map.js';
import { canonicalPyramid } from '../energies/canonical-pyramid.js';
import { canonicalSamples } from '../energies/canonical-samples.js';
import { type HeadModel } from '../flame/head-model.js';
import { type Camera } from '../geometry/camera.js';

/** Points of the skin that look for their place in each map. */
const sampleCount = 400;
/** Cells along the longer side of the level that is searched. */
const searchSize = 64;
/** Share of outlying pixels' distance at which the pyramid leaves them out, canonical units. */
const outlierDistance = 0.08;
/** A point that is seen finds its place within this distance, canonical units; a hidden one only further away. */
const matchDistance = 0.02;

/**
 * Where canonical maps show points of the template: an alignment to start rigid poses from, without landmarks.
 *
 * Each point takes the cell whose canonical coordinates are nearest to its own, if they are near; its sigma is the cell.
 *
 * @param embedding `[V, 3]` canonical coordinates of the template's vertices.
 * @param like the fit's alignment, for its frames and cameras.
 */
export function canonicalMatches(
  head: HeadModel,
  embedding: ArrayLike<number>,
  { maps }: CanonicalSequence,
  like: Alignment,
  cameras: Camera[],
): Alignment {
  const { points, embedding: places } = canonicalSamples(head, embedding, { count: sampleCount });
  const { frameCount, viewCount } = like;
  const mu = new Float32Array(frameCount * viewCount * sampleCount * 2);
  const sigma = new Float32Array(frameCount * viewCount * sampleCount);
  const faceBoxes = new Float32Array(frameCount * viewCount * 4);
  maps.forEach((map, image) => {
    if (!map) return;
    const [from, to] = [image * sampleCount, (image + 1) * sampleCount];
    matchMap(map, places, mu.subarray(from * 2, to * 2), sigma.subarray(from, to));
    const { width, height } = like.imageSizes[image % viewCount];
    faceBoxes.set([0, 0, width, height], image * 4);
  });
  return undistortAlignment({ ...like, points, mu, sigma, faceBoxes, source: 'synthetic', sets: undefined }, cameras);
}

/** Writes where one map shows each of the places. */
function matchMap(map: CanonicalMap, places: Float32Array, mu: Float32Array, sigma: Float32Array): void {
  const pyramid = canonicalPyramid(map, outlierDistance);
  const index = pyramid.findIndex(({ width, height }) => Math.max(width, height) <= searchSize);
  const depth = index < 0 ? pyramid.length - 1 : index;
  const { width, values, coverage } = pyramid[depth];
  const [a, b, c, d, e, f] = map.imageFromMap;
  const cell = 2 ** depth;
  for (let n = 0; n < sigma.length; n++) {
    let [nearest, least] = [-1, matchDistance ** 2];
    for (let k = 0; k < coverage.length; k++) {
      if (coverage[k] < 1) continue;
      let squares = 0;
      for (let axis = 0; axis < 3; axis++) squares += (values[k * 3 + axis] - places[n * 3 + axis]) ** 2;
      if (squares < least) [nearest, least] = [k, squares];
    }
    if (nearest < 0) continue;
    const [x, y] = [((nearest % width) + 0.5) * cell, (Math.floor(nearest / width) + 0.5) * cell];
    mu.set([a * x + b * y + c, d * x + e * y + f], n * 2);
    sigma[n] = cell * Math.sqrt(Math.abs(a * e - b * d));
  }
}
