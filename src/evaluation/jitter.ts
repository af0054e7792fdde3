import { interpolateSurface } from '../geometry/interpolate-surface.js';
import { type SurfacePoints } from '../geometry/surface-points.js';
import { alignFrame, type AlignFrameOptions } from './align-frame.js';
import { summariseDistances } from './distance-summary.js';
import { eachFrame } from './each-item.js';
import { type CameraPair, finiteVertices, frameStep, joinCameras, joinPair, type MeshPair } from './mesh-sequence.js';
import { type Metric } from './metric.js';
import { groupByRegion, vertexSums } from './region-values.js';
import { cameraAtSize, screenPixels, screenVertices } from './screen-mesh.js';

/** One camera, and where the points lie in its pictures: frame -> `[N, 2]` pixels. */
interface View {
  ids: CameraPair;
  truth: Map<number, Float64Array>;
  prediction: Map<number, Float64Array>;
}

/**
 * Jitter, pixels per frame squared, per region of the ground truth (ours; protocol flowfit-v1):
 *
 *     jitter = mean | x_{t-1} - 2 x_t + x_{t+1} | of the prediction - the same of the ground truth
 *
 * x is where a vertex of the ground truth lies on the screen, for the prediction the surface point that is nearest to it
 * in the first common frame after the alignment of {@link chamfer}. Negative: smoother than the truth. Triples are
 * common frames at their smallest step; where that is s of the truth's own steps (Multiface's numbers go by threes),
 * differences are divided by s^2. Every shared camera counts.
 */
export function jitter(options: AlignFrameOptions = {}): Metric<MeshPair> {
  return {
    name: 'jitter',
    figures: {
      jitter: { unit: 'px/frame^2', better: 'lower' },
      prediction: { unit: 'px/frame^2', better: 'lower' },
      truth: { unit: 'px/frame^2', better: 'lower' },
    },
    async measure(pair, measure) {
      const { frameNumbers } = joinPair(pair);
      const step = frameStep({ frameNumbers });
      const stride = step / frameStep(pair.truth);
      const known = new Set(frameNumbers);
      const views = joinCameras(pair).map((ids): View => ({ ids, truth: new Map(), prediction: new Map() }));
      const points: SurfacePoints = alignFrame(pair, frameNumbers[0], options).nearest;
      const [predicted, actual] = [groupByRegion(pair), groupByRegion(pair)];
      const errors = vertexSums(pair.truth.vertexCount);
      await eachFrame(
        pair,
        (frame) => {
          const vertices = finiteVertices(pair.truth, 'truth', frame);
          const all = finiteVertices(pair.prediction, 'prediction', frame);
          const moved = interpolateSurface(all, 3, pair.prediction.faces, points);
          for (const { ids, truth, prediction } of views) {
            const camera = pair.truth.camera(ids.truth, frame);
            const predictedCamera = cameraAtSize(pair.prediction.camera(ids.prediction, frame), camera);
            truth.set(frame, screenPixels(screenVertices(vertices, camera)));
            prediction.set(frame, screenPixels(screenVertices(moved, predictedCamera)));
            if (!known.has(frame - step) || !known.has(frame - 2 * step)) continue;
            const [a, b] = [prediction, truth].map((track) =>
              accelerations(track, frame, step).map((value) => value / stride ** 2),
            );
            predicted.add(a);
            actual.add(b);
            errors.add(a.map((value, v) => value - b[v]));
          }
        },
        measure,
      );
      const mean = (values: Float64Array) => summariseDistances(values).mean;
      const [ofPrediction, ofTruth] = [predicted.map(mean), actual.map(mean)];
      const groups = Object.fromEntries(
        Object.entries(ofPrediction).map(([region, prediction]) => {
          const truth = ofTruth[region];
          return [
            region,
            { jitter: prediction === null || truth === null ? null : prediction - truth, prediction, truth },
          ];
        }),
      );
      return { groups, perVertex: errors.means() };
    },
  };
}

/** `[N]` lengths of the second differences that end at a frame. */
function accelerations(track: Map<number, Float64Array>, frame: number, step: number): Float64Array {
  const [c, b, a] = [0, 1, 2].map((k) => track.get(frame - k * step)!);
  for (const old of track.keys()) if (old < frame - 2 * step) track.delete(old);
  return Float64Array.from({ length: c.length / 2 }, (_, n) => {
    const second = (i: number) => c[i] - 2 * b[i] + a[i];
    return Math.hypot(second(n * 2), second(n * 2 + 1));
  });
}
