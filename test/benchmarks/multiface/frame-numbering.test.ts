import { numberedByFrames, seenBy } from '../../../benchmarks/multiface/frame-numbering.js';
import { joinPair, type MeshSequence } from '../../../src/evaluation/mesh-sequence.js';
import { type Camera } from '../../../src/geometry/camera.js';

const camera = (frame: number): Camera => ({
  id: 'cam',
  width: 1334,
  height: 2048,
  K: Float64Array.of(4000, 0, 667 + frame, 0, 4000, 1024, 0, 0, 1),
  cameraFromWorld: new Float64Array(16),
  distortion: new Float64Array(5),
});
const numbered = (frameNumbers: number[]): MeshSequence => ({
  faces: Int32Array.of(0, 1, 2),
  vertexCount: 1,
  frameNumbers,
  cameraIds: ['cam', 'other'],
  camera: (_, frame) => camera(frame),
  vertices: (frame) => [frame, frame, frame],
});

test('three numbers are one frame, gaps stay gaps, and each frame keeps its mesh and camera', () => {
  const truth = numbered([102, 105, 111, 114]);
  const { truth: counted, prediction } = numberedByFrames({ truth, prediction: numbered([99, 102, 106, 111]) });
  expect(counted.frameNumbers).toEqual([0, 1, 3, 4]);
  expect(counted.frameNumbers.map((frame) => counted.vertices(frame)[0])).toEqual(truth.frameNumbers);
  expect(counted.camera('cam', 3).K[2]).toBe(667 + 111);
  expect(joinPair({ truth: counted, prediction })).toEqual({ frameNumbers: [0, 3], missing: [1, 4] });
});

test('numbers that count frames stay as they are but for the first', () => {
  const { truth } = numberedByFrames({ truth: numbered([7, 8, 9, 12]), prediction: numbered([7]) });
  expect(truth.frameNumbers).toEqual([0, 1, 2, 5]);
});

test('a sequence as one camera sees it in smaller pictures', () => {
  const seen = seenBy(numbered([0]), 'cam', { width: 667, height: 1024 });
  expect(seen.cameraIds).toEqual(['cam']);
  expect(seen.camera().K[0]).toBe(2000);
});
