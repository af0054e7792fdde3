import { type ArgumentsCamelCase, type Argv } from 'yargs';
import { diagnose } from '../../src/track/diagnose.js';
import { packageVersion } from '../../src/track/run-record.js';

export const command = 'doctor';
export const describe = 'which engines really start here, and why the others do not';

export function builder(yargs: Argv) {
  return yargs.option('json', { type: 'boolean', default: false, describe: 'print one JSON object' });
}

export async function handler({ json }: ArgumentsCamelCase<{ json: boolean }>): Promise<void> {
  const engines = await diagnose(process.cwd());
  const machine = { flowfit: packageVersion(), node: process.version, platform: `${process.platform} ${process.arch}` };
  if (json) {
    process.stdout.write(`${JSON.stringify({ ...machine, engines })}\n`);
    return;
  }
  const chosen = new Set<string>();
  process.stdout.write(`flowfit ${machine.flowfit}, Node ${machine.node}, ${machine.platform}\n`);
  for (const { part, name, works, detail } of engines) {
    const mark = !works ? 'no  ' : chosen.has(part) ? 'yes ' : 'used';
    if (works) chosen.add(part);
    process.stdout.write(`${mark}  ${part.padEnd(8)}  ${name.padEnd(13)}  ${detail}\n`);
  }
}
