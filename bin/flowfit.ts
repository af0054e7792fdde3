import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { packageVersion } from '../src/track/run-record.js';
import * as canonical from './commands/canonical.js';
import * as demo from './commands/demo.js';
import * as doctor from './commands/doctor.js';
import * as evaluate from './commands/evaluate.js';
import * as model from './commands/model.js';
import * as synth from './commands/synth.js';
import * as track from './commands/track.js';
import { exitCodes, fail } from './exit.js';

await yargs(hideBin(process.argv))
  .scriptName('flowfit')
  .usage('$0 <command>\n\nTracks a parametric head model through photographs, video and calibrated multi-view capture.')
  .command(track)
  .command(demo)
  .command(synth)
  .command(evaluate)
  .command(canonical)
  .command(model)
  .command(doctor)
  .demandCommand(1, 'expected a command; `flowfit --help` lists them.')
  .strict()
  .version(packageVersion())
  .epilogue(
    Object.entries(exitCodes)
      .map(([code, meaning]) => `exit ${code}: ${meaning}`)
      .join('\n'),
  )
  .fail((message, error) => fail(error ?? new Error(message)))
  .help()
  .parseAsync();
