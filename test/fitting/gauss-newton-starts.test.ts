import { alignmentEnergy } from '../../src/energies/alignment.js';
import { modelPrior } from '../../src/energies/model-prior.js';
import { gaussNewton } from '../../src/fitting/gauss-newton/gauss-newton.js';
import { neutralParameters } from '../../src/fitting/parameters.js';
import { type Problem, type Stage } from '../../src/fitting/problem.js';
import { multiplyRotations, rotationFromAxisAngle } from '../../src/geometry/rotation.js';
import { seeded } from '../fixtures/seeded.js';
import { createAlignment, createArc, createMotion, vertexRms } from '../fixtures/synthetic-fit.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const head = createTinyHead();
const startCount = 60;
const pose: Stage = { name: 'pose', free: ['headPose'], maxSteps: 20, tolerance: 1e-2 };
const all: Stage = { name: 'all', free: ['headPose', 'shape', 'expression'], maxSteps: 30, tolerance: 1e-6 };

/** A frame in two cameras, from its own seed, and a start up to 90 degrees and 10 cm away from its truth. */
function createStart(seed: number) {
  const random = seeded(seed);
  const cameras = createArc(2);
  const truth = createMotion(head, cameras, 1, { seed, rest: 0.1 });
  const alignment = createAlignment(head, truth, { points: head.landmarks478, noise: 0.5, seed });
  const problem: Problem = {
    head,
    terms: [alignmentEnergy(alignment, head), modelPrior(head, { weight: 0.1 })],
    times: alignment.times,
    cameras,
    offsetVertices: new Int32Array(0),
    freeJoints: new Uint8Array(head.parents.length),
    freeCameras: new Uint8Array(2),
    focalGroups: new Int32Array(2).fill(-1),
  };
  const start = neutralParameters(head, cameras, 1);
  const axis = [random() - 0.5, random() - 0.5, random() - 0.5];
  const angle = (random() * Math.PI) / 2 / Math.hypot(...axis);
  const turn = rotationFromAxisAngle(axis.map((x) => x * angle));
  start.headRotation.set(multiplyRotations(truth.headRotation, turn));
  truth.headTranslation.forEach((x, i) => (start.headTranslation[i] = x + (random() - 0.5) * 0.2));
  return { problem, truth, start };
}

test(`${startCount} starts up to 90 degrees away all come home`, async () => {
  const solver = gaussNewton();
  for (let seed = 1; seed <= startCount; seed++) {
    const { problem, truth, start } = createStart(seed);
    const turned = await solver.solve(problem, start, pose);
    const { status, parameters } = await solver.solve(problem, turned.parameters, all);
    expect([seed, status]).toEqual([seed, 'converged']);
    expect(1000 * vertexRms(head, parameters, truth)).toBeLessThan(1.5);
  }
});
