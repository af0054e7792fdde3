import { spawnSync } from 'node:child_process';
import { createFaceDetector } from '../alignment/face-detector.js';
import { createImagePyramid } from '../alignment/image-pyramid.js';
import { backendStarters } from '../io/backend-starters.js';
import { backendNames, startBackend } from '../tensor/backend.js';

const blank = { width: 64, height: 64, data: new Uint8Array(64 * 64 * 3).fill(128) };

/** One engine that was tried. */
export interface EngineCheck {
  part: 'autodiff' | 'networks' | 'video';
  name: string;
  works: boolean;
  /** What ran, or why it was refused. */
  detail: string;
}

/**
 * Tries every engine on a tiny job: each tfjs backend, each ONNX Runtime provider, ffmpeg.
 *
 * @param userFolder where optional packages are looked for first.
 */
export async function diagnose(userFolder: string): Promise<EngineCheck[]> {
  const checks: EngineCheck[] = [];
  for (const name of backendNames) {
    checks.push(
      await attempt('autodiff', name, async () => {
        await startBackend(backendStarters(userFolder), name);
        return 'a matrix product and its gradient came out right';
      }),
    );
  }
  for (const device of ['cuda', 'webgpu', 'cpu'] as const) {
    checks.push(
      await attempt('networks', device, async () => {
        const detector = await createFaceDetector({ device });
        try {
          for await (const faces of detector.search(createImagePyramid(blank), { thorough: false })) {
            if (faces.length > 0) throw new Error('its tiny job came out wrong: a face was found in a blank picture.');
          }
        } finally {
          await detector.session.release();
        }
        return 'the face detector found no face in a blank picture';
      }),
    );
  }
  checks.push(await attempt('video', 'ffmpeg', async () => ffmpegVersion()));
  return checks;
}

async function attempt(part: EngineCheck['part'], name: string, job: () => Promise<string>): Promise<EngineCheck> {
  try {
    return { part, name, works: true, detail: await job() };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { part, name, works: false, detail: reason.split('\n')[0] };
  }
}

function ffmpegVersion(): string {
  const { error, stdout } = spawnSync('ffmpeg', ['-version'], { encoding: 'utf8' });
  if (error) throw new Error('ffmpeg is not on the PATH; image folders need none, videos do.');
  return stdout.split('\n')[0].split(' Copyright')[0];
}
