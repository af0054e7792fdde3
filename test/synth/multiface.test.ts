import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { interpolateSurface } from '../../src/geometry/interpolate-surface.js';
import { faceAreas } from '../../src/geometry/mesh.js';
import { rotationDefect } from '../../src/geometry/rotation.js';
import { readCalibration, rescaleCamera } from '../../src/io/calibration.js';
import { readMesh } from '../../src/io/mesh-file.js';
import { parseResult } from '../../src/io/result-file.js';
import { createMultifacePeople } from '../../src/synth/multiface-people.js';
import { createRandom } from '../../src/synth/random.js';
import { createMotion } from '../../src/synth/motion.js';
import { PERFORMANCES } from '../../src/synth/performances.js';
import { trackedSurface } from '../../src/synth/tracked-surface.js';
import { entityFolder, writeMultifacePerson } from '../../src/synth/write-multiface.js';
import { createTinyHead } from '../fixtures/tiny-head.js';

const head = createTinyHead();
const options = { head, skins: [], seed: 3, people: 2, sequences: 2, frames: 6, width: 48, height: 74 };
const people = createMultifacePeople(options);
const surface = trackedSurface(head, 'dual');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowfit-multiface-'));
  for (const person of people) await writeMultifacePerson(folder, person, { head, surface });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('the files hold the head where it really is, seen by the calibrated camera', async () => {
  for (const { entity, takes } of people) {
    const home = join(folder, entityFolder(entity));
    const cameras = await readCalibration(join(home, 'KRT'));
    for (const { segment, cameraId, synthetic, hasMesh, hasImage } of takes) {
      const { truth } = synthetic;
      const camera = rescaleCamera(
        cameras.find(({ id }) => id === cameraId)!,
        48,
        74,
      );
      camera.K.forEach((value, i) => expect(value).toBeCloseTo(truth.cameras[0].K[i], 6));
      camera.cameraFromWorld.forEach((value, i) => expect(value).toBeCloseTo(truth.cameras[0].cameraFromWorld[i], 6));
      expect(await readdir(join(home, 'images', segment, cameraId))).toHaveLength(hasImage.reduce((a, b) => a + b));
      const meshes = join(home, 'tracked_mesh', segment);
      expect(await readdir(meshes)).toHaveLength(3 * hasMesh.reduce((a, b) => a + b));
      const frame = hasMesh.lastIndexOf(1);
      const name = String(truth.frameNumbers[frame]).padStart(6, '0');
      const transform = (await readFile(join(meshes, `${name}_transform.txt`), 'utf8')).trim().split(/\s+/).map(Number);
      expect(transform).toHaveLength(12);
      expect(rotationDefect([0, 1, 2, 4, 5, 6, 8, 9, 10].map((i) => transform[i]))).toBeLessThan(1e-6);
      const bytes = await readFile(join(meshes, `${name}.bin`));
      const inHead = Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(i * 4));
      const mesh = await readMesh(join(meshes, `${name}.obj`));
      expect([...mesh.faces]).toEqual([...surface.faces]);
      mesh.vertices.forEach((value, i) => expect(value).toBeCloseTo(inHead[i], 3));
      const real = interpolateSurface(truth.vertices(frame), 3, head.faces, surface.points);
      for (let v = 0; v < real.length; v += 3) {
        for (let row = 0; row < 3; row++) {
          const [a, b, c, t] = transform.slice(row * 4);
          const world = (a * inHead[v] + b * inHead[v + 1] + c * inHead[v + 2] + t) / 1000;
          expect(world).toBeCloseTo(real[v + row], 6);
        }
      }
    }
  }
});

test('frames are numbered by the clock of the capture, some are missing', async () => {
  for (const [p, { entity, takes }] of people.entries()) {
    const list = await readFile(join(folder, entityFolder(entity), 'frame_list.txt'), 'utf8');
    for (const { segment, synthetic, hasMesh, hasImage } of takes) {
      const { frameNumbers, times } = synthetic.truth;
      expect(frameNumbers[1] - frameNumbers[0]).toBe(p === 0 ? 3 : 1);
      expect(times[1] - times[0]).toBeCloseTo(1 / 30, 9);
      expect([hasMesh, hasImage].map((marks) => marks.filter((mark) => !mark).length)).toEqual([1, 1]);
      frameNumbers.forEach((number, f) => {
        expect(list.includes(`${segment} ${String(number).padStart(6, '0')}\n`)).toBe(hasMesh[f] === 1);
      });
      const truth = parseResult(await readFile(join(folder, 'truth', entity, `${segment}.npz`)));
      expect(truth.frameNumbers).toEqual(frameNumbers);
    }
  }
});

test('a person keeps shape and place over the takes, cameras stay within 60 and 35 degrees', () => {
  const [first, second] = people.map(({ takes }) => takes.map(({ synthetic }) => synthetic.truth));
  expect(first[1].shape).toEqual(first[0].shape);
  expect(second[0].shape).not.toEqual(first[0].shape);
  expect(first[1].headRotation).not.toEqual(first[0].headRotation);
  for (const { cameraFromWorld: m } of people.flatMap(({ cameras }) => cameras)) {
    // The optical axis in the world, whose axes are the resting head's.
    const [x, y, z] = [m[8], m[9], m[10]];
    expect(Math.abs(Math.atan2(x, -z))).toBeLessThan((60.01 * Math.PI) / 180);
    expect(Math.abs(Math.asin(y))).toBeLessThan((35.01 * Math.PI) / 180);
  }
});

test("the tracked mesh is the skin alone: the head's own triangles, or the dual's", () => {
  const own = trackedSurface(head, 'own');
  const kept = interpolateSurface(head.template, 3, head.faces, own.points);
  expect(own.points.faces).toHaveLength(head.regions.skin.filter(Boolean).length);
  const area = (vertices: ArrayLike<number>, faces: ArrayLike<number>) =>
    faceAreas(vertices, faces).reduce((a, b) => a + b);
  const dual = area(interpolateSurface(head.template, 3, head.faces, surface.points), surface.faces);
  // Chords cut the corners of this coarse ellipsoid.
  expect(dual / area(kept, own.faces)).toBeGreaterThan(0.9);
  expect(dual / area(kept, own.faces)).toBeLessThan(1);
  expect(own.faces.length / 3).toBeLessThan(head.faces.length / 3);
});

test('a performance goes from rest to its peak and back', () => {
  const named = { ...head, expression: { ...head.expression, names: ['mouthSmile', 'cheekPuff'] } };
  const times = Array.from({ length: 31 }, (_, f) => f / 30);
  const motion = createMotion(named, createRandom(1), times, { performance: PERFORMANCES[0] });
  const puff = times.map((_, f) => motion.expression[f * head.expression.count + 1]);
  expect([puff[0], puff[30]]).toEqual([0, 0]);
  expect(Math.max(...puff)).toBeCloseTo(1, 6);
});
