import { type RgbImage } from '../../geometry/image.js';
import { ffmpegOutput, type FfmpegProcess, startFfmpeg } from './run-ffmpeg.js';

const channels = 3;

/**
 * Decodes the frames of a video in order, through ffmpeg. At most one frame is held: the pipe makes ffmpeg wait. Going
 * back starts again from the frame asked for.
 */
export class VideoFrames {
  private process?: FfmpegProcess;
  private chunks?: AsyncIterator<Buffer>;
  private rest: Uint8Array = new Uint8Array(0);
  /** The frame that comes next out of the pipe. */
  private next = 0;
  private last?: { index: number; image: RgbImage };
  private queue: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly path: string,
    private readonly size: { width: number; height: number },
  ) {}

  /** The frame of that index, or `undefined` past the end. Calls are served one after the other. */
  read(index: number): Promise<RgbImage | undefined> {
    const result = this.queue.then(() => this.seek(index));
    this.queue = result.catch(() => undefined);
    return result;
  }

  /** Ends ffmpeg, also in the middle of a frame. */
  async close(): Promise<void> {
    this.process?.kill();
    await this.process?.ended;
    this.process = undefined;
    this.chunks = undefined;
    this.rest = new Uint8Array(0);
  }

  private async seek(index: number): Promise<RgbImage | undefined> {
    if (this.last?.index === index) return this.last.image;
    if (!this.process || index < this.next) await this.start(index);
    for (;;) {
      const data = await this.nextFrame();
      if (!data) return undefined;
      if (this.next++ < index) continue;
      const image = { ...this.size, data };
      this.last = { index, image };
      return image;
    }
  }

  private async start(index: number): Promise<void> {
    await this.close();
    const select = index > 0 ? ['-vf', `select=gte(n\\,${index})`] : [];
    const pipe = ['-an', '-sn', ...(await everyFrameOnce()), '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'];
    const args = ['-v', 'error', '-nostdin', '-i', this.path, '-map', '0:v:0', ...select, ...pipe];
    this.process = startFfmpeg('ffmpeg', args, this.path);
    this.chunks = this.process.stdout[Symbol.asyncIterator]();
    this.next = index;
  }

  /** The next whole frame from the pipe; nothing where the video has ended. */
  private async nextFrame(): Promise<Uint8Array | undefined> {
    const frame = new Uint8Array(this.size.width * this.size.height * channels);
    for (let filled = 0; filled < frame.length;) {
      if (this.rest.length === 0) {
        const { value, done } = await this.chunks!.next();
        if (done) {
          await this.process?.ended;
          return undefined;
        }
        this.rest = value;
      }
      const part = this.rest.subarray(0, frame.length - filled);
      frame.set(part, filled);
      filled += part.length;
      this.rest = this.rest.subarray(part.length);
    }
    return frame;
  }
}

let passthrough: Promise<string[]> | undefined;

/** The option that neither repeats nor drops frames was renamed in ffmpeg 5.1. */
function everyFrameOnce(): Promise<string[]> {
  passthrough ??= ffmpegOutput('ffmpeg', ['-version'], 'a video').then((text) => {
    const [, major, minor] = /version n?(\d+)\.(\d+)/.exec(text) ?? [];
    const old = major !== undefined && (Number(major) < 5 || (major === '5' && minor === '0'));
    return old ? ['-vsync', '0'] : ['-fps_mode', 'passthrough'];
  });
  return passthrough;
}
