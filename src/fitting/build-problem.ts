import { type Alignment } from '../alignment/alignment.js';
import { alignmentEnergy, type AlignmentTermOptions, pictureRepetition } from '../energies/alignment.js';
import { type CanonicalSequence } from '../canonical/canonical-map.js';
import { templateEmbedding } from '../canonical/template-cube.js';
import { cameraPrior, type CameraPriorOptions } from '../energies/camera-prior.js';
import {
  canonicalPhotometric,
  type CanonicalTermOptions,
  type CanonicalTerms,
} from '../energies/canonical-photometric.js';
import { deformation, type DeformationOptions } from '../energies/deformation.js';
import { type EnergyTerm } from '../energies/energy-term.js';
import { jointPrior, type JointPriorOptions } from '../energies/joint-prior.js';
import { modelPrior, type ModelPriorOptions } from '../energies/model-prior.js';
import { neutralShape, type NeutralShapeOptions } from '../energies/neutral-shape.js';
import { temporalSmoothness, type TemporalSmoothnessOptions } from '../energies/temporal-smoothness.js';
import { type HeadModel, type JointLimits, requireRegion, vertexSurfacePoints } from '../flame/head-model.js';
import { type Camera } from '../geometry/camera.js';
import { centredIntrinsics } from '../geometry/estimate-focal.js';
import { alignRigid, applyAlignment } from '../geometry/rigid-alignment.js';
import { sampleVertices } from '../geometry/sample-vertices.js';
import { type Problem } from './problem.js';

/** Options of the default terms, by name; `false` leaves a term out. */
export interface TermOptions {
  alignment?: AlignmentTermOptions;
  modelPrior?: ModelPriorOptions | false;
  temporalSmoothness?: TemporalSmoothnessOptions | false;
  neutralShape?: NeutralShapeOptions;
  deformation?: DeformationOptions;
  jointPrior?: JointPriorOptions | false;
  cameraPrior?: CameraPriorOptions | false;
  canonical?: CanonicalTermOptions;
}

export interface ProblemOptions {
  head: HeadModel;
  alignment: Alignment;
  /** `[C]`; without them the focal length is unknown and the principal point is the picture's centre. */
  cameras?: Camera[];
  /** The cameras' focal lengths and extrinsics are only a guess; default: where there are no `cameras`. */
  uncalibrated?: boolean;
  /** Pictures of one person in no order: no temporal term. */
  unordered?: boolean;
  /** One focal length for all cameras, or one for each camera (each image of `unordered` ones); uncalibrated only. */
  focal?: 'shared' | 'each';
  /** Refine the extrinsics of all cameras but the first. */
  refineCameras?: boolean;
  /** Region whose vertices may leave the basis, or `none`; default: the nose where two cameras or more look. */
  offsetRegion?: string;
  /** Joints that may move; default: those with limits, the root excepted, and the neck where only landmarks were seen. */
  joints?: string[];
  /** `[V, 3]` metres: a predicted neutral head of the model's topology, in any rigid position. */
  neutral?: ArrayLike<number>;
  /** Canonical maps of the alignment's frames and cameras. */
  canonical?: CanonicalSequence;
  terms?: TermOptions;
  /** Further terms. */
  extraTerms?: EnergyTerm[];
}

/** Focal length, relative to the longer side, that an unknown camera is expected to have. */
const expectedFocal = 1.6;
const expectedFocalSigma = 0.3;
/** Vertices on which acceleration is measured. */
const temporalSampleCount = 300;

/** The problem of a fit with the default terms (math.md section 6). */
export function buildProblem(options: ProblemOptions): Problem {
  const { head, alignment, unordered = false, terms: termOptions = {}, extraTerms = [] } = options;
  const cameras = options.cameras ?? unknownCameras(alignment);
  const multiView = alignment.viewCount >= 2 && !unordered;
  const region = options.offsetRegion ?? (multiView && head.regions.nose ? 'nose' : 'none');
  const offsetVertices =
    region === 'none'
      ? new Int32Array(0)
      : Int32Array.from(requireRegion(head, region).keys()).filter((v) => head.regions[region][v]);
  const limits = head.jointLimits ?? defaultJointLimits(head);
  const terms = [alignmentEnergy(alignment, head, termOptions.alignment)];
  // Priors on what all pictures share hold against errors that all pictures repeat.
  const repeated = pictureRepetition(alignment, termOptions.alignment);
  if (termOptions.modelPrior !== false) {
    terms.push(modelPrior(head, { shapeSigma: 1 / Math.sqrt(repeated), ...termOptions.modelPrior }));
  }
  if (termOptions.temporalSmoothness !== false && !unordered && alignment.frameCount >= 3) {
    const sample = sampleVertices(head.faces, skinVertices(head), temporalSampleCount);
    terms.push(temporalSmoothness(sample, alignment.times, termOptions.temporalSmoothness));
  }
  if (options.neutral)
    terms.push(neutralTerm(head, options.neutral, { weight: repeated, ...termOptions.neutralShape }));
  if (offsetVertices.length > 0) terms.push(deformation({ weight: repeated, ...termOptions.deformation }));
  if (termOptions.jointPrior !== false) terms.push(jointPrior(limits, termOptions.jointPrior));
  const canonical = options.canonical && canonicalTerms(options.canonical, options);
  if (canonical) terms.push(...canonical.terms);
  const uncalibrated = options.uncalibrated ?? !options.cameras;
  const refine = options.refineCameras ?? (uncalibrated && multiView);
  if (termOptions.cameraPrior !== false && (uncalibrated || refine)) {
    const loose = uncalibrated ? { rotationSigma: 0.5, translationSigma: 0.5, focalSigma: expectedFocalSigma } : {};
    const weight = options.focal === 'each' ? 1 : repeated;
    terms.push(cameraPrior({ weight, ...loose, ...termOptions.cameraPrior }));
  }
  return {
    head,
    terms: [...terms, ...extraTerms],
    times: alignment.times,
    cameras,
    offsetVertices,
    freeJoints: freeJoints(head, limits, alignment.source === 'landmarks' && !canonical, options.joints),
    freeCameras: Uint8Array.from(cameras, (_, c) => (refine && c > 0 ? 1 : 0)),
    focalGroups: Int32Array.from(cameras, (_, c) => (!uncalibrated ? -1 : options.focal === 'each' ? c : 0)),
    canonicalTexture: canonical?.template,
  };
}

