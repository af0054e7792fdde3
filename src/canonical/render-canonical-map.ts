import { type Camera } from '../geometry/camera.js';
import { rasterise } from '../geometry/rasterise.js';
import { type CanonicalMap } from './canonical-map.js';

/** A posed head and where its vertices lie in the canonical space. */
export interface EmbeddedMesh {
  /** `[V, 3]` metres, world frame. */
  vertices: ArrayLike<number>;
  /** `[T, 3]`, counter-clockwise from outside. */
  faces: Int32Array;
  /** `[V, 3]` canonical coordinates; those of `templateEmbedding`. */
  embedding: ArrayLike<number>;
}

/**
 * The exact canonical map of a mesh, with depth: what a perfect network would say of its picture.
 *
 * Each pixel has the canonical coordinates of the surface point behind its centre, found with a z-buffer.
 */
export function renderCanonicalMap({ vertices, faces, embedding }: EmbeddedMesh, camera: Camera): CanonicalMap {
  const { width, height, faceIndex, barycentric, depth } = rasterise(vertices, faces, camera);
  const values = new Float32Array(width * height * 3);
  const mask = new Uint8Array(width * height);
  for (let pixel = 0; pixel < mask.length; pixel++) {
    const face = faceIndex[pixel];
    if (face < 0) {
      depth[pixel] = NaN;
      continue;
    }
    mask[pixel] = 1;
    for (let corner = 0; corner < 3; corner++) {
      const weight = barycentric[pixel * 3 + corner];
      const vertex = faces[face * 3 + corner] * 3;
      for (let a = 0; a < 3; a++) values[pixel * 3 + a] += weight * embedding[vertex + a];
    }
  }
  return { width, height, values, mask, depth, imageFromMap: Float64Array.of(1, 0, 0, 0, 1, 0) };
}
