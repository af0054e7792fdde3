import { ErrorHistogram } from './error-histogram.js';
import { compareFlows, type FlowErrors, type FlowTarget } from './flow-errors.js';
import {
  type CameraPair,
  finiteVertices,
  frameStep,
  joinCameras,
  joinPair,
  type MeshPair,
  type MeshSequence,
} from './mesh-sequence.js';
import { type Measurement, type MeasureOptions, type Metric } from './metric.js';
import { flowPixels } from './pixel-flow.js';
import { cameraAtSize, meshWindow, rasteriseWindow, screenVertices } from './screen-mesh.js';

export interface SsmeOptions {
  /** Longest window N_H, frames; default 30. */
  horizon?: number;
  /** Where the prediction has no surface at a pixel, the nearest covered pixel within this many stands in; default 5. */
  reach?: number;
  /** How far behind the ground truth's z-buffer a point still counts as seen, metres; default 0.003. */
  tolerance?: number;
}

/** Sums over the frames and cameras of one region. */
interface RegionSums {
  /** `[horizon]` sums of the EPEs of frame pairs, and how many pairs there were. */
  epe: Float64Array;
  pairs: Float64Array;
  compared: number;
  missed: number;
}

/**
 * Screen Space Motion Error (FlowFace eq. 15-17), per region of the ground truth:
 *
 *     EPE_{t:t+h} = mean over pixels of | f_{t:t+h} - f'_{t:t+h} |
 *     SSME_h      = mean over t of EPE_{t:t+h}
 *     SSME        = mean over h = 1..N_H of SSME_h
 *
 * f' and f are the optical flows of the ground truth and of the prediction at a pixel: where the surface point that is
 * seen through it at t lies on the screen at t + h, less the pixel. Pixels are those that the ground truth covers at t
 * and whose point stays in front of the camera, inside the picture and unoccluded at t + h (z-buffer of the truth).
 * Equation 15 prints a squared norm and equation 17 a sum; the paper's text and tables say L2 distance and mean.
 *
 * Pairs are joined by frame number; h counts the truth's own steps (Multiface's numbers go by threes). Each camera that
 * both sequences share counts like further frames. `missRate` is the share of pixels without a prediction within `reach`;
 * those count in no mean.
 */
export function ssme({ horizon = 30, reach = 5, tolerance = 0.003 }: SsmeOptions = {}): Metric<MeshPair> {
  return {
    name: 'ssme',
    figures: {
      ssme: { unit: 'px', better: 'lower' },
      p95: { unit: 'px', better: 'lower' },
      missRate: { unit: '1', better: 'lower' },
    },
    async measure(pair, { onProgress, signal }: MeasureOptions = {}) {
      const names = Object.keys(pair.regions);
      const sums = names.map((): RegionSums => ({
        epe: new Float64Array(horizon),
        pairs: new Float64Array(horizon),
        compared: 0,
        missed: 0,
      }));
      const faceCount = pair.truth.faces.length / 3;
      const faceErrors = { total: new Float64Array(faceCount), times: new Float64Array(faceCount) };
      const { frameNumbers } = joinPair(pair);
      const step = frameStep(pair.truth);
      const cameras = joinCameras(pair);
      const vertexRegions = regionBits(pair, names);
      const regionSets: number[] = [];
      const histograms: ErrorHistogram[] = [];
      for (const [c, ids] of cameras.entries()) {
        const targets = new Map<number, FlowTarget>();
        // Backwards: a frame's z-buffer is then there before the frames that look ahead to it, and needs no second raster.
        for (let f = frameNumbers.length - 1; f >= 0; f--) {
          signal?.throwIfAborted();
          await new Promise<void>((resolve) => setTimeout(resolve, 0));
          const frame = frameNumbers[f];
          const { source, target } = screenFrame(pair, ids, frame, reach);
          const pixels = flowPixels(source.truth, source.prediction, { vertexRegions, regionSets, reach });
          while (histograms.length < regionSets.length) histograms.push(new ErrorHistogram());
          for (const later of targets.keys()) if (later > frame + horizon * step) targets.delete(later);
          const ahead = [...targets.keys()].filter((later) => (later - frame) % step === 0);
          const errors = compareFlows(
            pixels,
            ahead.map((later) => targets.get(later)!),
            {
              truthFaces: pair.truth.faces,
              predictionFaces: pair.prediction.faces,
              tolerance,
              histograms,
              ...faceErrors,
            },
          );
          errors.forEach((error, k) => addErrors(sums, error, regionSets, (ahead[k] - frame) / step - 1));
          targets.set(frame, target);
          onProgress?.((c + 1) * frameNumbers.length - f, cameras.length * frameNumbers.length);
        }
      }
      const regionHistograms = names.map((_, r) => {
        const merged = new ErrorHistogram();
        histograms.forEach((histogram, s) => {
          if (regionSets[s] & (1 << r)) merged.addAll(histogram);
        });
        return merged;
      });
      return { ...regionFigures(names, sums, regionHistograms), perVertex: vertexMeans(pair.truth, faceErrors) };
    },
  };
}

