import { type TermOptions } from '../../src/fitting/build-problem.js';
import { type FitResult, fitSequence, type FitSequenceOptions } from '../../src/fitting/fit-sequence.js';
import { worldVertices } from '../../src/fitting/residuals.js';
import { type HeadModel } from '../../src/flame/head-model.js';
import { shapeHead } from '../../src/flame/pose-head.js';
import { type Alignment } from '../../src/alignment/alignment.js';
import { fastestProducts } from '../../src/alignment/onnx-products.js';
import { selectFrames } from '../../src/alignment/select-frames.js';
import { type MeshSequence } from '../../src/evaluation/mesh-sequence.js';
import { resultSequence } from '../../src/evaluation/result-sequence.js';
import { gaussNewton } from '../../src/fitting/gauss-newton/gauss-newton.js';
import { type Camera } from '../../src/geometry/camera.js';
import { type Sequence } from '../../src/geometry/sequence.js';
import { type TrackResult, trackResult } from '../../src/io/result-file.js';
import { screenFiltered } from './screen-filter.js';
import { trueAlignment } from './true-alignment.js';

/** Where observations come from; `-each`: every picture for itself. */
export type AlignmentKind = 'landmarks' | 'landmarks-each' | 'uv-flow' | 'uv-flow-each' | 'fused';

/** What a method has to work with. */
export interface MethodInput {
  head: HeadModel;
  /** Calibrated, one camera. */
  sequence: Sequence;
  align(kind: AlignmentKind): Promise<Alignment>;
  /** What another method says about the same sequence; asked twice, it is computed once. */
  predictionOf(method: Method): Promise<Prediction>;
  /** The parameters that moved the head, where the set is synthetic and the head is the tracked one. */
  truth?: TrackResult;
  signal?: AbortSignal;
}

/** What a method says about a sequence. */
export interface Prediction {
  mesh: MeshSequence;
  /** Where the whole sequence was fitted at once. */
  result?: TrackResult;
}

/** One row of the table. */
export interface Method {
  name: string;
  /** `image`: each picture alone; `sequence`: all of them together. */
  input: 'image' | 'sequence';
  describes: string;
  /** Works on synthetic sets alone, as it looks at the truth. */
  needsTruth?: boolean;
  needsUvFlow?: boolean;
  predict(input: MethodInput): Promise<Prediction>;
}

/** Standard deviation of the filter over time, seconds: one frame; the paper does not state its own. */
const filterSigma = 1 / 30;

const sequenceMethod = (
  name: string,
  describes: string,
  { kind = 'landmarks', terms }: { kind?: AlignmentKind; terms?: TermOptions } = {},
): Method => ({
  name,
  input: 'sequence',
  describes,
  needsUvFlow: !kind.startsWith('landmarks'),
  predict: async (input) => fitWhole(input, { alignment: await input.align(kind), terms }),
});

const imageMethod = (name: string, describes: string, kind: AlignmentKind): Method => ({
  name,
  input: 'image',
  describes,
  needsUvFlow: !kind.startsWith('landmarks'),
  predict: async (input) => fitEach(input, await input.align(kind)),
});

const filteredMethod = (of: Method): Method => ({
  ...of,
  name: `${of.name}-filtered`,
  input: 'sequence',
  describes: `${of.describes}; vertices filtered over time in screen space (Gaussian, one frame)`,
  predict: async (input) => {
    const { frameNumbers, times } = input.sequence;
    const seconds = new Map(frameNumbers.map((number, f) => [number, times[f]]));
    const { mesh } = await input.predictionOf(of);
    return { mesh: screenFiltered(mesh, { sigma: filterSigma, time: (number) => seconds.get(number)! }) };
  },
});

const imageLandmarks = imageMethod('image-landmarks', 'each image alone, 478 landmarks', 'landmarks-each');
const imageUvFlow = imageMethod('image-uv-flow', 'each image alone, UV flow', 'uv-flow-each');

