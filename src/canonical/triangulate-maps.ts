import { type Camera } from '../geometry/camera.js';
import { undistort } from '../geometry/distortion.js';
import { projectPoints } from '../geometry/project.js';
import { triangulate } from '../geometry/triangulate.js';
import { type CanonicalMap } from './canonical-map.js';
import { cellSize, imageFromMap } from './map-points.js';
import { type CanonicalMatches, matchMaps, matchPixels } from './match-maps.js';
import { shrinkMap } from './shrink-map.js';

/** The defaults are DenseMarks' (appendix A.3), but for the cycle check. */
export interface TriangulateMapsOptions {
  /** Farthest match in canonical space; default 0.05. */
  tolerance?: number;
  /** Farthest that any two members of a track may lie apart in canonical space; default 0.1. */
  trackTolerance?: number;
  /** Largest reprojection error in any view of a track, pixels; default 10. */
  reprojection?: number;
  /** Least number of views of a track; default 2. */
  minimumTrack?: number;
  /** Cells of the maps averaged along each side before matching; default 4. */
  downsample?: number;
  /** Forward-backward check, in cells of the smaller maps (not in the paper); default 2, Infinity for none. */
  cycle?: number;
}

/** Points in space, and what each was made of. */
export interface CanonicalCloud {
  /** `[N, 3]` metres, world frame. */
  points: Float64Array;
  /** `[N, 3]` canonical coordinates, means over the tracks. */
  canonical: Float32Array;
  /** `[N]` the view that a track starts in, and `[N, 2]` its pixels there, as the lens shows them. */
  views: Int32Array;
  pixels: Float32Array;
  /** `[N]` views of the track, and its largest reprojection error, pixels. */
  trackLengths: Int32Array;
  errors: Float32Array;
}

/** Observations of one canonical place in several views. */
interface Track {
  views: number[];
  /** `[K]` cells of the smaller maps, and `[K, 2]` pixels as the lens shows them. */
  cells: number[];
  pixels: number[];
}

/**
 * A point cloud from canonical maps of calibrated views (DenseMarks, "Stereo reconstruction"): each cell of each view is
 * a track with its nearest neighbours in the other views, triangulated by DLT. A cell is part of one track only, that of
 * the first view that shows it.
 *
 * @param maps `[C]`; undefined: the view has none.
 * @param cameras `[C]`.
 */
export function triangulateMaps(
  maps: (CanonicalMap | undefined)[],
  cameras: Camera[],
  options: TriangulateMapsOptions = {},
): CanonicalCloud {
  const { tolerance = 0.05, trackTolerance = 0.1, reprojection = 10, minimumTrack = 2 } = options;
  const { downsample = 4, cycle = 2 } = options;
  if (maps.length !== cameras.length) {
    throw new Error(`triangulate maps: expected a map per camera, ${cameras.length}, got ${maps.length}.`);
  }
  const small = maps.map((map) => map && shrinkMap(map, downsample, trackTolerance));
  const tracks = collectTracks(small, { tolerance, trackTolerance, minimumTrack, cycle });
  return solveTracks(tracks, small, cameras, reprojection);
}

function collectTracks(
  maps: (CanonicalMap | undefined)[],
  limits: { tolerance: number; trackTolerance: number; minimumTrack: number; cycle: number },
): Track[] {
  const taken = maps.map((map) => new Uint8Array(map?.mask.length ?? 0));
  const tracks: Track[] = [];
  maps.forEach((first, view) => {
    if (!first) return;
    const others = maps.map((second, other) =>
      second && other > view ? matchViews(first, second, limits) : undefined,
    );
    for (let cell = 0; cell < first.mask.length; cell++) {
      if (!first.mask[cell] || taken[view][cell]) continue;
      const [x, y] = imageFromMap(first, (cell % first.width) + 0.5, Math.floor(cell / first.width) + 0.5);
      const track: Track = { views: [view], cells: [cell], pixels: [x, y] };
      others.forEach((match, other) => {
        const found = match?.cells[cell] ?? -1;
        if (found < 0 || !isNearTrack(maps, track, other, found, limits.trackTolerance)) return;
        track.views.push(other);
        track.cells.push(found);
        track.pixels.push(match!.pixels[cell * 2], match!.pixels[cell * 2 + 1]);
      });
      if (track.views.length < limits.minimumTrack) continue;
      track.views.forEach((member, k) => (taken[member][track.cells[k]] = 1));
      tracks.push(track);
    }
  });
  return tracks;
}