/** `[V]` bit r is set where the vertex lies in region r. */
function regionBits({ truth, regions }: MeshPair, names: string[]): Uint32Array {
  const bits = new Uint32Array(truth.vertexCount);
  names.forEach((name, r) => {
    const mask = regions[name];
    if (mask.length !== truth.vertexCount) {
      throw new Error(`ssme: expected ${truth.vertexCount} vertices in the region '${name}', got ${mask.length}.`);
    }
    mask.forEach((inside, v) => (bits[v] |= inside ? 1 << r : 0));
  });
  return bits;
}

/** Both meshes of a frame as one camera sees them. */
function screenFrame({ truth, prediction }: MeshPair, ids: CameraPair, frame: number, reach: number) {
  const camera = truth.camera(ids.truth, frame);
  const predictedCamera = cameraAtSize(prediction.camera(ids.prediction, frame), camera);
  const vertices = finiteVertices(truth, 'truth', frame);
  const predicted = finiteVertices(prediction, 'prediction', frame);
  const [screen, predictedScreen] = [screenVertices(vertices, camera), screenVertices(predicted, predictedCamera)];
  const window = meshWindow(screen, camera, reach + 1);
  const raster = rasteriseWindow(vertices, truth.faces, camera, window);
  const target: FlowTarget = {
    truth: screen,
    prediction: predictedScreen,
    size: camera,
    buffer: { left: raster.left, top: raster.top, width: raster.width, height: raster.height, depth: raster.depth },
  };
  const source = {
    truth: { raster, sequence: truth },
    prediction: { raster: rasteriseWindow(predicted, prediction.faces, predictedCamera, window), sequence: prediction },
  };
  return { source, target };
}

function addErrors(sums: RegionSums[], errors: FlowErrors, regionSets: number[], h: number): void {
  sums.forEach((region, r) => {
    let [sum, compared] = [0, 0];
    regionSets.forEach((set, s) => {
      if ((set & (1 << r)) === 0) return;
      sum += errors.sum[s];
      compared += errors.compared[s];
      region.missed += errors.missed[s];
    });
    region.compared += compared;
    if (compared === 0) return;
    region.epe[h] += sum / compared;
    region.pairs[h]++;
  });
}

/** `[V]` mean errors around the vertices, from those on the triangles. */
function vertexMeans(
  { faces, vertexCount }: MeshSequence,
  { total, times }: { total: Float64Array; times: Float64Array },
): Float32Array {
  const [sum, weight] = [new Float64Array(vertexCount), new Float64Array(vertexCount)];
  faces.forEach((vertex, corner) => {
    sum[vertex] += total[Math.floor(corner / 3)];
    weight[vertex] += times[Math.floor(corner / 3)];
  });
  return Float32Array.from(sum, (value, v) => value / weight[v]);
}

function regionFigures(
  names: string[],
  sums: RegionSums[],
  histograms: ErrorHistogram[],
): Pick<Measurement, 'groups' | 'curves'> {
  const groups: Measurement['groups'] = {};
  const curves: Measurement['curves'] = {};
  names.forEach((name, r) => {
    const { epe, pairs, compared, missed } = sums[r];
    const curve = Array.from(epe, (sum, h) => (pairs[h] > 0 ? sum / pairs[h] : null));
    const known = curve.filter((value) => value !== null);
    curves[name] = curve;
    groups[name] = {
      ssme: known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : null,
      p95: histograms[r].percentile(0.95),
      missRate: compared + missed > 0 ? missed / (compared + missed) : null,
    };
  });
  return { groups, curves };
}
