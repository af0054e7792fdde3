import { type FelixRow } from './felix.js';
import { observerNames } from './observers.js';
import { type FlowRow, median, type PersonRow } from './people.js';
import { type RealRow } from './real.js';
import { type RegistrationRow } from './registration.js';
import { type RobustnessRow } from './robustness.js';

export interface PersonResult {
  rows: PersonRow[];
  flow?: FlowRow;
}

export interface AlignmentReport {
  network: { file: string; sha256: string };
  /** set -> seed -> result. */
  people: Record<string, Record<string, PersonResult>>;
  felix?: FelixRow[];
  real: RealRow[];
  robustness?: RobustnessRow[];
  registration?: RegistrationRow[];
}

const number = (value: number | null | undefined, digits = 2) =>
  value === null || value === undefined || !Number.isFinite(value) ? 'none' : value.toFixed(digits);
const mean = (values: (number | null)[]) => {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : NaN;
};
const row = (...cells: (string | number)[]) => `| ${cells.join(' | ')} |`;
const head = (...cells: string[]) => [row(...cells), row(...cells.map(() => '---'))];

/** The evidence for the choice of the default observer, as Markdown. */
export function formatReport({ network, people, felix, real, robustness, registration }: AlignmentReport): string {
  const lines = [
    '# Landmarks, UV flow, or both',
    '',
    `Network ${network.file}, SHA-256 ${network.sha256.slice(0, 16)}. \`node dist/benchmarks/alignment/run.js\``,
  ];
  for (const [set, persons] of Object.entries(people)) {
    const results = Object.values(persons);
    lines.push('', `## Rendered people: ${set} (${results.length} held-out)`, '');
    lines.push('SSME in pixels of the fitted open head (h = 1 to 30), true camera, mean over the people.', '');
    lines.push(
      ...head('observer', 'face', 'mouth', 'nose', 'eyes', 'ears', 'face against landmarks', 'seen', 'statuses'),
    );
    const faceOf = (observer: string) => mean(rowsOf(results, observer).map(({ ssme }) => ssme.face));
    for (const observer of observerNames) {
      const rows = rowsOf(results, observer);
      if (rows.length === 0) continue;
      const regions = ['face', 'mouth', 'nose', 'eyes', 'ears'].map((name) =>
        number(mean(rows.map(({ ssme }) => ssme[name] ?? null))),
      );
      const change = 100 * (faceOf(observer) / faceOf('landmarks') - 1);
      const seen = `${sum(rows.map((r) => r.seen))} of ${sum(rows.map((r) => r.images))}`;
      lines.push(row(observer, ...regions, `${number(change, 0)} %`, seen, counts(rows.map(({ status }) => status))));
    }
    const flows = results.flatMap(({ flow }) => flow ?? []);
    if (flows.length === 0) continue;
    const within = [0, 1, 2].map((k) => number(100 * mean(flows.map((flow) => flow.within[k])), 1));
    lines.push(
      '',
      `The flow itself, at the visible face vertices of the rendered head: NME mean ${number(mean(flows.map(({ nme }) => nme)))}, ` +
        `median ${number(median(flows.map((flow) => flow.median)))} per cent of the face box; ${within.join(', ')} per cent ` +
        `within 1, 2, 3 sigma; sigma of hidden vertices ${number(mean(flows.map((f) => f.hiddenSigmaRatio)), 1)} times that of visible ones.`,
    );
  }
  if (felix) {
    lines.push('', "## Four photographs against FlowFace's own network", '');
    lines.push(...head('observer', 'median px', 'mean px', 'median % of crop', 'mean %', 'vertices', 'status'));
    for (const r of felix) {
      const figures = [r.medianPx, r.meanPx, r.medianPercent, r.meanPercent].map((value) => number(value));
      lines.push(row(r.observer, ...figures, r.vertices, r.status ?? ''));
    }
  }
  if (real.length > 0) {
    lines.push('', '## Real photographs and video', '');
    lines.push(
      ...head(
        'input',
        'observer',
        'fit from landmarks, %',
        'jitter of the fit, %',
        'of what was seen, %',
        'seen',
        'status',
      ),
    );
    for (const r of real) {
      const figures = [r.fromLandmarksPercent, r.jitterPercent, r.seenJitterPercent].map((value) => number(value, 3));
      lines.push(row(r.input, r.observer, ...figures, `${r.seen} of ${r.images}`, r.status));
    }
  }
  if (robustness) {
    lines.push('', '## Hard pictures', '');
    lines.push(...head('picture', 'seen', 'median sigma, % of the box', 'moved, %', 'fit'));
    for (const r of robustness) {
      lines.push(row(r.picture, r.seen ? 'yes' : 'no', number(r.sigmaPercent), number(r.movedPercent), r.fit));
    }
  }
  if (registration) {
    lines.push('', '## Heads of other topologies on the open head, millimetres', '');
    lines.push(...head('measure', 'points', 'median', 'p95', 'largest'));
    for (const r of registration) {
      lines.push(row(r.name, r.points, number(r.median), number(r.p95), number(r.largest)));
    }
  }
  return `${lines.join('\n')}\n`;
}

function rowsOf(results: PersonResult[], observer: string): PersonRow[] {
  return results.flatMap(({ rows }) => rows.filter((candidate) => candidate.observer === observer));
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function counts(statuses: string[]): string {
  const names = [...new Set(statuses)];
  return names.map((name) => `${statuses.filter((status) => status === name).length} ${name}`).join(', ');
}
