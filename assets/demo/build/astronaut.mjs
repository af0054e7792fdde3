/**
 * Makes assets/demo/astronaut.jpg from the scikit-image wheel: `node assets/demo/build/astronaut.mjs`.
 *
 * Needs python3 with pip on the PATH. The picture inside is checked by its hash, so a newer wheel with the same picture
 * does as well.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';
import sharp from 'sharp';

const wheel = 'scikit-image==0.26.0';
const entry = 'skimage/data/astronaut.png';
const sha256 = '88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5';

const folder = mkdtempSync(join(tmpdir(), 'flowfit-astronaut-'));
try {
  const options = ['--no-deps', '--only-binary', ':all:', '--python-version', '3.12', '--dest', folder];
  execFileSync('python3', ['-m', 'pip', 'download', wheel, ...options], { stdio: 'inherit' });
  const [file] = readdirSync(folder);
  const png = unzipSync(readFileSync(join(folder, file)), { filter: ({ name }) => name === entry })[entry];
  const found = createHash('sha256').update(png).digest('hex');
  if (found !== sha256) throw new Error(`${entry}: expected SHA-256 ${sha256}, got ${found}.`);
  const target = join(dirname(fileURLToPath(import.meta.url)), '..', 'astronaut.jpg');
  writeFileSync(target, await sharp(png).jpeg({ quality: 92, chromaSubsampling: '4:4:4' }).toBuffer());
} finally {
  rmSync(folder, { recursive: true });
}
