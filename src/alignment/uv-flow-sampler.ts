import { type HeadModel, type UvLayout, vertexSurfacePoints } from '../flame/head-model.js';
import { type SurfacePoints } from '../geometry/surface-points.js';
import { applyAffine, type FaceCrop, imageFromCrop } from './face-crop.js';
import { type UvFlowContract, type UvFlowMap } from './uv-flow-network.js';

/**
 * Standard deviation, as a part of the crop's side, beyond which an observation says nothing and is left out: on a face
 * that fills the crop it is the distance from the eye to the mouth's corner.
 */
const unusableSigma = 0.25;

/** The head's vertices that a network sees: those with a place in its UV layout. */
export interface UvFlowPoints {
  /** N of the head's vertices as points of its surface. */
  points: SurfacePoints;
  /** `[N]` the vertices. */
  vertices: Int32Array;
  /** `[N, 2]` u right, v up. */
  uv: Float32Array;
  /** `[N]` lambda: how much a vertex counts. */
  weights: Float32Array;
}

/**
 * The head's vertices in a network's UV layout.
 *
 * @throws the head has no UV for the layout, or another layout of the same name.
 */
export function uvFlowPoints(head: HeadModel, { layout }: Pick<UvFlowContract, 'layout'>, where: string): UvFlowPoints {
  const own = requireLayout(head, layout, where);
  const all = vertexSurfacePoints(head);
  const vertices = Int32Array.from(all.faces.keys()).filter(
    (v) => all.faces[v] >= 0 && Number.isFinite(own.uvVertices[v * 2]),
  );
  const pick = (values: Float32Array, width: number) =>
    Float32Array.from({ length: vertices.length * width }, (_, i) => {
      return values[vertices[Math.floor(i / width)] * width + (i % width)];
    });
  return {
    points: { faces: Int32Array.from(vertices, (v) => all.faces[v]), barycentric: pick(all.barycentric, 3) },
    vertices,
    uv: pick(own.uvVertices, 2),
    weights: head.vertexWeights ? pick(head.vertexWeights, 1) : new Float32Array(vertices.length).fill(1),
  };
}

function requireLayout(head: HeadModel, { name, hash }: UvFlowContract['layout'], where: string): UvLayout {
  const own = head.uvLayouts[name];
  if (!own) {
    const known = Object.keys(head.uvLayouts).join(', ') || 'none';
    throw new Error(`${where}: expected head model ${head.name} to have the UV layout ${name}, got layouts: ${known}.`);
  }
  const native = own.registeredTo ?? own.hash;
  if (native !== hash) {
    throw new Error(
      `${where}: expected the UV layout ${name} of head model ${head.name} with the hash ${hash}, got ${native}.`,
    );
  }
  return own;
}

/** What one map says of N vertices in the picture. */
export interface UvFlowObservation {
  /** `[N, 2]` pixels. */
  mu: Float32Array;
  /** `[N]` pixels; 0 where the answer is unusable. */
  sigma: Float32Array;
}

/**
 * Reads flow and sigma at vertices: `mu_i = nu_i + F(nu_i)`, `sigma_i = S(nu_i)` (FlowFace eq. 1), bilinear between
 * texel centres, and maps both into the picture.
 *
 * Hidden vertices stay, with the large sigma that the network gives them. What is no number, lies more than a crop's
 * side outside the crop, or has a sigma of more than a quarter of its side is left out.
 *
 * @param uv `[N, 2]`, v up: it turns over here, once.
 */
export function sampleUvFlow(map: UvFlowMap, uv: Float32Array, crop: FaceCrop): UvFlowObservation {
  const { resolution: D, side, flow, sigma: deviations } = map;
  const count = uv.length / 2;
  const mu = new Float32Array(count * 2);
  const sigma = new Float32Array(count);
  const toImage = imageFromCrop(crop, side);
  const pixel = crop.size / side;
  const last = D - 1;
  for (let n = 0; n < count; n++) {
    const [u, down] = [uv[n * 2], 1 - uv[n * 2 + 1]];
    const x = Math.min(Math.max(u * D - 0.5, 0), last);
    const y = Math.min(Math.max(down * D - 0.5, 0), last);
    const [x0, y0] = [Math.min(Math.floor(x), Math.max(last - 1, 0)), Math.min(Math.floor(y), Math.max(last - 1, 0))];
    const [fx, fy] = [x - x0, y - y0];
    const corner = y0 * D + x0;
    const [right, below] = [last > 0 ? 1 : 0, last > 0 ? D : 0];
    const blend = (values: Float32Array, width: number, channel: number) => {
      const at = (texel: number) => values[texel * width + channel];
      const top = at(corner) + (at(corner + right) - at(corner)) * fx;
      const bottom = at(corner + below) + (at(corner + below + right) - at(corner + below)) * fx;
      return top + (bottom - top) * fy;
    };
    const cropX = u * side + blend(flow, 2, 0);
    const cropY = down * side + blend(flow, 2, 1);
    const deviation = blend(deviations, 1, 0);
    const inside = Math.max(Math.abs(cropX - side / 2), Math.abs(cropY - side / 2)) <= 1.5 * side;
    if (!inside || !(deviation > 0 && deviation <= unusableSigma * side)) continue;
    mu.set(applyAffine(toImage, cropX, cropY), n * 2);
    sigma[n] = deviation * pixel;
  }
  return { mu, sigma };
}
