import { contentHash } from '../flame/content-hash.js';
import { type AlignFrameOptions, type AlignmentKind } from './align-frame.js';
import { chamfer } from './chamfer.js';
import { diagnosePair } from './diagnose-pair.js';
import { jitter } from './jitter.js';
import { joinCameras, joinPair, keyPointNames, type MeshPair } from './mesh-sequence.js';
import {
  type EvaluationWarning,
  type FigureRow,
  figureRows,
  type Measurement,
  type MeasureOptions,
  type Metric,
} from './metric.js';
import { normalError } from './normal-error.js';
import { ssme, type SsmeOptions } from './ssme.js';

/** The version of the rules by which sequences are compared (docs/evaluation.md). */
export const protocolName = 'flowfit-v1';

export interface EvaluatePairOptions {
  ssme?: SsmeOptions;
  alignment?: AlignFrameOptions;
}

/** Every choice that an evaluation was made with. */
export interface Protocol {
  name: typeof protocolName;
  ssme: Required<SsmeOptions>;
  alignment: Required<AlignFrameOptions>;
  /** Region -> how many vertices of the truth. */
  regions: Record<string, number>;
  keyPoints: readonly string[];
  /** SHA-256 of the above with the regions and key points themselves. */
  hash: string;
}

/** What the metrics of a pair come to. */
export interface Evaluation {
  protocol: Protocol;
  frames: { compared: number; missing: number[] };
  cameras: string[];
  rows: FigureRow[];
  /** region -> SSME_h, h = 1, 2, ... pixels. */
  ssmeCurves: Record<string, (number | null)[]>;
  /** metric -> `[V]` mean error at the truth's vertices; NaN where it was never measured. */
  perVertex: Record<string, Float32Array>;
  warnings: EvaluationWarning[];
}

/** Measures SSME, CD, jitter and normals of a prediction against its ground truth, and looks for what is wrong with both. */
export async function evaluatePair(
  pair: MeshPair,
  options: EvaluatePairOptions = {},
  { onProgress, signal }: MeasureOptions = {},
): Promise<Evaluation> {
  const protocol = createProtocol(pair, options);
  const { frameNumbers, missing } = joinPair(pair);
  const warnings = diagnosePair(pair);
  const metrics: Metric<MeshPair>[] = [
    ssme(protocol.ssme),
    chamfer(protocol.alignment),
    jitter(protocol.alignment),
    normalError(protocol.alignment),
  ];
  const measurements: Measurement[] = [];
  for (const [k, metric] of metrics.entries()) {
    const report = (done: number, total: number) =>
      onProgress?.(Math.round((k + done / total) * 1000), metrics.length * 1000);
    measurements.push(await metric.measure(pair, { signal, onProgress: report }));
  }
  return {
    protocol,
    frames: { compared: frameNumbers.length, missing },
    cameras: joinCameras(pair).map(({ truth }) => truth),
    rows: metrics.flatMap((metric, k) => figureRows(metric, measurements[k])),
    ssmeCurves: measurements[0].curves!,
    perVertex: Object.fromEntries(metrics.map(({ name }, k) => [name, measurements[k].perVertex!])),
    warnings,
  };
}

function createProtocol({ regions, keyPoints }: MeshPair, options: EvaluatePairOptions): Protocol {
  const choices = {
    name: protocolName,
    ssme: { horizon: 30, reach: 5, tolerance: 0.003, ...options.ssme },
    alignment: { align: 'rigid' as AlignmentKind, alignRegion: 'face', alignPoints: 2000, ...options.alignment },
    regions: Object.fromEntries(
      Object.entries(regions).map(([name, mask]) => [name, mask.reduce((sum, inside) => sum + inside, 0)]),
    ),
    keyPoints: keyPointNames,
  } as const;
  const own = [...Object.values(regions).map((mask) => Array.from(mask)), Array.from(keyPoints.truth.faces)];
  const bytes = new TextEncoder().encode(JSON.stringify([choices, own]));
  return { ...choices, hash: contentHash(bytes) };
}
