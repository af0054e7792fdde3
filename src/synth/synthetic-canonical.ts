import { type CanonicalMap, type CanonicalSequence, type CanonicalSpace } from '../canonical/canonical-map.js';
import { type HeadModel } from '../flame/head-model.js';
import { type FitParameters } from '../fitting/parameters.js';
import { worldVertices } from '../fitting/residuals.js';
import { type Camera } from '../geometry/camera.js';
import { interpolateSurface } from '../geometry/interpolate-surface.js';
import { rasterise } from '../geometry/rasterise.js';
import { scaleCamera } from '../geometry/scale-camera.js';
import { createRandom, type Random } from './random.js';

export interface SyntheticCanonicalOptions {
  space?: CanonicalSpace;
  /** Longer side of the maps, pixels. */
  size?: number;
  /** Standard deviation of each coordinate of each pixel, canonical units. */
  noise?: number;
  /** Share of the pixels that say something at random. */
  outliers?: number;
  /** Depth along the optical axis too. */
  depth?: boolean;
  seed?: number;
  /** Whether an occluder hides a place of a picture, in shares of its width and height. */
  hidden?: (frame: number, view: number, x: number, y: number) => boolean;
}

/**
 * The canonical maps of a posed head as a perfect network would predict them, and spoilt on request.
 *
 * @param embedding `[V, 3]` canonical coordinates of the vertices.
 */
export function syntheticCanonical(
  head: HeadModel,
  parameters: FitParameters,
  embedding: ArrayLike<number>,
  { space = 'unit-cube', seed = 1, ...options }: SyntheticCanonicalOptions = {},
): CanonicalSequence {
  const { cameras } = parameters;
  const frameCount = parameters.headTranslation.length / 3;
  const random = createRandom(seed).fork('canonical');
  const maps = Array.from({ length: frameCount }, (_, frame) => {
    const vertices = worldVertices(head, parameters, frame);
    return cameras.map((camera, view) => {
      const own = random.fork(`${frame} ${view}`);
      const hidden = options.hidden && ((x: number, y: number) => options.hidden!(frame, view, x, y));
      return drawMap(head, vertices, embedding, camera, { ...options, hidden }, own);
    });
  });
  return { space, frameCount, viewCount: cameras.length, maps: maps.flat() };
}

type DrawOptions = Omit<SyntheticCanonicalOptions, 'hidden'> & { hidden?: (x: number, y: number) => boolean };

function drawMap(
  head: HeadModel,
  vertices: Float32Array,
  embedding: ArrayLike<number>,
  camera: Camera,
  { size = 256, noise = 0, outliers = 0, depth = false, hidden }: DrawOptions,
  random: Random,
): CanonicalMap {
  const factor = size / Math.max(camera.width, camera.height);
  const [width, height] = [camera.width, camera.height].map((side) => Math.round(side * factor));
  const raster = rasterise(vertices, head.faces, scaleCamera(camera, width, height));
  const points = { faces: raster.faceIndex, barycentric: raster.barycentric };
  const values = interpolateSurface(embedding, 3, head.faces, points);
  const mask = new Uint8Array(width * height);
  for (let pixel = 0; pixel < mask.length; pixel++) {
    const [x, y] = [((pixel % width) + 0.5) / width, (Math.floor(pixel / width) + 0.5) / height];
    mask[pixel] = raster.faceIndex[pixel] >= 0 && !hidden?.(x, y) ? 1 : 0;
    if (mask[pixel] === 0) continue;
    const outlying = outliers > 0 && random.uniform() < outliers;
    for (let axis = pixel * 3; axis < pixel * 3 + 3; axis++) {
      if (outlying) values[axis] = random.uniform();
      else if (noise > 0) values[axis] += noise * random.normal();
    }
  }
  return {
    width,
    height,
    values,
    mask,
    depth: depth ? raster.depth : undefined,
    imageFromMap: Float64Array.of(camera.width / width, 0, 0, 0, camera.height / height, 0),
  };
}
