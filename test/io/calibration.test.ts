import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Camera } from '../../src/geometry/camera.js';
import { projectPoints } from '../../src/geometry/project.js';
import { rotationFromAxisAngle } from '../../src/geometry/rotation.js';
import { formatCalibration, readCalibration, rescaleCamera } from '../../src/io/calibration.js';

const folder = mkdtempSync(join(tmpdir(), 'flowfit-calibration-'));
const R = rotationFromAxisAngle([0.3, -0.2, 0.1]);
const t = [0.1, -0.2, 1.5];
const rows = [0, 1, 2].map((row) => [...R.subarray(row * 3, row * 3 + 3), t[row]]);
/** OpenCV's numbers: the first pixel's centre at 0. */
const K = [
  [1000, 0, 319.5],
  [0, 1010, 239.5],
  [0, 0, 1],
];
const distortion = [0.1, -0.05, 0.001, 0.002, 0.01];

let count = 0;
function write(content: unknown, name = `${count++}.json`): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function expectCamera(camera: Camera, id: string, size: [number, number]): void {
  expect([camera.id, camera.width, camera.height]).toEqual([id, ...size]);
  [1000, 0, 320, 0, 1010, 240, 0, 0, 1].forEach((value, i) => expect(camera.K[i]).toBeCloseTo(value, 9));
  [...rows.flat(), 0, 0, 0, 1].forEach((value, i) => expect(camera.cameraFromWorld[i]).toBeCloseTo(value, 9));
}

const own = (change: object = {}, camera: object = {}) => ({
  format: 'flowfit-calibration/1',
  units: 'm',
  pixelCenter: 0,
  cameras: { cam0: { width: 640, height: 480, K, worldToCamera: rows, distortion, ...camera } },
  ...change,
});

describe('formats', () => {
  test('calib.json, and what is written of it', async () => {
    const cameras = await readCalibration(write(own()));
    expectCamera(cameras[0], 'cam0', [640, 480]);
    expect([...cameras[0].distortion]).toEqual(distortion);
    expect(await readCalibration(write(formatCalibration(cameras)))).toEqual(cameras);
  });

  test('calib.json in centimetres and millimetres', async () => {
    const scaled = (scale: number) => rows.map(([a, b, c, d]) => [a, b, c, d * scale]);
    for (const [units, scale] of [
      ['cm', 100],
      ['mm', 1000],
    ] as const) {
      const [camera] = await readCalibration(write(own({ units }, { worldToCamera: scaled(scale) })));
      expectCamera(camera, 'cam0', [640, 480]);
    }
  });

  test('NeRSemble: one K for all, or one each', async () => {
    const world_2_cam = { 222200036: [...rows, [0, 0, 0, 1]] };
    expectCamera((await readCalibration(write({ world_2_cam, intrinsics: K })))[0], '222200036', [2200, 3208]);
    const each = { world_2_cam, intrinsics: { 222200036: K }, width: 640, height: 480 };
    expectCamera((await readCalibration(write(each)))[0], '222200036', [640, 480]);
  });

  test('Multiface: millimetres', async () => {
    const lines = (values: number[][]) => values.map((row) => row.join(' ')).join('\n');
    const millimetres = rows.map(([a, b, c, d]) => [a, b, c, d * 1000]);
    const block = (id: string) => `${id}\n${lines(K)}\n${distortion.join(' ')}\n${lines(millimetres)}\n\n`;
    const cameras = await readCalibration(write(block('400002') + block('400004'), 'KRT'));
    expect(cameras.map(({ id }) => id)).toEqual(['400002', '400004']);
    expectCamera(cameras[0], '400002', [1334, 2048]);
  });

  describe('NeRF', () => {
    /** Camera to world, y up and z backward. */
    const transform = [0, 1, 2].map((axis) => {
      const column = [0, 1, 2].map((k) => rows[k][axis]);
      return [column[0], -column[1], -column[2], -column.reduce((sum, value, k) => sum + value * t[k], 0)];
    });
    const frame = { transform_matrix: [...transform, [0, 0, 0, 1]], file_path: 'images/00000_08.png' };
    const intrinsics = { w: 640, h: 480, fl_x: 1000, fl_y: 1010, cx: 320, cy: 240 };

    test('a picture is a camera', async () => {
      expectCamera((await readCalibration(write({ ...intrinsics, frames: [frame] })))[0], '00000_08', [640, 480]);
    });

    test('frames of one camera are one camera, if it stands still', async () => {
      const frames = [0, 1].map((timestep_index) => ({ ...frame, ...intrinsics, camera_id: 'front', timestep_index }));
      expect((await readCalibration(write({ frames }))).map(({ id }) => id)).toEqual(['front']);
      frames[1] = {
        ...frames[1],
        transform_matrix: [...transform.map((row) => [...row.slice(0, 3), row[3] + 1]), [0, 0, 0, 1]],
      };
      await expect(readCalibration(write({ frames }))).rejects.toThrow(
        /camera front: expected a camera that stands still/,
      );
    });

    test('the focal length from the angle of view', async () => {
      const angles = { w: 640, h: 480, camera_angle_x: 2 * Math.atan(0.32), camera_angle_y: 2 * Math.atan(240 / 1010) };
      expectCamera((await readCalibration(write({ ...angles, frames: [frame] })))[0], '00000_08', [640, 480]);
    });
  });

  test('OpenCV YAML and JSON', async () => {
    const matrix = (name: string, values: number[], columns: number) =>
      `${name}: !!opencv-matrix\n   rows: ${values.length / columns}\n   cols: ${columns}\n   dt: d\n   data: [ ${values.join(',\n       ')} ]\n`;
    const yaml = `%YAML:1.0\n---\nimage_width: 640\nimage_height: 480\n${matrix('camera_matrix', K.flat(), 3)}${matrix('distortion_coefficients', distortion, 5)}${matrix('R', [...R], 3)}${matrix('T', t, 1)}`;
    const [camera] = await readCalibration(write(yaml, 'front.yml'));
    expectCamera(camera, 'front', [640, 480]);
    expect([...camera.distortion]).toEqual(distortion);
    const ros = `image_width: 640\nimage_height: 480\ncamera_name: left_01\ncamera_matrix:\n  rows: 3\n  cols: 3\n  data: [${K.flat().join(', ')}]\n`;
    expect((await readCalibration(write(ros, 'ros.yaml')))[0]).toMatchObject({ id: 'left_01', width: 640 });
    const opencv = (data: number[]) => ({ type_id: 'opencv-matrix', rows: 3, cols: data.length / 3, dt: 'd', data });
    const json = { image_size: [640, 480], camera_matrix: opencv(K.flat()), rvec: [0.3, -0.2, 0.1], tvec: opencv(t) };
    expectCamera((await readCalibration(write(json, 'back.json')))[0], 'back', [640, 480]);
    const stereo = { image_size: [640, 480], M1: K, D1: distortion, M2: K, D2: distortion, R: [...R], T: t };
    const [left, right] = await readCalibration(write(stereo));
    expect([left.id, left.cameraFromWorld[0]]).toEqual(['left', 1]);
    expectCamera(right, 'right', [640, 480]);
  });

  test('COLMAP: pictures with and without folders', async () => {
    const angle = Math.hypot(0.3, -0.2, 0.1);
    const half = Math.sin(angle / 2) / angle;
    const pose = [Math.cos(angle / 2), 0.3 * half, -0.2 * half, 0.1 * half, ...t].join(' ');
    mkdirSync(join(folder, 'sparse'));
    write('# cameras\n3 OPENCV 640 480 1000 1010 320 240 0.1 -0.05 0.001 0.002\n', 'sparse/cameras.txt');
    write(`# images\n1 ${pose} 3 cam0/0001.png\n10 20 -1 30 40 5\n2 ${pose} 3 alone.jpg\n\n`, 'sparse/images.txt');
    const cameras = await readCalibration(join(folder, 'sparse'));
    expect(cameras.map(({ id }) => id)).toEqual(['cam0', 'alone']);
    expectCamera(cameras[0], 'cam0', [640, 480]);
    expect([...cameras[0].distortion]).toEqual([0.1, -0.05, 0.001, 0.002, 0]);
  });
});

