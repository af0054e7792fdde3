import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSequence } from '../../src/io/open-sequence.js';

const present = spawnSync('ffmpeg', ['-version']).status === 0;
if (!present) console.log('ffmpeg is not on the PATH: video input is not tested.');
const describeWithFfmpeg = present ? describe : describe.skip;

const root = mkdtempSync(join(tmpdir(), 'flowfit-video-'));

/** A video whose frame n has the grey 10 n + 10 on the left half. */
function video(name: string, frames: number, rate = 30, extra: string[] = []): string {
  const path = join(root, name);
  mkdirSync(join(path, '..'), { recursive: true });
  const source = `nullsrc=s=64x48:r=${rate},geq=lum='if(lt(X,32),10*N+10,0)':cb=128:cr=128`;
  const args = ['-v', 'error', '-y', '-f', 'lavfi', '-i', source, '-frames:v', String(frames), ...extra];
  execFileSync('ffmpeg', [...args, '-c:v', 'mpeg4', '-q:v', '2', '-pix_fmt', 'yuv420p', path]);
  return path;
}

/** Left half's luma, as the encoder meant it, to the nearest ten. */
async function tag(sequence: Awaited<ReturnType<typeof openSequence>>, frame: number, view = 0) {
  const image = await sequence.read(frame, view);
  return image && Math.round(((image.data[(20 * image.width + 10) * 3] * 219) / 255 + 16) / 10) - 1;
}

describeWithFfmpeg('a video', () => {
  test('every frame once, in order, backwards, again, with gaps and at once', async () => {
    const sequence = await openSequence(video('one.mp4', 20));
    expect([sequence.cameraIds, sequence.frameCount]).toEqual([['one'], 20]);
    expect(sequence.imageSizes).toEqual([{ width: 64, height: 48 }]);
    expect(sequence.times[3]).toBeCloseTo(0.1, 9);
    const tags: (number | undefined)[] = [];
    for (let frame = 0; frame < 20; frame++) tags.push(await tag(sequence, frame));
    expect(tags.slice(1)).toEqual(Array.from({ length: 19 }, (_, i) => i + 1));
    expect(await tag(sequence, 4)).toBe(4);
    expect(await tag(sequence, 4)).toBe(4);
    expect(await tag(sequence, 13)).toBe(13);
    expect(await Promise.all([9, 7, 12].map((frame) => tag(sequence, frame)))).toEqual([9, 7, 12]);
    await sequence.close();
  });

  test('a part of it', async () => {
    const sequence = await openSequence(video('part.mp4', 12), { frames: { start: 2, stop: 11, step: 3 } });
    expect(sequence.frameNumbers).toEqual([2, 5, 8]);
    expect(await tag(sequence, 2)).toBe(8);
    await sequence.close();
  });

  test('closing in the middle ends ffmpeg', async () => {
    const sequence = await openSequence(video('close.mp4', 20));
    await sequence.read(0, 0);
    await sequence.close();
    expect(await tag(sequence, 5)).toBe(5);
    await sequence.close();
  });

  test('rotation is applied', async () => {
    const path = video('turned.mp4', 3);
    const bytes = readFileSync(path);
    const matrix = bytes.indexOf('tkhd') + 44;
    [0, 1 << 16, 0, -1 << 16, 0, 0, 48 << 16, 0].forEach((value, i) => bytes.writeInt32BE(value, matrix + i * 4));
    writeFileSync(path, bytes);
    const sequence = await openSequence(path);
    expect(sequence.imageSizes).toEqual([{ width: 48, height: 64 }]);
    expect(await sequence.read(0, 0)).toMatchObject({ width: 48, height: 64 });
    await sequence.close();
  });

  test('one video per camera; rates must agree', async () => {
    video('rig/left.mp4', 6);
    video('rig/right.mp4', 4);
    const sequence = await openSequence(join(root, 'rig'));
    expect([sequence.cameraIds, sequence.frameCount]).toEqual([['left', 'right'], 6]);
    expect(sequence.warnings).toEqual(['camera right: 2 of 6 frames are missing, the first is 4.']);
    expect(await tag(sequence, 3, 1)).toBe(3);
    expect(await sequence.read(5, 1)).toBeUndefined();
    await sequence.close();
    video('rates/left.mp4', 6);
    video('rates/right.mp4', 6, 25);
    await expect(openSequence(join(root, 'rates'))).rejects.toThrow(
      'camera right: expected 30.000 frames a second as camera left, got 25.000.',
    );
  });

  test('a file that is no video, and one that is cut off', async () => {
    const broken = join(root, 'broken.mp4');
    writeFileSync(broken, 'hello');
    await expect(openSequence(broken)).rejects.toThrow(`cannot read the video ${broken}: `);
    const cut = join(root, 'cut.mp4');
    const whole = readFileSync(video('whole.mp4', 20));
    writeFileSync(cut, whole.subarray(0, whole.length / 2));
    await expect(openSequence(cut)).rejects.toThrow(`cannot read the video ${cut}: `);
  });
});

test('without ffmpeg the error says how to get it', async () => {
  const path = process.env.PATH;
  process.env.PATH = root;
  try {
    writeFileSync(join(root, 'any.mp4'), '');
    await expect(openSequence(join(root, 'any.mp4'))).rejects.toThrow(/needs ffmpeg and ffprobe on the PATH: install/);
  } finally {
    process.env.PATH = path;
  }
});
