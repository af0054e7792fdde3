import { type Alignment, pointSets } from '../alignment/alignment.js';
import { poseHead } from '../flame/pose-head.js';
import { type HeadModel } from '../flame/head-model.js';
import { interpolateSurface } from '../geometry/interpolate-surface.js';
import { projectPoints } from '../geometry/project.js';
import { transformPoints } from '../geometry/rigid-transform.js';
import { poseAt } from './initialise.js';
import { type FitParameters } from './parameters.js';

/** How far the fitted head projects from what was seen. */
export interface ResidualReport {
  /** Over all observed points that count fully (lambda of their vertices at least one half). */
  medianPx: number;
  meanPx: number;
  p95Px: number;
  /** The same in per cent of the face's width in its picture. */
  percentOfFaceWidth: { median: number; p95: number };
  /** `[F, C]` median in pixels; NaN where nothing was seen. */
  perImagePx: Float32Array;
}

/**
 * The vertices of one frame in the world.
 *
 * @returns `[V, 3]`, metres.
 */
export function worldVertices(head: HeadModel, parameters: FitParameters, frame: number): Float32Array {
  const [E, P] = [head.expression.count, head.parents.length * 3];
  const posed = poseHead(head, {
    shape: parameters.shape,
    expression: parameters.expression.subarray(frame * E, (frame + 1) * E),
    jointPose: parameters.jointPose.subarray(frame * P, (frame + 1) * P),
    offsets: parameters.offsets,
  });
  return transformPoints(poseAt(parameters, frame), posed);
}

/** Reprojection residuals of a fit over its alignment. */
export function reprojectionResiduals(
  head: HeadModel,
  alignment: Alignment,
  parameters: FitParameters,
): ResidualReport {
  const { points, frameCount, viewCount, mu, sigma, faceBoxes } = alignment;
  const N = points.faces.length;
  const counted = countedPoints(head, alignment);
  const pixels: number[] = [];
  const percents: number[] = [];
  const perImagePx = new Float32Array(frameCount * viewCount).fill(NaN);
  for (let f = 0; f < frameCount; f++) {
    const world = interpolateSurface(worldVertices(head, parameters, f), 3, head.faces, points);
    for (let c = 0; c < viewCount; c++) {
      const image = f * viewCount + c;
      const { pixels: projected } = projectPoints(world, parameters.cameras[c]);
      const width = faceBoxes[image * 4 + 2] - faceBoxes[image * 4];
      const errors: number[] = [];
      for (let n = 0; n < N; n++) {
        const k = image * N + n;
        if (sigma[k] > 0 && counted[n])
          errors.push(Math.hypot(projected[n * 2] - mu[k * 2], projected[n * 2 + 1] - mu[k * 2 + 1]));
      }
      if (errors.length === 0) continue;
      perImagePx[image] = quantile(errors, 0.5);
      for (const error of errors) {
        pixels.push(error);
        percents.push((100 * error) / width);
      }
    }
  }
  return {
    medianPx: quantile(pixels, 0.5),
    meanPx: pixels.reduce((sum, value) => sum + value, 0) / pixels.length,
    p95Px: quantile(pixels, 0.95),
    percentOfFaceWidth: { median: quantile(percents, 0.5), p95: quantile(percents, 0.95) },
    perImagePx,
  };
}

function countedPoints(head: HeadModel, alignment: Alignment): boolean[] {
  const { faces, barycentric } = alignment.points;
  return pointSets(alignment).flatMap(({ source, first, end }) =>
    Array.from(faces.subarray(first, end), (face, k) => {
      if (source === 'landmarks' || !head.vertexWeights) return true;
      const lambda = [0, 1, 2].map(
        (corner) => barycentric[(first + k) * 3 + corner] * head.vertexWeights![head.faces[face * 3 + corner]],
      );
      return lambda[0] + lambda[1] + lambda[2] >= 0.5;
    }),
  );
}

function quantile(values: number[], q: number): number {
  if (values.length === 0) return NaN;
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
}
