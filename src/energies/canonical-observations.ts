import { type CanonicalMap, type CanonicalSequence } from '../canonical/canonical-map.js';
import { type Camera } from '../geometry/camera.js';
import { interpolateSurface } from '../geometry/interpolate-surface.js';
import { rasterise } from '../geometry/rasterise.js';
import { scaleCamera } from '../geometry/scale-camera.js';
import { surfaceVisibility } from '../geometry/visibility.js';
import { projectPoints } from '../geometry/project.js';
import { type CanonicalLevel, canonicalPyramid, LevelReader } from './canonical-pyramid.js';
import { type CanonicalSamples } from './canonical-samples.js';
import { type FitScene } from './energy-term.js';

export interface CanonicalObservationOptions {
  /** Standard deviation of a map's coordinates where it brings none, canonical units. */
  sigma: number;
  /** How far the person's place for a point may be from the texture's, canonical units; added in quadrature. */
  discrepancy: number;
  /** How many independent observations an image that shows a whole side of the head is worth. */
  effectiveCount: number;
}

/** What is held fixed of one image between two refreshes. */
export interface CanonicalImage {
  level: CanonicalLevel;
  /** `[2, 3]` row-major: cells of the level, 0 the centre of the first, from the picture's pixels. */
  cellFromImage: Float64Array;
  /** `[N]` lambda: falls with the cosine to the camera and towards the mask's edge, scaled to the image's worth; 0 unseen. */
  weights: Float32Array;
  /** `[N]` 1 / canonical units. */
  inverseSigma: Float32Array;
}

/** Least cosine between a sample's normal and the direction to the camera. */
const minimumFacing = 0.15;
/** Least share of foreground in the cells around a sample. */
const leastCoverage = 0.7;
/** An outlying pixel is this many sigmas from its neighbours. */
const outlierSigmas = 4;
/** Pixels along the longer side of the z-buffer. */
const rasterSize = 320;
/** The coarsest cell is this share of the head. */
const coarsestShare = 1 / 8;
/** Share of the samples that a camera sees of a head. */
const seenShare = 1 / 4;

/** The canonical maps of a fit, and what each refresh reads off them. */
export class CanonicalObservations {
  /** `[F * C]`, frame by frame; undefined where there is no map. */
  images: (CanonicalImage | undefined)[] = [];
  private readonly pyramids = new Map<CanonicalMap, CanonicalLevel[]>();

  constructor(
    private readonly sequence: CanonicalSequence,
    private readonly samples: CanonicalSamples,
    private readonly options: CanonicalObservationOptions,
  ) {}

  /**
   * Finds what is visible, and the level at which each image is read: cells half as large as the samples' spacing in the
   * picture, or as large as the misfit, whichever is larger, so that a fit goes from coarse to fine by itself.
   *
   * @param targets `[N, 3]` canonical coordinates that the samples should meet.
   * @param faces `[T, 3]`.
   */
  refresh(scene: FitScene, targets: ArrayLike<number>, faces: Int32Array): void {
    const { maps, frameCount, viewCount } = this.sequence;
    this.images = new Array<CanonicalImage | undefined>(frameCount * viewCount);
    for (let frame = 0; frame < frameCount; frame++) {
      const views = scene.cameras.map((_, c) => c).filter((c) => maps[frame * viewCount + c]);
      if (views.length === 0) continue;
      const vertices = scene.vertices(frame);
      for (const c of views) {
        const image = frame * viewCount + c;
        this.images[image] = this.readImage(maps[image]!, vertices, faces, scene.cameras[c], targets);
      }
    }
  }

  private readImage(
    map: CanonicalMap,
    vertices: Float32Array,
    faces: Int32Array,
    camera: Camera,
    targets: ArrayLike<number>,
  ): CanonicalImage | undefined {
    const { points, spacing, metresPerUnit } = this.samples;
    const factor = Math.min(1, rasterSize / Math.max(camera.width, camera.height));
    const small = scaleCamera(camera, Math.round(camera.width * factor), Math.round(camera.height * factor));
    const raster = rasterise(vertices, faces, small);
    const { visible, facing, pixels } = surfaceVisibility(points, vertices, faces, camera, { minimumFacing, raster });
    const seen = Array.from(visible.keys()).filter((n) => visible[n] === 1);
    if (seen.length === 0) return undefined;
    const { depths } = projectPoints(interpolateSurface(vertices, 3, faces, points), camera);
    const pixelsPerMetre = camera.K[0] / median(seen.map((n) => depths[n]));
    const pyramid = this.pyramid(map);
    const mapFromImage = invertAffine(map.imageFromMap);
    const mapScale = Math.sqrt(Math.abs(mapFromImage[0] * mapFromImage[4] - mapFromImage[1] * mapFromImage[3]));
    const levelOf = (metres: number) => {
      const cells = Math.log2(Math.max(1, metres * pixelsPerMetre * mapScale));
      return Math.min(pyramid.length - 1, Math.round(cells));
    };
    const finest = levelOf(spacing / 2);
    const misfit =
      metresPerUnit * this.misfit(pyramid[finest], cellAffine(mapFromImage, finest), seen, pixels, targets);
    const chosen = Math.max(finest, levelOf(Math.min(misfit, coarsestShare * metresPerUnit)));
    return this.observe(map, pyramid[chosen], cellAffine(mapFromImage, chosen), { seen, facing, pixels });
  }

