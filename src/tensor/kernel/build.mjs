import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Compiles `assembly/` (AssemblyScript) and embeds the binary in `kernel-binary.ts`: `npm run build:kernel`; with
 * `--check` it writes nothing and fails where the committed binary is not that of the sources.
 */
const here = dirname(fileURLToPath(import.meta.url));
const compiler = join(dirname(createRequire(import.meta.url).resolve('assemblyscript/package.json')), 'bin', 'asc.js');
const folder = mkdtempSync(join(tmpdir(), 'kernel-'));
const binary = join(folder, 'kernel.wasm');
const options = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--initialMemory', '1', '-o', binary];
execFileSync(process.execPath, [compiler, join(here, 'assembly', 'index.ts'), ...options], { stdio: 'inherit' });
const base64 = readFileSync(binary).toString('base64');
rmSync(folder, { recursive: true });
const lines = base64.match(/.{1,110}/g).map((line) => `  '${line}',`);
const text =
  `/** Generated from assembly/ by \`npm run build:kernel\`: the WebAssembly module of kernel.ts, base64. */\n` +
  `export const kernelBinary = [\n${lines.join('\n')}\n].join('');\n`;
const target = join(here, 'kernel-binary.ts');
if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  throw new Error('kernel-binary.ts is not what assembly/ compiles to: run npm run build:kernel.');
}