function canonicalTerms(canonical: CanonicalSequence, { head, alignment, terms }: ProblemOptions): CanonicalTerms {
  const { frameCount, viewCount } = alignment;
  if (canonical.frameCount !== frameCount || canonical.viewCount !== viewCount) {
    throw new Error(
      `canonical maps: expected ${frameCount} frames and ${viewCount} cameras as in the alignment, got ${canonical.frameCount} and ${canonical.viewCount}.`,
    );
  }
  const embedding = terms?.canonical?.embedding ?? templateEmbedding(head, head);
  return canonicalPhotometric(canonical, head, { ...terms?.canonical, embedding });
}

/** Cameras with the expected focal length, the principal point at the centre, and no extrinsics. */
export function unknownCameras({ imageSizes, cameraIds }: Alignment): Camera[] {
  return imageSizes.map((size, view) => ({
    id: cameraIds[view],
    ...size,
    K: centredIntrinsics(expectedFocal * Math.max(size.width, size.height), size),
    cameraFromWorld: Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1),
    distortion: new Float64Array(5),
  }));
}

function neutralTerm(head: HeadModel, neutral: ArrayLike<number>, options?: NeutralShapeOptions): EnergyTerm {
  if (neutral.length !== head.template.length) {
    throw new Error(
      `neutral mesh: expected ${head.vertexCount} vertices as in head model ${head.name}, got ${neutral.length / 3}.`,
    );
  }
  const registered = applyAlignment(alignRigid(neutral, head.template), neutral);
  return neutralShape(vertexSurfacePoints(head), Float32Array.from(registered), options);
}

/** The skin where the model marks it, else every vertex. */
function skinVertices(head: HeadModel): Int32Array {
  const all = Int32Array.from({ length: head.vertexCount }, (_, v) => v);
  return head.regions.skin ? all.filter((v) => head.regions.skin[v] === 1) : all;
}

/**
 * Limits for models that bring none, such as FLAME: eyes 30 degrees about both axes, jaw 30 degrees down and 8 to the
 * side unless an expression already opens it, all other joints at rest.
 */
function defaultJointLimits(head: HeadModel): JointLimits {
  const count = head.parents.length * 3;
  const limits = {
    lower: new Float32Array(count),
    upper: new Float32Array(count),
    sigma: new Float32Array(count).fill(0.1),
  };
  const set = (j: number, lower: number[], upper: number[], sigma: number[]) => {
    limits.lower.set(lower, j * 3);
    limits.upper.set(upper, j * 3);
    limits.sigma.set(sigma, j * 3);
  };
  const opensJaw = head.expression.names?.some((name) => /jaw_?open/i.test(name)) ?? false;
  head.jointNames.forEach((name, j) => {
    if (/eye/i.test(name)) set(j, [-0.5, -0.6, -0.05], [0.5, 0.6, 0.05], [0.2, 0.25, 0.01]);
    if (/jaw/i.test(name) && !opensJaw) set(j, [-0.02, -0.1, -0.03], [0.5, 0.1, 0.03], [0.15, 0.03, 0.01]);
  });
  return limits;
}

function freeJoints(head: HeadModel, { lower, upper }: JointLimits, faceOnly: boolean, names?: string[]): Uint8Array {
  const unknown = names?.find((name) => !head.jointNames.includes(name));
  if (unknown) throw new Error(`joints: expected some of ${head.jointNames.join(', ')}, got '${unknown}'.`);
  return Uint8Array.from(head.parents, (parent, j) => {
    if (parent < 0) return 0;
    if (names) return names.includes(head.jointNames[j]) ? 1 : 0;
    const moves = [0, 1, 2].some((axis) => upper[j * 3 + axis] > lower[j * 3 + axis]);
    // Landmarks lie on the face, which tells the neck's turn from the head's by nothing.
    return moves && !(faceOnly && /neck/i.test(head.jointNames[j])) ? 1 : 0;
  });
}
