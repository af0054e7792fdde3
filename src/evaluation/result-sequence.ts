import { type HeadModel } from '../flame/head-model.js';
import { worldVertices } from '../fitting/residuals.js';
import { type SurfacePoints } from '../geometry/surface-points.js';
import { type TrackResult } from '../io/result-file.js';
import { keyPointsOf68, type MeshSequence } from './mesh-sequence.js';

/** The head of a tracking result, or of a synthetic ground truth, as a moving mesh. */
export function resultSequence(
  head: HeadModel,
  { parameters, frameNumbers }: Pick<TrackResult, 'parameters' | 'frameNumbers'>,
): MeshSequence {
  const cameras = new Map(parameters.cameras.map((camera) => [camera.id, camera]));
  const indices = new Map(frameNumbers.map((frame, index) => [frame, index]));
  return {
    faces: head.faces,
    vertexCount: head.vertexCount,
    frameNumbers,
    cameraIds: [...cameras.keys()],
    camera: (id) => cameras.get(id)!,
    vertices: (frame) => worldVertices(head, parameters, indices.get(frame)!),
  };
}

/** The seven key points on a head model, or an error that says what it lacks. */
export function headKeyPoints({ name, landmarks68 }: HeadModel): SurfacePoints {
  const missing = keyPointsOf68.filter((index) => !landmarks68 || landmarks68.faces[index] < 0);
  if (!landmarks68 || missing.length > 0) {
    throw new Error(
      `evaluation: head model ${name}: expected the landmarks ${keyPointsOf68.join(', ')} of the 68, got none of ${missing.join(', ')}.`,
    );
  }
  return {
    faces: Int32Array.from(keyPointsOf68, (index) => landmarks68.faces[index]),
    barycentric: Float32Array.from(
      keyPointsOf68.flatMap((index) => [...landmarks68.barycentric.subarray(index * 3, index * 3 + 3)]),
    ),
  };
}
