import { chamfer } from '../../../src/evaluation/chamfer.js';
import { diagnosePair } from '../../../src/evaluation/diagnose-pair.js';
import { type MeshPair } from '../../../src/evaluation/mesh-sequence.js';
import { type EvaluationWarning } from '../../../src/evaluation/metric.js';
import { ssme } from '../../../src/evaluation/ssme.js';
import { poseAt } from '../../../src/fitting/initialise.js';
import { type CaseOutcome, type CheckCase, figureOf, short } from './case.js';
import { alongNormals, mirrored, shuffled, withVertices } from './mesh-changes.js';
import { type CheckScene, pairOf } from './scene.js';

/** A tracker that is a little wrong: half a millimetre too fat. */
const usualError = 0.0005;
/** A mistake must cost so many times what the same tracker costs without it. */
const leastRatio = 10;

const metrics = { ssme: ssme(), cd: chamfer() };

/** The figure of the face that a mistake has no right to leave small, and the warning that must name it. */
function mistake(
  warning: EvaluationWarning['name'],
  metric: keyof typeof metrics,
  change: (scene: CheckScene, pair: MeshPair) => MeshPair,
): CheckCase {
  return {
    name: warning,
    async run(scene): Promise<Omit<CaseOutcome, 'name'>> {
      const right = pairOf(scene, 'dual', { prediction: alongNormals(scene.perfect, usualError) });
      const wrong = change(scene, right);
      const figure = async (pair: MeshPair) => figureOf(await metrics[metric].measure(pair), 'face', metric);
      const [usual, mistaken] = [await figure(right), await figure(wrong)];
      const named = diagnosePair(wrong).map(({ name }) => name);
      const ratio = mistaken / usual;
      const passed = ratio > leastRatio && named.includes(warning) && diagnosePair(right).length === 0;
      const growth = `${metric} ${short(usual)} to ${short(mistaken)}, times ${short(ratio)}`;
      return {
        passed,
        detail: `${growth}; warns of ${named.join(', ') || 'nothing'}`,
        figures: { usual, mistaken, ratio },
      };
    },
  };
}

const shuffledFrames = mistake('shuffled-frames', 'ssme', (_, pair) => ({
  ...pair,
  prediction: shuffled(pair.prediction),
}));

/** The prediction as the capture's other camera sees it. */
const wrongCamera = mistake('wrong-camera', 'ssme', ({ otherCamera }, pair) => ({
  ...pair,
  prediction: { ...pair.prediction, camera: () => otherCamera },
}));

const wrongUnit = mistake('wrong-unit', 'cd', (_, pair) => ({
  ...pair,
  prediction: withVertices(pair.prediction, (vertices) => Float64Array.from(vertices, (value) => 1000 * value)),
}));

const mirroredMesh = mistake('mirrored-mesh', 'ssme', ({ take }, pair) => {
  const { truth } = take.synthetic;
  return { ...pair, prediction: mirrored(pair.prediction, (frame) => poseAt(truth, frame)) };
});

/** Mistakes in what is compared: figures that are plainly wrong, and a warning that says why. */
export const mistakes: CheckCase[] = [shuffledFrames, wrongCamera, wrongUnit, mirroredMesh];
