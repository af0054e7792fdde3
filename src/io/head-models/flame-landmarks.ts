import { type LandmarkEmbedding } from '../../flame/head-model.js';
import { ArrayReader } from '../../tensor/array-reader.js';
import { type ModelArrays } from './model-arrays.js';

export interface FlameLandmarks {
  landmarks68?: LandmarkEmbedding;
  landmarks478?: LandmarkEmbedding;
}

/** The 17 points of the jaw line come first of the 68; the static embedding leaves them out. */
const contourPoints = 17;
/** What a detector's point strays even where the embedding is exact, metres. */
const leastSpread = 0.001;

/**
 * Landmark embeddings on FLAME's topology, in the forms in which they are published: 68 points (`full_lmk_*`), 51
 * without the jaw line (`lmk_face_idx`), 105 of MediaPipe's points with their indices, or all 468 (`face_idx`).
 */
export function readFlameLandmarks(arrays: ModelArrays, where: string): FlameLandmarks {
  const read = new ArrayReader(arrays, where);
  if (read.has('landmark_indices')) {
    const indices = read.ints('landmark_indices', null);
    return { landmarks478: place(478, indices, read, 'lmk_face_idx', 'lmk_b_coords') };
  }
  if (read.has('face_idx')) {
    const indices = Int32Array.from({ length: 468 }, (_, i) => i);
    const distances = read.optionalFloats('dist_m', 468);
    const spread = new Float32Array(478).fill(leastSpread);
    distances?.forEach((distance, i) => (spread[i] = Math.max(distance, leastSpread)));
    return { landmarks478: { ...place(478, indices, read, 'face_idx', 'bary'), spread } };
  }
  if (read.has('full_lmk_faces_idx')) {
    const indices = Int32Array.from({ length: 68 }, (_, i) => i);
    return { landmarks68: place(68, indices, read, 'full_lmk_faces_idx', 'full_lmk_bary_coords') };
  }
  if (read.has('lmk_face_idx')) {
    const indices = Int32Array.from({ length: 51 }, (_, i) => contourPoints + i);
    return { landmarks68: place(68, indices, read, 'lmk_face_idx', 'lmk_b_coords') };
  }
  throw new Error(
    `${where}: expected 51, 68, 105 or 468 landmarks on triangles, got ${Object.keys(arrays).join(', ')}.`,
  );
}

/** Puts the stored points at their places among `count`; the others lie on no triangle. */
function place(count: number, indices: Int32Array, read: ArrayReader, facesKey: string, coordinatesKey: string) {
  const stored = read.arrays[facesKey].shape.reduce((product, size) => product * size, 1);
  if (stored !== indices.length) throw new Error(`${read.where}: expected ${indices.length} landmarks, got ${stored}.`);
  const triangles = read.ints(facesKey, ...read.arrays[facesKey].shape);
  const coordinates = read.floats(coordinatesKey, ...read.arrays[facesKey].shape, 3);
  const embedding = { faces: new Int32Array(count).fill(-1), barycentric: new Float32Array(count * 3) };
  indices.forEach((index, i) => {
    if (index < 0 || index >= count) throw new Error(`${read.where}: expected landmarks below ${count}, got ${index}.`);
    embedding.faces[index] = triangles[i];
    embedding.barycentric.set(coordinates.subarray(i * 3, i * 3 + 3), index * 3);
  });
  return embedding;
}
