import { chamfer } from '../../../src/evaluation/chamfer.js';
import { joinPair, type MeshPair } from '../../../src/evaluation/mesh-sequence.js';
import { ssme } from '../../../src/evaluation/ssme.js';
import { type CheckCase, figureOf } from './case.js';
import { withVertices } from './mesh-changes.js';
import { pairOf } from './scene.js';

/** The complaint of every metric about a pair that none may measure. */
async function complaints(pair: MeshPair): Promise<string[]> {
  return Promise.all(
    [ssme(), chamfer()].map((metric) =>
      metric.measure(pair).then(
        () => '',
        (error: Error) => error.message,
      ),
    ),
  );
}

function refused(messages: string[], pattern: RegExp) {
  return { passed: messages.every((message) => pattern.test(message)), detail: messages[0] || 'a number', figures: {} };
}

/** One vertex that is not a number: an error that says where. */
const nan: CheckCase = {
  name: 'nan',
  async run(scene) {
    const wrong = scene.perfect.frameNumbers[5];
    const prediction = withVertices(scene.perfect, (vertices, frame) => {
      const result = Float64Array.from(vertices);
      if (frame === wrong) result[300] = NaN;
      return result;
    });
    return refused(await complaints(pairOf(scene, 'dual', { prediction })), /frame 5: expected finite vertices/);
  },
};

/** A prediction that lacks frames: they are counted, and the others measured as before. */
const missingFrames: CheckCase = {
  name: 'missing-frames',
  async run(scene) {
    const { frameNumbers } = scene.perfect;
    const kept = frameNumbers.filter((_, f) => f < 10 || f >= 15);
    const pair = pairOf(scene, 'dual', { prediction: { ...scene.perfect, frameNumbers: kept } });
    const lost = frameNumbers.length - kept.length;
    const [{ missing }, measurement] = [joinPair(pair), await ssme().measure(pair)];
    const ssmePx = figureOf(measurement, 'face', 'ssme');
    const passed = missing.length === lost && ssmePx < 0.1;
    const figures = { missing: missing.length, ssmePx };
    return { passed, detail: `${missing.length} of ${lost} counted, the rest measured`, figures };
  },
};

/** No frame in common: an error. */
const zeroInCommon: CheckCase = {
  name: 'zero-in-common',
  async run(scene) {
    const { frameNumbers, vertices, camera } = scene.perfect;
    const prediction = {
      ...scene.perfect,
      frameNumbers: frameNumbers.map((frame) => frame + 1000),
      vertices: (frame: number) => vertices(frame - 1000),
      camera: (id: string, frame: number) => camera(id, frame - 1000),
    };
    return refused(await complaints(pairOf(scene, 'dual', { prediction })), /expected frames in common/);
  },
};

/** Cases without a number: an error or a counted gap. */
export const gaps: CheckCase[] = [nan, missingFrames, zeroInCommon];