/** Every method, in the order of the table; the first is what `flowfit track` does unless told otherwise. */
export const methods: Method[] = [
  sequenceMethod('landmarks', 'the sequence at once, 478 landmarks; as `flowfit track`'),
  imageLandmarks,
  filteredMethod(imageLandmarks),
  sequenceMethod('uv-flow', 'the sequence at once, UV flow', { kind: 'uv-flow' }),
  sequenceMethod('fused', 'the sequence at once, landmarks and UV flow', { kind: 'fused' }),
  imageUvFlow,
  filteredMethod(imageUvFlow),
  sequenceMethod('no-temporal-smoothness', 'landmarks without E_temp', { terms: { temporalSmoothness: false } }),
  sequenceMethod('no-model-prior', 'landmarks without E_FLAME', { terms: { modelPrior: false } }),
  sequenceMethod('no-joint-prior', 'landmarks without E_joint', { terms: { jointPrior: false } }),
  sequenceMethod('independent-errors', 'landmarks as if no error were repeated from picture to picture', {
    terms: { alignment: { repeatedShare: 0 } },
  }),
  {
    name: 'true-neutral',
    input: 'sequence',
    describes: 'landmarks with E_MICA, the neutral head being the true one',
    needsTruth: true,
    predict: async (input) => {
      const neutral = shapeHead(input.head, input.truth!.parameters);
      return fitWhole(input, { alignment: await input.align('landmarks'), neutral });
    },
  },
  {
    name: 'true-alignment',
    input: 'sequence',
    describes: 'upper bound: the true place of every vertex with 0.5 to 2 pixels of noise',
    needsTruth: true,
    predict: async (input) =>
      fitWhole(input, { alignment: trueAlignment(input.head, input.truth!, input.sequence.frameNumbers) }),
  },
];

type FitOptions = Pick<FitSequenceOptions, 'alignment' | 'terms' | 'neutral' | 'unordered'>;

async function fit({ head, sequence, signal }: MethodInput, options: FitOptions): Promise<FitResult> {
  const solver = gaussNewton({ engine: await fastestProducts() });
  const found = await fitSequence({ head, cameras: sequence.cameras, solver, signal, ...options });
  if (found.status === 'noObservations') throw new Error('no face was seen in any picture.');
  if (found.status === 'nan' || found.status === 'diverged') {
    throw new Error(`the fit ended as '${found.status}'${found.message ? `: ${found.message}` : '.'}`);
  }
  return found;
}

async function fitWhole(input: MethodInput, options: FitOptions): Promise<Prediction> {
  const result = trackResult(await fit(input, options));
  return { mesh: resultSequence(input.head, result), result };
}

/** Fits every picture as if there were no other; one without the face is a frame that is missing. */
async function fitEach(input: MethodInput, alignment: Alignment): Promise<Prediction> {
  const meshes = new Map<number, { vertices: Float32Array; camera: Camera }>();
  const pointCount = alignment.points.faces.length;
  for (const [f, frameNumber] of alignment.frameNumbers.entries()) {
    input.signal?.throwIfAborted();
    if (!alignment.sigma.subarray(f * pointCount, (f + 1) * pointCount).some((sigma) => sigma > 0)) continue;
    const { parameters } = await fit(input, { alignment: selectFrames(alignment, [f]), unordered: true });
    meshes.set(frameNumber, { vertices: worldVertices(input.head, parameters, 0), camera: parameters.cameras[0] });
  }
  if (meshes.size === 0) throw new Error('no face was seen in any picture.');
  const { faces, vertexCount } = input.head;
  const mesh: MeshSequence = {
    faces,
    vertexCount,
    frameNumbers: [...meshes.keys()],
    cameraIds: input.sequence.cameraIds,
    camera: (_, frameNumber) => meshes.get(frameNumber)!.camera,
    vertices: (frameNumber) => meshes.get(frameNumber)!.vertices,
  };
  return { mesh };
}
