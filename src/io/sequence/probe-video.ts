import { ffmpegOutput } from './run-ffmpeg.js';

export interface VideoProperties {
  /** Pixels, after the rotation that the file asks for. */
  width: number;
  height: number;
  frameCount: number;
  /** Frames per second, the mean over the file. */
  frameRate: number;
  /** Whether frames come at uneven times. */
  uneven: boolean;
}

interface ProbedStream {
  width?: number;
  height?: number;
  avg_frame_rate?: string;
  r_frame_rate?: string;
  nb_read_packets?: string;
  side_data_list?: { rotation?: number }[];
}

/** Mean and nominal rates may differ by this much in a video of even frames. */
const rateTolerance = 0.01;

/** Size, rate and number of frames of a video's first picture stream; counts packets, decodes nothing. */
export async function probeVideo(path: string): Promise<VideoProperties> {
  const entries = 'stream=width,height,avg_frame_rate,r_frame_rate,nb_read_packets:stream_side_data=rotation';
  const args = [
    '-v',
    'error',
    '-select_streams',
    'v:0',
    '-count_packets',
    '-show_entries',
    entries,
    '-of',
    'json',
    path,
  ];
  const { streams = [] } = JSON.parse(await ffmpegOutput('ffprobe', args, path)) as { streams?: ProbedStream[] };
  const stream = streams[0];
  const frameCount = Number(stream?.nb_read_packets ?? 0);
  if (!stream?.width || !stream.height || frameCount < 1) {
    throw new Error(`${path}: expected a video with pictures, got none.`);
  }
  const nominal = fraction(stream.r_frame_rate);
  const frameRate = fraction(stream.avg_frame_rate) || nominal;
  const rotation = stream.side_data_list?.find((data) => data.rotation !== undefined)?.rotation ?? 0;
  const turned = Math.abs(rotation) % 180 === 90;
  return {
    width: turned ? stream.height : stream.width,
    height: turned ? stream.width : stream.height,
    frameCount,
    frameRate,
    uneven: Math.abs(nominal / frameRate - 1) > rateTolerance,
  };
}

function fraction(text = '0/1'): number {
  const [numerator, denominator = 1] = text.split('/').map(Number);
  return denominator ? numerator / denominator : 0;
}