function matchViews(
  first: CanonicalMap,
  second: CanonicalMap,
  { tolerance, cycle }: { tolerance: number; cycle: number },
): CanonicalMatches & { pixels: Float32Array } {
  const matches = matchMaps(first, second, { reach: tolerance, cycle: cycle * cellSize(first) });
  return { ...matches, pixels: matchPixels(first, second, matches) };
}

/** Whether a cell lies within the tolerance of every member of a track. */
function isNearTrack(
  maps: (CanonicalMap | undefined)[],
  track: Track,
  view: number,
  cell: number,
  tolerance: number,
): boolean {
  const own = maps[view]!.values;
  return track.views.every((member, k) => {
    const { values } = maps[member]!;
    const at = track.cells[k] * 3;
    return Math.hypot(...[0, 1, 2].map((a) => own[cell * 3 + a] - values[at + a])) <= tolerance;
  });
}

/** Triangulates tracks and keeps those whose every view agrees. */
function solveTracks(
  tracks: Track[],
  maps: (CanonicalMap | undefined)[],
  cameras: Camera[],
  reprojection: number,
): CanonicalCloud {
  const count = tracks.length;
  const pixels = new Float64Array(cameras.length * count * 2);
  const sigma = new Float64Array(cameras.length * count);
  tracks.forEach((track, n) => {
    track.views.forEach((view, k) => {
      pixels.set(track.pixels.slice(k * 2, k * 2 + 2), (view * count + n) * 2);
      sigma[view * count + n] = 1;
    });
  });
  const straight = new Float64Array(pixels.length);
  cameras.forEach((camera, view) => {
    const own = pixels.subarray(view * count * 2, (view + 1) * count * 2);
    const present = sigma.subarray(view * count, (view + 1) * count);
    straight.set(undistort(camera, own, present), view * count * 2);
  });
  const { points } = triangulate(cameras, straight, sigma);
  const errors = largestErrors(points, cameras, straight, sigma);
  const kept = Array.from(tracks.keys()).filter((n) => errors[n] <= reprojection);
  return {
    points: Float64Array.from(kept.flatMap((n) => [...points.subarray(n * 3, n * 3 + 3)])),
    canonical: Float32Array.from(kept.flatMap((n) => meanCanonical(maps, tracks[n]))),
    views: Int32Array.from(kept, (n) => tracks[n].views[0]),
    pixels: Float32Array.from(kept.flatMap((n) => tracks[n].pixels.slice(0, 2))),
    trackLengths: Int32Array.from(kept, (n) => tracks[n].views.length),
    errors: Float32Array.from(kept, (n) => errors[n]),
  };
}

/** `[N]` largest reprojection error over the views that see a point; NaN where it is none or behind one of them. */
function largestErrors(
  points: Float64Array,
  cameras: Camera[],
  pixels: Float64Array,
  sigma: Float64Array,
): Float64Array {
  const count = points.length / 3;
  const errors = new Float64Array(count);
  cameras.forEach((camera, view) => {
    const projected = projectPoints(points, camera).pixels;
    for (let n = 0; n < count; n++) {
      if (sigma[view * count + n] === 0) continue;
      const at = (view * count + n) * 2;
      const error = Math.hypot(projected[n * 2] - pixels[at], projected[n * 2 + 1] - pixels[at + 1]);
      errors[n] = Math.max(errors[n], error);
    }
  });
  return errors;
}

function meanCanonical(maps: (CanonicalMap | undefined)[], { views, cells }: Track): number[] {
  return [0, 1, 2].map(
    (a) => views.reduce((sum, view, k) => sum + maps[view]!.values[cells[k] * 3 + a], 0) / views.length,
  );
}