  /** Median distance between the map and the samples' targets, canonical units. */
  private misfit(
    level: CanonicalLevel,
    affine: Float64Array,
    seen: number[],
    pixels: Float64Array,
    targets: ArrayLike<number>,
  ): number {
    const reader = new LevelReader();
    const distances: number[] = [];
    for (const n of seen) {
      readAt(reader, level, affine, pixels[n * 2], pixels[n * 2 + 1]);
      if (reader.coverage < leastCoverage) continue;
      distances.push(Math.hypot(...[0, 1, 2].map((a) => reader.value[a] - targets[n * 3 + a])));
    }
    return distances.length > 0 ? median(distances) : 0;
  }

  private observe(
    map: CanonicalMap,
    level: CanonicalLevel,
    cellFromImage: Float64Array,
    { seen, facing, pixels }: { seen: number[]; facing: Float32Array; pixels: Float64Array },
  ): CanonicalImage {
    const { sigma, discrepancy, effectiveCount } = this.options;
    const count = facing.length;
    const weights = new Float32Array(count);
    const inverseSigma = new Float32Array(count);
    const reader = new LevelReader();
    const mapFromImage = invertAffine(map.imageFromMap);
    let total = 0;
    for (const n of seen) {
      const [u, v] = [pixels[n * 2], pixels[n * 2 + 1]];
      const [x, y] = [0, 3].map((row) => mapFromImage[row] * u + mapFromImage[row + 1] * v + mapFromImage[row + 2]);
      if (!(x >= 0 && y >= 0 && x < map.width && y < map.height)) continue;
      readAt(reader, level, cellFromImage, u, v);
      if (reader.coverage < leastCoverage) continue;
      const own = map.sigma?.[Math.floor(y) * map.width + Math.floor(x)];
      inverseSigma[n] = 1 / Math.hypot(own !== undefined && own > 0 ? own : sigma, discrepancy);
      // Both fade out, so that a sample that comes or goes hardly changes the energy.
      const inside = (reader.coverage - leastCoverage) / (1 - leastCoverage);
      weights[n] = inside * ((facing[n] - minimumFacing) / (1 - minimumFacing));
      total += weights[n];
    }
    const scale = effectiveCount / Math.max(total, (seenShare / 2) * count);
    return { level, cellFromImage, weights: weights.map((weight) => weight * scale), inverseSigma };
  }

  private pyramid(map: CanonicalMap): CanonicalLevel[] {
    const known = this.pyramids.get(map);
    if (known) return known;
    const made = canonicalPyramid(map, outlierSigmas * this.options.sigma);
    this.pyramids.set(map, made);
    return made;
  }
}

/** Reads a level at a pixel of the picture. */
export function readAt(reader: LevelReader, level: CanonicalLevel, m: Float64Array, u: number, v: number): void {
  reader.read(level, m[0] * u + m[1] * v + m[2], m[3] * u + m[4] * v + m[5]);
}

/** Map pixels from image pixels, `[2, 3]`, from the opposite. */
function invertAffine([a, b, c, d, e, f]: Float64Array): Float64Array {
  const determinant = a * e - b * d;
  return Float64Array.of(
    e / determinant,
    -b / determinant,
    (b * f - c * e) / determinant,
    -d / determinant,
    a / determinant,
    (c * d - a * f) / determinant,
  );
}

/** A level's cells, counted from the centre of the first, from image pixels. */
function cellAffine(mapFromImage: Float64Array, level: number): Float64Array {
  const cell = 2 ** level;
  return mapFromImage.map((value, i) => value / cell - (i % 3 === 2 ? 0.5 : 0));
}

function median(values: number[]): number {
  return Float64Array.from(values).sort()[values.length >> 1];
}
