import { matchMaps } from '../src/canonical/match-maps.js';
import { triangulateMaps } from '../src/canonical/triangulate-maps.js';
import { type CanonicalShot, type CanonicalShots } from '../src/evaluation/canonical-pairs.js';
import { evaluateCanonical } from '../src/evaluation/evaluate-canonical.js';
import { createNearestSurfacePoint } from '../src/geometry/nearest-surface-point.js';
import { createScenes, mapSources, type MapSource, moments, type Scene, takeShot } from './canonical-scenes.js';

/** Pairs of pictures: which person, moment and camera each shows, the person counted from the scene's own. */
const kinds: Record<string, [first: Placed, second: Placed]> = {
  view: [
    [0, 0, 0],
    [0, 0, 1],
  ],
  expression: [
    [0, 0, 1],
    [0, 1, 1],
  ],
  viewAndExpression: [
    [0, 0, 0],
    [0, 1, 1],
  ],
  twoPeople: [
    [0, 0, 0],
    [1, 1, 1],
  ],
};
type Placed = [person: number, moment: number, view: number];

/** Matches of one pair are timed so often; the median counts. */
const repetitions = 7;
/** Forward-backward check of the second set of figures, pixels. */
const cycle = 2;

/**
 * Matching and triangulation by canonical maps on synthetic pairs with ground truth: one person from two sides, with two
 * expressions, both, and two people; maps that are exact, noisy, and a network's where there is one. No solver.
 */
export async function canonicalMatching(size: number, { network }: { network?: string } = {}) {
  const started = performance.now();
  const scenes = await createScenes(Math.max(2, Math.round(4 * size)));
  const matching: Record<string, unknown> = {};
  const clouds: Record<string, unknown> = {};
  for (const source of mapSources(network)) {
    const take = rememberShots(scenes, source);
    matching[source.name] = await measureMatches(scenes, take);
    clouds[source.name] = await measureClouds(scenes, take);
  }
  const first = await takeShot(scenes[0], moments[0], 0, { name: 'exact', noise: 0 });
  const second = await takeShot(scenes[0], moments[0], 1, { name: 'exact', noise: 0 });
  return {
    seconds: (performance.now() - started) / 1000,
    people: scenes.length,
    timing: timeMatches(first, second),
    matching,
    triangulation: clouds,
  };
}

type Take = (place: Placed, own: number) => Promise<CanonicalShot>;

/** Shots of the scenes, each taken once. */
function rememberShots(scenes: Scene[], source: MapSource): Take {
  const taken = new Map<string, Promise<CanonicalShot>>();
  return ([person, moment, view], own) => {
    const scene = scenes[(own + person) % scenes.length];
    const key = `${scene.person} ${moment} ${view}`;
    const shot = taken.get(key) ?? takeShot(scene, moments[moment], view, source);
    taken.set(key, shot);
    return shot;
  };
}

/** kind -> figure -> value, with and without the forward-backward check. */
async function measureMatches(scenes: Scene[], take: Take): Promise<Record<string, Record<string, number | null>>> {
  const result: Record<string, Record<string, number | null>> = {};
  for (const [kind, [first, second]] of Object.entries(kinds)) {
    const pairs = async function* (): AsyncGenerator<CanonicalShots> {
      for (const { person, faces } of scenes) {
        yield { faces, margin: 0, first: await take(first, person), second: await take(second, person) };
      }
    };
    for (const [name, options] of Object.entries({ [kind]: {}, [`${kind} checked`]: { cycle } })) {
      const rows = await evaluateCanonical(pairs(), options);
      result[name] = Object.fromEntries(rows.map(({ metric, figure, value }) => [`${metric}.${figure}`, value]));
    }
  }
  return result;
}

/** Distances of the points of three views from the true surface, with and without the check; millimetres. */
async function measureClouds(scenes: Scene[], take: Take) {
  const result: Record<string, Record<string, number>> = {};
  for (const [name, options] of Object.entries({ paper: { cycle: Infinity }, checked: {} })) {
    const distances: number[] = [];
    let [points, seconds] = [0, 0];
    for (const { person, faces } of scenes) {
      const shots = [await take([0, 0, 0], person), await take([0, 0, 1], person), await take([0, 0, 2], person)];
      const before = process.cpuUsage();
      const cloud = triangulateMaps(
        shots.map(({ map }) => map),
        shots.map(({ camera }) => camera),
        options,
      );
      const used = process.cpuUsage(before);
      seconds += (used.user + used.system) / 1e6;
      points += cloud.views.length;
      for (const distance of createNearestSurfacePoint(shots[0].vertices, faces)(cloud.points).distances) {
        distances.push(1000 * distance);
      }
    }
    const sorted = Float64Array.from(distances).sort();
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    result[name] = {
      pointsPerHead: points / scenes.length,
      medianMm: at(0.5),
      p90Mm: at(0.9),
      shareBelow2Mm: sorted.filter((distance) => distance < 2).length / sorted.length,
      cpuSecondsPerHead: seconds / scenes.length,
    };
  }
  return result;
}

/** Processor time of one pair, milliseconds: matches one way, and with the way back checked. */
function timeMatches({ map: first }: CanonicalShot, { map: second }: CanonicalShot) {
  const time = (work: () => void) => {
    const times = Array.from({ length: repetitions }, () => {
      const before = process.cpuUsage();
      work();
      const used = process.cpuUsage(before);
      return (used.user + used.system) / 1000;
    });
    return times.sort((a, b) => a - b)[repetitions >> 1];
  };
  const count = (mask: Uint8Array) => mask.reduce((sum, inside) => sum + inside, 0);
  return {
    picture: `${first.width} x ${first.height}`,
    pixels: [count(first.mask), count(second.mask)],
    matchMs: time(() => matchMaps(first, second)),
    matchAndCheckMs: time(() => matchMaps(first, second, { cycle })),
  };
}
