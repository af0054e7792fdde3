import { type CanonicalMap } from './canonical-map.js';
import { cellAt, imageFromMap } from './map-points.js';
import { createNearestCell } from './nearest-cell.js';
import { refineCell } from './refine-cell.js';

/** One point shown by hand in a picture. */
export interface PointAnnotation {
  map: CanonicalMap;
  /** Pixels of the picture. */
  x: number;
  y: number;
}

/** A place of the head, in canonical space. */
export interface SemanticPoint {
  /** `[3]` mean of the annotations. */
  canonical: Float64Array;
  /** Root mean square distance of the annotations from it, canonical units; 0 for one. */
  spread: number;
}

/**
 * The canonical place of a semantic point from a few annotated pictures, of one person or several (DenseMarks, "Point
 * querying"): the mean of the maps at the annotations.
 *
 * @param where what to call the point in errors.
 */
export function semanticPoint(annotations: PointAnnotation[], where = 'semantic point'): SemanticPoint {
  if (annotations.length === 0) throw new Error(`${where}: expected at least one annotation, got none.`);
  const places = annotations.map(({ map, x, y }, k) => {
    const cell = cellAt(map, x, y);
    if (cell < 0) {
      throw new Error(`${where}: expected annotation ${k + 1} on the foreground, got (${x}, ${y}) outside it.`);
    }
    return map.values.subarray(cell * 3, cell * 3 + 3);
  });
  const canonical = Float64Array.from(
    [0, 1, 2],
    (a) => places.reduce((sum, place) => sum + place[a], 0) / places.length,
  );
  const squares = places.reduce((sum, place) => sum + place.reduce((s, v, a) => s + (v - canonical[a]) ** 2, 0), 0);
  return { canonical, spread: Math.sqrt(squares / places.length) };
}

/** Where a picture shows a canonical point. */
export interface FoundPoint {
  /** Pixels of the picture, between cells. */
  x: number;
  y: number;
  /** Canonical distance of the nearest cell: large where the picture does not show the point. */
  distance: number;
}

/** The pixel of a picture nearest to a canonical point; `undefined` where the map has no foreground within reach. */
export function findPoint(
  map: CanonicalMap,
  { canonical }: Pick<SemanticPoint, 'canonical'>,
  { reach = Infinity }: { reach?: number } = {},
): FoundPoint | undefined {
  const nearest = createNearestCell(map);
  const cell = nearest.find(canonical[0], canonical[1], canonical[2], -1, reach);
  if (cell < 0) return undefined;
  const place = new Float64Array(2);
  refineCell(map, cell, canonical, place);
  const [x, y] = imageFromMap(map, place[0], place[1]);
  return { x, y, distance: Math.sqrt(nearest.squaredDistance) };
}
