import { regionNames } from '../src/evaluation/transfer-regions.js';
import { type MeshSequence } from '../src/evaluation/mesh-sequence.js';
import { headKeyPoints } from '../src/evaluation/result-sequence.js';
import { ssme as createSsme } from '../src/evaluation/ssme.js';
import { type HeadModel } from '../src/flame/head-model.js';
import { poseHead } from '../src/flame/pose-head.js';
import { type Camera } from '../src/geometry/camera.js';
import { transformPoints } from '../src/geometry/rigid-transform.js';
import { rotationFromAxisAngle } from '../src/geometry/rotation.js';
import { loadHeadModel } from '../src/io/head-model-file.js';

/** A camera of Multiface's kind, the head filling its picture: some 600,000 pixels in regions. */
const camera: Camera = {
  id: '400002',
  width: 1334,
  height: 2048,
  K: Float64Array.of(5200, 0, 667, 0, 5200, 1024, 0, 0, 1),
  cameraFromWorld: Float64Array.of(1, 0, 0, 0, 0, -1, 0, 0, 0, 0, -1, 1.05, 0, 0, 0, 1),
  distortion: new Float64Array(5),
};

/** The open head, speaking and turning; `error` 0 is the truth. */
function speaking(head: HeadModel, frameCount: number, error: number): MeshSequence {
  return {
    faces: head.faces,
    vertexCount: head.vertexCount,
    frameNumbers: Array.from({ length: frameCount }, (_, t) => t),
    cameraIds: [camera.id],
    camera: () => camera,
    vertices: (t) => {
      const expression = new Float64Array(head.expression.count);
      expression[5] = 0.5 + 0.5 * Math.sin(t / 9);
      const jointPose = new Float64Array(head.parents.length * 3);
      jointPose[6] = 0.1 + 0.1 * Math.sin(t / 7);
      const shape = new Float64Array(head.shape.count).fill(0.3 * error);
      const turn = [0.05 * Math.sin(t / 11), 0.3 * Math.sin(t / 13) + 0.01 * error * Math.sin(t), 0];
      const pose = { rotation: rotationFromAxisAngle(turn), translation: new Float64Array(3) };
      return transformPoints(pose, poseHead(head, { shape, expression, jointPose }));
    },
  };
}

/** SSME of 90 frames of 2048x1334, 30 windows, five regions; no solver. */
export async function ssme(size: number): Promise<Record<string, unknown>> {
  const head = await loadHeadModel();
  const frames = Math.max(2, Math.round(90 * size));
  const keyPoints = headKeyPoints(head);
  const pair = {
    truth: speaking(head, frames, 0),
    prediction: speaking(head, frames, 1),
    regions: Object.fromEntries(regionNames.map((name) => [name, head.regions[name]])),
    keyPoints: { truth: keyPoints, prediction: keyPoints },
  };
  const [started, before] = [performance.now(), process.cpuUsage()];
  const { groups } = await createSsme().measure(pair);
  const used = process.cpuUsage(before);
  return {
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: (used.user + used.system) / 1e6,
    frames,
    face: groups.face,
  };
}