describe('refused', () => {
  const mirrored = rows.map(([a, b, c, d]) => [-a, b, c, d]);
  const sheared = rows.map(([a, b, c, d]) => [a + 0.001 * b, b, c, d]);

  test.each([
    ['a rotation that is not orthonormal', own({}, { worldToCamera: sheared }), /camera cam0: expected an orthonormal/],
    ['a mirror', own({}, { worldToCamera: mirrored }), /camera cam0: expected a rotation of determinant \+1/],
    ['no number', own({}, { K: [[1, 0, null], [0, 1, 0], [0, 0, 1]] }), /camera cam0: K: expected finite numbers, got null at 2/], // prettier-ignore
    ['too few numbers', own({}, { worldToCamera: rows.slice(1) }), /expected 12 or 16 numbers, got 8/],
    ['a negative focal length', own({}, { K: [[-1, 0, 0], [0, 1, 0], [0, 0, 1]] }), /with fx, fy > 0/], // prettier-ignore
    ['no size', own({}, { width: undefined }), /expected width and height in pixels/],
    [
      'rational distortion',
      own({}, { distortion: [0, 0, 0, 0, 0, 0.1] }),
      /expected the distortion k1, k2, p1, p2, k3, got 6/,
    ],
    ['other units', own({ units: 'inch' }), /expected units m, cm or mm, got "inch"/],
    ['another pixel convention', own({ pixelCenter: 1 }), /expected pixelCenter 0 or 0\.5, got 1/],
    ['a newer format', own({ format: 'flowfit-calibration/7' }), /expected the format flowfit-calibration\/1/],
    ['no cameras', own({ cameras: {} }), /expected at least one camera, got none/],
    ['another document', { hello: 1 }, /expected a calibration \(calib\.json/],
    ['no document', 'hello', /expected a calibration \(calib\.json/],
  ])('%s', async (_, content, message) => {
    const path = write(content);
    await expect(readCalibration(path)).rejects.toThrow(message);
    await expect(readCalibration(path)).rejects.toThrow(path);
  });

  test('a file that is not there', async () => {
    await expect(readCalibration(join(folder, 'none.json'))).rejects.toThrow(/there is no such file/);
  });
});

describe('pictures of another size', () => {
  test('K follows when the aspect agrees', async () => {
    const [camera] = await readCalibration(write(own()));
    const point = [0.1, 0.2, 0.3];
    const [x, y] = projectPoints(point, camera).pixels;
    const [u, v] = projectPoints(point, rescaleCamera(camera, 1280, 960)).pixels;
    expect([u, v]).toEqual([expect.closeTo(2 * x, 6), expect.closeTo(2 * y, 6)]);
    expect(rescaleCamera(camera, 213, 160).width).toBe(213);
    expect(() => rescaleCamera(camera, 640, 640)).toThrow(
      'camera cam0: expected pictures of 640 x 480 or its aspect, got 640 x 640.',
    );
  });
});
