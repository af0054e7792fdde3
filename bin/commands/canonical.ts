import { type Argv } from 'yargs';
import * as canonicalise from './canonical/canonicalise.js';
import * as evaluate from './canonical/evaluate.js';
import * as match from './canonical/match.js';
import * as query from './canonical/query.js';
import * as select from './canonical/select.js';
import * as triangulate from './canonical/triangulate.js';
import * as warp from './canonical/warp.js';

export const command = 'canonical <action>';
export const describe = 'what canonical maps can do: matches, points, regions, warps, point clouds';

export function builder(yargs: Argv) {
  return yargs
    .command(match)
    .command(query)
    .command(select)
    .command(warp)
    .command(triangulate)
    .command(canonicalise)
    .command(evaluate)
    .demandCommand(1, 'canonical: expected an action; `flowfit canonical --help` lists them.');
}

/** An action has its own handler; without one, yargs refuses before it comes here. */
export function handler(): void {}
