import { type CanonicalMap } from '../../canonical/canonical-map.js';
import { type NpyArray } from '../../tensor/npy.js';
import { floatValues } from '../../tensor/npy-values.js';
import { type MapSettings } from './map-settings.js';

/** Cells of one map, at most: what a hostile file may make us hold. */
export const mostCells = 2 ** 24;

/**
 * Standard deviation times confidence of a network trained as Face Anything (eq. 4): `|e| W - alpha log W` is least in
 * expectation where `W = alpha / |e|`, with alpha 0.2.
 */
const confidenceAlpha = 0.2;

/** The arrays of one picture or of a sequence of them, as files hold them. */
export interface MapArrays {
  /** `[N, H, W, 3]` or `[N, 3, H, W]`; without N for one picture. */
  canonical: NpyArray;
  /** `[N, H, W]` each, without N for one picture. `confidence`: of being foreground; `conf`: Face Anything's W. */
  mask?: NpyArray;
  confidence?: NpyArray;
  conf?: NpyArray;
  sigma?: NpyArray;
  depth?: NpyArray;
  /** `[2, 3]` pixels of the picture from those of the map; default: the map shows the whole picture. */
  imageFromMap?: NpyArray;
}

/** How many pictures some arrays are of, and their size. */
export interface MapArraysForm {
  count: number;
  width: number;
  height: number;
  channelsLast: boolean;
}

/** The arrays as 32-bit floats, so that each picture's part of them is a view. */
export function floatArrays(arrays: MapArrays, where: string): MapArrays {
  const entries = Object.entries(arrays).filter(([, array]) => array !== undefined) as [string, NpyArray][];
  return Object.fromEntries(
    entries.map(([name, array]) => [
      name,
      { dtype: 'float32', shape: array.shape, data: floatValues(array, `${where}: ${name}`) },
    ]),
  ) as unknown as MapArrays;
}

/** Checks that arrays belong together; `canonical` says of how many pictures they are. */
export function mapArraysForm(arrays: MapArrays, where: string): MapArraysForm {
  const { shape } = arrays.canonical;
  const own = shape.length === 4 ? shape.slice(1) : shape;
  const channelsLast = own.length === 3 && own[2] === 3;
  if (own.length !== 3 || !(channelsLast || own[0] === 3)) {
    throw new Error(
      `${where}: expected 'canonical' of shape [H, W, 3], [3, H, W] or such of several pictures, got [${shape.join(', ')}].`,
    );
  }
  const [height, width] = channelsLast ? own : own.slice(1);
  const count = shape.length === 4 ? shape[0] : 1;
  if (!(width > 0 && height > 0 && width * height <= mostCells)) {
    throw new Error(`${where}: expected a map of 1 to ${mostCells} cells, got ${width} x ${height}.`);
  }
  for (const name of ['mask', 'confidence', 'conf', 'sigma', 'depth'] as const) {
    const array = arrays[name];
    if (!array) continue;
    // Lengths of one may stand anywhere; the numbers are in the same order.
    const sizes = array.shape.filter((size) => size !== 1);
    const expected = [count, height, width].filter((size) => size !== 1);
    if (sizes.length !== expected.length || sizes.some((size, k) => size !== expected[k])) {
      throw new Error(
        `${where}: expected '${name}' of shape [${height}, ${width}] per picture as 'canonical', got [${array.shape.join(', ')}].`,
      );
    }
  }
  const { imageFromMap } = arrays;
  if (imageFromMap && imageFromMap.shape.join() !== '2,3') {
    throw new Error(`${where}: expected 'imageFromMap' of shape [2, 3], got [${imageFromMap.shape.join(', ')}].`);
  }
  return { count, width, height, channelsLast };
}

/**
 * One picture's map. Background is what the mask or too little confidence say, and what has no finite coordinates.
 *
 * @param k which of the arrays' pictures.
 * @param image size of the picture that the map is of.
 * @param foreground a further mask of the picture's pixels.
 */
export function mapFromArrays(
  arrays: MapArrays,
  { width, height, channelsLast }: MapArraysForm,
  k: number,
  image: { width: number; height: number },
  { scale, leastConfidence }: MapSettings,
  where: string,
): CanonicalMap {
  const cells = width * height;
  const part = (name: Exclude<keyof MapArrays, 'canonical' | 'imageFromMap'>) => {
    const array = arrays[name];
    return array && floatValues(array, `${where}: ${name}`).slice(k * cells, (k + 1) * cells);
  };
  const canonical = floatValues(arrays.canonical, `${where}: canonical`).subarray(k * cells * 3, (k + 1) * cells * 3);
  const [mask, confidence, conf, depth] = [part('mask'), part('confidence'), part('conf'), part('depth')];
  const sigma = part('sigma') ?? conf?.map((value) => confidenceAlpha / value);
  const own = arrays.imageFromMap && Float64Array.from(floatValues(arrays.imageFromMap, `${where}: imageFromMap`));
  const map: CanonicalMap = {
    width,
    height,
    values: new Float32Array(cells * 3),
    mask: new Uint8Array(cells),
    sigma: sigma?.map((value) => value * scale),
    depth,
    imageFromMap: own ?? Float64Array.of(image.width / width, 0, 0, 0, image.height / height, 0),
  };
  if (!map.imageFromMap.every(Number.isFinite)) {
    throw new Error(`${where}: expected finite numbers in 'imageFromMap', got ${own!.join(', ')}.`);
  }
  for (let cell = 0; cell < cells; cell++) {
    let usable = (mask?.[cell] ?? 1) > 0 && (confidence?.[cell] ?? Infinity) >= leastConfidence;
    if (map.sigma && !(map.sigma[cell] > 0 && map.sigma[cell] < Infinity)) usable = false;
    for (let a = 0; a < 3; a++) {
      const value = canonical[channelsLast ? cell * 3 + a : a * cells + cell] * scale;
      if (!Number.isFinite(value)) usable = false;
      map.values[cell * 3 + a] = value;
    }
    map.mask[cell] = usable ? 1 : 0;
  }
  return map;
}
