import { appendFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AlignmentCheckpoint,
  formatAlignmentSegment,
  parseAlignmentSegment,
} from '../alignment/align-checkpoint.js';
import { type FlowSegment, formatFlowSegment, parseFlowSegment } from '../alignment/flow-checkpoint.js';
import { type FitCheckpoint, formatFitSnapshot, parseFitSnapshot } from '../fitting/checkpoint.js';
import { fileProblem, readFileBytes } from './read-file.js';
import { writeFileAtomic } from './write-file.js';

/** What shapes the result of a run, by name. */
export type Fingerprint = Record<string, string | number | boolean>;

export interface CheckpointOptions {
  /** Take the checkpoint that is there. */
  resume?: boolean;
  /** Time between saves while frames are aligned or a stage of the fit runs. */
  everySeconds?: number;
}

const checkpointFormat = 'flowfit-checkpoint/1';

/**
 * How far a run has come, in the folder `.checkpoint` of its results:
 *
 * - `run.json` what shapes the result; without it the other files mean nothing;
 * - `align-<frame>.npz` landmarks from that frame on, `flow-<frame>.npz` a flow network's observations;
 * - `fit.npz` the fit;
 * - `rendered.txt` numbers of the pictures that are drawn, one a line.
 *
 * All but the last are written whole or not at all. Damaged files count as absent, with a warning.
 */
export class CheckpointFolder {
  /** What was odd about the checkpoint, one sentence each. */
  readonly warnings: string[] = [];
  readonly alignment: AlignmentCheckpoint;
  readonly flow: AlignmentCheckpoint<FlowSegment>;
  readonly fit: FitCheckpoint;
  private readonly folder: string;

  private constructor(resultFolder: string, everySeconds?: number) {
    this.folder = join(resultFolder, '.checkpoint');
    this.alignment = {
      everySeconds,
      load: () => this.readSegments('align', parseAlignmentSegment, ({ faces }) => faces.length),
      save: (segment) =>
        writeFileAtomic(this.path(segmentName('align', segment.firstFrame)), formatAlignmentSegment(segment)),
    };
    this.flow = {
      everySeconds,
      load: () => this.readSegments('flow', parseFlowSegment, ({ frameCount }) => frameCount),
      save: (segment) =>
        writeFileAtomic(this.path(segmentName('flow', segment.firstFrame)), formatFlowSegment(segment)),
    };
    this.fit = {
      everySeconds,
      load: () => this.readPart('fit.npz', parseFitSnapshot, 'the fit begins again'),
      save: (snapshot) => writeFileAtomic(this.path('fit.npz'), formatFitSnapshot(snapshot)),
    };
  }

  /**
   * Opens the checkpoint of a run: the one there is if it is to be resumed, else an empty one.
   *
   * @throws the checkpoint is of a run with another fingerprint; the message says what differs.
   */
  static async open(
    resultFolder: string,
    fingerprint: Fingerprint,
    { resume = false, everySeconds }: CheckpointOptions = {},
  ): Promise<CheckpointFolder> {
    const checkpoint = new CheckpointFolder(resultFolder, everySeconds);
    const before = resume ? await checkpoint.readFingerprint() : undefined;
    if (before) {
      const difference = describeDifference(before, fingerprint);
      if (difference) throw new Error(`cannot resume ${resultFolder}: ${difference}; run it without --resume.`);
      return checkpoint;
    }
    if (resume && checkpoint.warnings.length === 0) {
      checkpoint.warnings.push(`${resultFolder}: there was no checkpoint to resume, so the run began afresh.`);
    }
    await checkpoint.remove();
    const record = JSON.stringify({ format: checkpointFormat, fingerprint });
    await writeFileAtomic(checkpoint.path('run.json'), record);
    return checkpoint;
  }

  /** Numbers of the pictures that were marked as rendered. */
  async rendered(): Promise<Set<number>> {
    const bytes = await this.readIfThere('rendered.txt');
    const lines = new TextDecoder().decode(bytes).split('\n');
    return new Set(lines.filter((line) => pictureLine.test(line)).map(Number));
  }

  async markRendered(picture: number): Promise<void> {
    await appendFile(this.path('rendered.txt'), `\n${String(picture).padStart(9, '0')}\n`);
  }

  /** Removes the checkpoint, first what makes it one. */
  async remove(): Promise<void> {
    try {
      await rm(this.path('run.json'), { force: true });
      await rm(this.folder, { force: true, recursive: true });
    } catch (error) {
      throw new Error(`cannot remove ${this.folder}: ${fileProblem(error)}.`, { cause: error });
    }
  }

  private path(name: string): string {
    return join(this.folder, name);
  }

  private readFingerprint(): Promise<Fingerprint | undefined> {
    const parse = (bytes: Uint8Array): Fingerprint => {
      const { format, fingerprint } = JSON.parse(new TextDecoder().decode(bytes));
      if (format !== checkpointFormat) throw new Error(`expected format ${checkpointFormat}, got ${format}.`);
      return fingerprint;
    };
    return this.readPart('run.json', parse, 'the run begins afresh');
  }

  private async readSegments<Segment>(
    kind: SegmentKind,
    parse: (bytes: Uint8Array) => Segment,
    lengthOf: (segment: Segment) => number,
  ): Promise<Segment[]> {
    const names = (await readdir(this.folder)).filter((name) => segmentPattern[kind].test(name)).sort();
    const segments: Segment[] = [];
    let next = 0;
    for (const name of names) {
      if (name !== segmentName(kind, next)) break;
      const segment = await this.readPart(name, parse, `alignment goes on from frame ${next}`);
      if (!segment) break;
      segments.push(segment);
      next += lengthOf(segment);
    }
    return segments;
  }

  /** A file of the checkpoint; `undefined` where there is none, or with a warning where it is damaged. */
  private async readPart<Part>(
    name: string,
    parse: (bytes: Uint8Array) => Part,
    consequence: string,
  ): Promise<Part | undefined> {
    const bytes = await this.readIfThere(name);
    if (!bytes) return undefined;
    try {
      return parse(bytes);
    } catch {
      this.warnings.push(`${this.path(name)} is damaged and was ignored: ${consequence}.`);
      return undefined;
    }
  }

  private async readIfThere(name: string): Promise<Uint8Array | undefined> {
    const there = await readdir(this.folder).catch((): string[] => []);
    return there.includes(name) ? readFileBytes(this.path(name)) : undefined;
  }
}

/** All of one length, so that a line that was cut off is known. */
const pictureLine = /^\d{9}$/;
const segmentPattern = { align: /^align-\d+\.npz$/, flow: /^flow-\d+\.npz$/ };
type SegmentKind = keyof typeof segmentPattern;

function segmentName(kind: SegmentKind, frame: number): string {
  return `${kind}-${String(frame).padStart(9, '0')}.npz`;
}

/** The first difference, and how many more there are. */
function describeDifference(before: Fingerprint, now: Fingerprint): string | undefined {
  const names = Object.keys({ ...before, ...now }).filter((name) => before[name] !== now[name]);
  if (names.length === 0) return undefined;
  const [name] = names;
  const more = names.length > 1 ? ` (and ${names.length - 1} more)` : '';
  return `${name} was ${before[name] ?? 'absent'} when the run began and is ${now[name] ?? 'absent'} now${more}`;
}
