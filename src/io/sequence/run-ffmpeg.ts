import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { type Readable } from 'node:stream';

const installHint =
  'video needs ffmpeg and ffprobe on the PATH: install ffmpeg (apt install ffmpeg, brew install ffmpeg, ' +
  'winget install ffmpeg), or give a folder of images';
const keptErrorText = 2000;

export interface FfmpegProcess {
  stdout: Readable;
  /** Resolves when the process has ended well; rejects with its last words. */
  ended: Promise<void>;
  kill(): void;
}

/** Starts ffmpeg or ffprobe; both are quiet, their last words end in the error. */
export function startFfmpeg(program: 'ffmpeg' | 'ffprobe', args: string[], file: string): FfmpegProcess {
  const child: ChildProcessByStdio<null, Readable, Readable> = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: process.env,
  });
  let words = '';
  let killed = false;
  child.stderr.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-keptErrorText)));
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      reject(new Error(`cannot read ${file}: ${error.code === 'ENOENT' ? installHint : error.message}.`));
    });
    child.on('close', (code) => {
      const reason = words
        .trim()
        .split('\n')
        .at(-1)
        ?.replace(file, '')
        .replace(/^[:\s]+|\.$/g, '');
      if (code === 0 || killed) resolve();
      else reject(new Error(`cannot read the video ${file}: ${reason || `${program} ended with code ${code}`}.`));
    });
  });
  ended.catch(() => undefined);
  return {
    stdout: child.stdout,
    ended,
    kill() {
      killed = true;
      child.kill('SIGKILL');
      child.stdout.destroy();
    },
  };
}

/** What the program prints. */
export async function ffmpegOutput(program: 'ffmpeg' | 'ffprobe', args: string[], file: string): Promise<string> {
  const { stdout, ended } = startFfmpeg(program, args, file);
  let text = '';
  stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  await ended;
  return text;
}
