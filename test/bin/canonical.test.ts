import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { renderCanonicalMap } from '../../src/canonical/render-canonical-map.js';
import { headFromCube, templateCube, templateEmbedding } from '../../src/canonical/template-cube.js';
import { createNearestSurfacePoint } from '../../src/geometry/nearest-surface-point.js';
import { type HeadModel } from '../../src/flame/head-model.js';
import { formatPointCloud } from '../../src/io/mesh/point-cloud.js';
import { formatMap } from '../../src/io/canonical/map-file.js';
import { loadHeadModel } from '../../src/io/head-model-file.js';
import { parsePly } from '../../src/io/mesh/ply.js';
import { createSyntheticSequence } from '../../src/synth/synthetic-sequence.js';
import { formatTruth, writeSequence } from '../../src/synth/write-sequence.js';
import { canonicaliseFile } from '../../src/track/canonical/canonicalise.js';
import { evaluateInput } from '../../src/track/canonical/evaluate.js';
import { matchPictures } from '../../src/track/canonical/match.js';
import { queryPoints, selectRegions } from '../../src/track/canonical/query.js';
import { triangulateInput } from '../../src/track/canonical/triangulate.js';
import { parseNpz } from '../../src/tensor/npz.js';
import { expectOneSentence, runFlowfit } from '../fixtures/run-command.js';

let folder: string;
let head: HeadModel;
const at = (...parts: string[]) => join(folder, ...parts);
const run = (...args: string[]) => runFlowfit(['canonical', ...args], { cwd: folder });
const last = ({ stdout }: { stdout: string }) => JSON.parse(stdout.trim().split('\n').at(-1)!);

