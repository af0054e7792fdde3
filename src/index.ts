export {
  startBackend,
  backendNames,
  type BackendName,
  type BackendReport,
  type BackendStarter,
} from './tensor/backend.js';
export { formatNpz, parseNpz } from './tensor/npz.js';
export { type BorderChain, type ChainFactors, type ChainShape } from './tensor/border-chain.js';
export { plainProducts, type ConstantMatrix, type ProductEngine } from './tensor/product-engine.js';
export { type NpyArray } from './tensor/npy.js';

export { type Camera } from './geometry/camera.js';
export { type RgbImage } from './geometry/image.js';
export { type Sequence } from './geometry/sequence.js';
export { type SurfacePoints } from './geometry/surface-points.js';
export { axisAngleFromRotation, rotationFromAxisAngle } from './geometry/rotation.js';
export { projectPoints } from './geometry/project.js';
export { distort, undistort } from './geometry/distortion.js';
export { triangulate, type Triangulation } from './geometry/triangulate.js';
export { alignRigid, applyAlignment, type RigidAlignment } from './geometry/rigid-alignment.js';
export { solvePnp, type PnpResult } from './geometry/pnp.js';

export { type HeadModel, vertexSurfacePoints } from './flame/head-model.js';
export { poseHead, shapeHead, type HeadState } from './flame/pose-head.js';
export { HeadTensors, type HeadTensorState } from './flame/head-tensors.js';
export { parseHeadModel, formatHeadModel } from './flame/container.js';
export { transferLayout } from './flame/registration/transfer-layout.js';

export { type Alignment } from './alignment/alignment.js';
export { alignSequence, type AlignSequenceOptions } from './alignment/align-sequence.js';
export { alignUvFlow, type AlignUvFlowOptions } from './alignment/align-uv-flow.js';
export { fuseAlignments } from './alignment/fuse-alignments.js';
export { formatAlignmentFile, parseAlignmentFile } from './alignment/alignment-file.js';
export { createOnnxProducts, fastestProducts } from './alignment/onnx-products.js';
export { undistortAlignment } from './alignment/undistort-alignment.js';

export { type CanonicalMap, type CanonicalSequence, type CanonicalSpace } from './canonical/canonical-map.js';
export { templateCube, templateEmbedding, type TemplateCube } from './canonical/template-cube.js';
export { renderCanonicalMap, type EmbeddedMesh } from './canonical/render-canonical-map.js';
export { matchMaps, matchPixels, type CanonicalMatches, type MatchMapsOptions } from './canonical/match-maps.js';
export { findPoint, semanticPoint, type PointAnnotation, type SemanticPoint } from './canonical/query-point.js';
export { canonicalRegion, selectRegion, type CanonicalRegion } from './canonical/select-region.js';
export { warpPicture, type WarpedPicture } from './canonical/warp-picture.js';
export { triangulateMaps, type CanonicalCloud, type TriangulateMapsOptions } from './canonical/triangulate-maps.js';
export { canonicalisePoints, type CanonicalPair } from './canonical/canonicalise-points.js';

export { type EnergyTerm, type FitScene, type FitState, type ParameterName } from './energies/energy-term.js';
export { type GaussNewtonForm } from './energies/gauss-newton-form.js';
export { cauchyLoss, type RobustLoss } from './energies/robust-loss.js';
export { alignmentEnergy } from './energies/alignment.js';
export { modelPrior } from './energies/model-prior.js';
export { temporalSmoothness } from './energies/temporal-smoothness.js';
export { neutralShape } from './energies/neutral-shape.js';
export { deformation } from './energies/deformation.js';
export { jointPrior } from './energies/joint-prior.js';
export { cameraPrior } from './energies/camera-prior.js';
export {
  canonicalPhotometric,
  type CanonicalTermOptions,
  type CanonicalTerms,
} from './energies/canonical-photometric.js';
export { canonicalDepth, type CanonicalDepthOptions } from './energies/canonical-depth.js';
export { points3d, type Points3d, type Points3dOptions } from './energies/points-3d.js';
export { syntheticCanonical, type SyntheticCanonicalOptions } from './synth/synthetic-canonical.js';

export { fitSequence, type FitResult, type FitSequenceOptions } from './fitting/fit-sequence.js';
export { type FitProgress } from './fitting/run-stages.js';
export { formatFitSnapshot, parseFitSnapshot, type FitCheckpoint, type FitSnapshot } from './fitting/checkpoint.js';
export { buildProblem, type ProblemOptions, type TermOptions } from './fitting/build-problem.js';
export { type FitParameters, neutralParameters } from './fitting/parameters.js';
export { type FitStatus, type Problem, type Solver, type Stage, type StageOutcome } from './fitting/problem.js';
export { reprojectionResiduals, worldVertices } from './fitting/residuals.js';
export { adamw, type AdamwOptions } from './fitting/adamw.js';
export { gaussNewton, type GaussNewtonOptions } from './fitting/gauss-newton/gauss-newton.js';

export { backendStarters } from './io/backend-starters.js';
export { CheckpointFolder, type CheckpointOptions, type Fingerprint } from './io/checkpoint-file.js';
export { loadHeadModel } from './io/head-model-file.js';
export { readCalibration, formatCalibration } from './io/calibration.js';
export { openSequence } from './io/open-sequence.js';
export { readCanonical, type ReadCanonical, type ReadCanonicalOptions } from './io/canonical/read-canonical.js';
export { formatMap } from './io/canonical/map-file.js';
export { formatResult, parseResult, trackResult, type TrackResult } from './io/result-file.js';

export { type EvaluationWarning, type FigureRow, type Measurement, type Metric } from './evaluation/metric.js';
export { type MeshPair, type MeshSequence } from './evaluation/mesh-sequence.js';
export { evaluatePair, type Evaluation, type EvaluatePairOptions } from './evaluation/evaluate-pair.js';
export { evaluateFolder, type EvaluateFolderOptions } from './evaluation/evaluate-folder.js';
export { readMultifaceSequence } from './evaluation/multiface-sequence.js';
export { headKeyPoints, resultSequence } from './evaluation/result-sequence.js';
export { transferRegions, type TruthRegions } from './evaluation/transfer-regions.js';
export { ssme, type SsmeOptions } from './evaluation/ssme.js';
export { chamfer } from './evaluation/chamfer.js';
export { jitter } from './evaluation/jitter.js';
export { normalError } from './evaluation/normal-error.js';
export { now, type NowPair } from './evaluation/now.js';
export { cloudToMesh } from './evaluation/cloud-to-mesh.js';
export { type ScanPair } from './evaluation/scan.js';
export { type CorrespondenceField, type CorrespondencePair } from './evaluation/correspondence.js';
export { endPointError } from './evaluation/end-point-error.js';
export { cycleError } from './evaluation/cycle-error.js';
export { warpingError } from './evaluation/warping-error.js';
export { matchError, type PointMatches } from './evaluation/match-error.js';
export { endPointError3d, type PointMotion } from './evaluation/end-point-error-3d.js';
export { depthError, type DepthPair } from './evaluation/depth-error.js';
export { evaluateCanonical } from './evaluation/evaluate-canonical.js';
export { canonicalPair, type CanonicalShot, type CanonicalShots } from './evaluation/canonical-pairs.js';

export { track } from './track/track.js';
export { type TrackOptions, type TrackProgress } from './track/track-options.js';
export { type TrackSummary } from './track/run-record.js';