/** A capture of the open head by three cameras with exact maps beside it, and its first frame as photographs. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowfit-canonical-'));
  head = await loadHeadModel();
  const synthetic = createSyntheticSequence({ head, frames: 3, cameras: 3, width: 128, height: 160, seed: 3 });
  const { truth } = synthetic;
  await writeSequence(at('capture'), synthetic, head);
  await writeFile(at('capture', 'result.npz'), formatTruth(truth, head));
  const embedding = templateEmbedding(head, head);
  await Promise.all(['maps', 'photos', 'photo-maps'].map((name) => mkdir(at(name))));
  for (const camera of truth.cameras) {
    await mkdir(at('maps', camera.id));
    for (let f = 0; f < 3; f++) {
      const mesh = { vertices: truth.vertices(f), faces: head.faces, embedding };
      const map = formatMap(renderCanonicalMap(mesh, camera));
      await writeFile(at('maps', camera.id, `${f}.npz`), map);
      if (f > 0) continue;
      await writeFile(at('photo-maps', `${camera.id}.npz`), map);
      await writeFile(
        at('photos', `${camera.id}.jpg`),
        await readFile(at('capture', 'images', camera.id, '000000.jpg')),
      );
    }
  }
}, 60000);
afterAll(() => rm(folder, { recursive: true }));

// Several processes a test, on a busy machine.
jest.setTimeout(180000);

const photos = ['cam0', 'cam1', 'cam2'].map((id) => join('photos', `${id}.jpg`));

test('match and warp: files, and a summary that agrees with them', async () => {
  const [matched, warped] = await Promise.all([
    run('match', photos[0], photos[1], '--maps', 'photo-maps', '--out', 'm', '--json'),
    run('warp', photos[0], photos[1], '--maps', 'photo-maps', '--out', 'w', '--json'),
  ]);
  expect([matched.code, warped.code]).toEqual([0, 0]);
  const summary = last(matched);
  const file = parseNpz(await readFile(at('m', 'matches.npz')));
  expect(file.first.shape).toEqual([summary.matches, 2]);
  expect(summary.matches).toBeGreaterThan(0.4 * summary.foreground[0]);
  expect(summary.medianDistance).toBeLessThan(0.01);
  expect(await sharp(at('m', 'matches.png')).metadata()).toMatchObject({ width: 256, height: 160 });
  expect(await sharp(at('w', 'warped.png')).metadata()).toMatchObject({ width: 128, height: 160 });
  expect(last(warped).covered).toBe(summary.foreground[1]);
});

test('query and select: what one picture shows is found in the others', async () => {
  const map = parseNpz(await readFile(at('photo-maps', 'cam1.npz')));
  const values = map.canonical.data as Float32Array;
  const cell = 70 * 128 + 64;
  await writeFile(at('points.json'), JSON.stringify({ nose: { 'cam1.jpg': [64.5, 70.5] } }));
  const painted = Buffer.alloc(128 * 160);
  for (let row = 60; row < 80; row++) painted.fill(255, row * 128 + 54, row * 128 + 74);
  await sharp(painted, { raw: { width: 128, height: 160, channels: 1 } })
    .png()
    .toFile(at('painted.png'));
  const [queried, selected] = await Promise.all([
    run('query', ...photos, '--points', 'points.json', '--maps', 'photo-maps', '--out', 'q', '--json'),
    run('select', ...photos, '--selection', 'cam1.jpg=painted.png', '--maps', 'photo-maps', '--out', 's', '--json'),
  ]);
  expect([queried.code, selected.code]).toEqual([0, 0]);
  const { nose } = last(queried).points;
  nose.canonical.forEach((value: number, a: number) => expect(value).toBeCloseTo(values[cell * 3 + a], 6));
  expect(nose.found.cam1.x).toBeCloseTo(64.5, 1);
  expect(nose.found.cam0.distance).toBeLessThan(0.02);
  expect(JSON.parse(await readFile(at('q', 'points.json'), 'utf8'))).toEqual(last(queried).points);
  const { pixels } = last(selected);
  expect(Math.abs(pixels.cam1 - 400)).toBeLessThan(120);
  expect(pixels.cam0).toBeGreaterThan(50);
  const { dominant } = await sharp(at('s', 'cam1-region.png')).stats();
  expect(dominant.r).toBeLessThan(40);
});

test('triangulate, canonicalise and evaluate: a cloud on the head, at its canonical place, with small errors', async () => {
  const [cloud, figures] = await Promise.all([
    run(
      'triangulate',
      'capture',
      '--cams',
      'capture/calib.json',
      '--maps',
      'maps',
      '--frames',
      '1',
      '--downsample',
      '2',
      '--out',
      't',
      '--json',
    ),
    run('evaluate', 'capture', '--maps', 'maps', '--margins', '1,2', '--pairs', '1', '--out', 'e', '--json'),
  ]);
  expect([cloud.code, figures.code]).toEqual([0, 0]);
  expect(last(cloud).clouds).toMatchObject([{ frame: 1 }]);
  const placed = await run(
    'canonicalise',
    't/cloud_000001.ply',
    '--result',
    'capture',
    '--frame',
    '1',
    '--to',
    'cube',
    '--out',
    'c.ply',
    '--json',
  );
  expect(placed.code).toBe(0);
  expect(last(placed).points).toBe(last(cloud).clouds[0].points);
  expect(last(placed).medianDistance).toBeLessThan(0.001);
  const { vertices } = parsePly(await readFile(at('c.ply')), 'c.ply');
  const near = createNearestSurfacePoint(head.template, head.faces)(headFromCube(vertices, templateCube(head)));
  expect(near.distances.slice().sort()[near.distances.length >> 1]).toBeLessThan(0.001);
  const epe = last(figures).rows.filter((row: { figure: string }) => row.figure === 'epe');
  expect(epe.map((row: { group: string }) => row.group)).toEqual(['margin 1', 'margin 2', 'margin 1', 'margin 2']);
  expect(epe[0].value).toBeLessThan(0.3);
  expect(await readFile(at('e', 'figures.csv'), 'utf8')).toContain('cce,margin 2,median');
});

test('wrong options are refused with exit code 1 and one sentence', async () => {
  const cases: [string[], RegExp][] = [
    [['match', photos[0], photos[1], '--cycle', '-1'], /--cycle: expected a number of at least 0, got -1/],
    [['select', ...photos, '--selection', 'cam1'], /--selection: expected picture=mask, got 'cam1'/],
    [['evaluate', 'capture', '--margins', 'two'], /--margins: expected whole numbers above 0/],
  ];
  const outcomes = await Promise.all(cases.map(([args]) => run(...args)));
  outcomes.forEach((outcome, i) => {
    expect(outcome.code).toBe(1);
    expectOneSentence(outcome, cases[i][1]);
    expect(outcome.stdout).toBe('');
  });
});

describe('wrong input is refused with one sentence', () => {
  const pictures = () => photos.map((photo) => at(photo)) as [string, string, string];
  const options = (maps = 'photo-maps') => ({ maps: at(maps), out: at('nothing') });
  const match = (first: string, second: string, maps?: string) => matchPictures([first, second], {}, options(maps));

  test('pictures and their maps', async () => {
    const [first, second] = pictures();
    await writeFile(at('broken.onnx'), 'not a network');
    await expect(match(first, at('gone.jpg'))).rejects.toThrow(/gone\.jpg: there is no such file/);
    await expect(match(first, first)).rejects.toThrow("expected pictures of different names, got 'cam0' twice.");
    await expect(match(first, second, 'photo-maps/cam0.npz')).rejects.toThrow('files of 2 pictures, got a file.');
    await expect(match(first, second, 'maps')).rejects.toThrow("expected a file 'cam0' (npz, npy, png), got none.");
    await expect(match(first, second, 'broken.onnx')).rejects.toThrow('expected an ONNX network, got something else.');
  });

  test('annotations and selections', async () => {
    await writeFile(at('bad.json'), '{"nose": [1, 2]}');
    await writeFile(at('far.json'), '{"nose": {"cam1.jpg": [1, 2]}}');
    await writeFile(at('other.json'), '{"nose": {"cam9.jpg": [1, 2]}}');
    const query = (file: string) => queryPoints(pictures(), at(file), {}, options());
    await expect(query('bad.json')).rejects.toThrow("expected 'nose' as an object from picture to [x, y]");
    await expect(query('far.json')).rejects.toThrow('nose: expected annotation 1 on the foreground, got (1, 2)');
    await expect(query('other.json')).rejects.toThrow("one of the pictures cam0, cam1, cam2, got 'cam9.jpg'.");
    await sharp(Buffer.alloc(9), { raw: { width: 3, height: 3, channels: 1 } })
      .png()
      .toFile(at('small.png'));
    const selection = [{ picture: 'cam1', mask: at('small.png') }];
    await expect(selectRegions(pictures(), selection, {}, options())).rejects.toThrow('expected a mask of 128 x 160');
  });

  test('captures and results', async () => {
    const one = { ...options('maps'), input: at('capture', 'images', 'cam0'), cams: at('capture', 'calib.json') };
    await expect(triangulateInput(one)).rejects.toThrow('expected at least two calibrated cameras, got 1.');
    const bare = { ...options('maps'), input: at('photos'), margins: [1], pairs: 1 };
    await expect(evaluateInput(bare)).rejects.toThrow('expected a ground truth');
    await expect(evaluateInput({ ...bare, input: at('capture'), margins: [50] })).rejects.toThrow(
      'expected frames 50 apart',
    );
    await writeFile(at('points.ply'), formatPointCloud([0, 0, NaN]));
    const file = {
      points: at('points.ply'),
      result: at('capture'),
      to: 'neutral' as const,
      out: at('x.ply'),
      frame: 7,
    };
    await expect(canonicaliseFile(file)).rejects.toThrow('expected finite points, got point 0 with NaN.');
    await writeFile(at('points.ply'), formatPointCloud([0, 0, 0]));
    await expect(canonicaliseFile(file)).rejects.toThrow('expected a frame 7, got none of that number.');
  });
});
