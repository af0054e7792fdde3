/**
 * Draws the landmarks of photographs with their standard deviations, to be looked at:
 *
 *     npm run build && node test/alignment/draw-landmarks.mjs OUT_FOLDER PICTURE...
 */
import { mkdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import sharp from 'sharp';
import { alignSequence } from '../../dist/src/alignment/align-sequence.js';
import { faceTopology } from '../../dist/src/alignment/face-topology.js';

const colours = {
  eyelids: '#0f0',
  brows: '#fa0',
  iris: '#fff',
  lips: '#f44',
  nose: '#0cf',
  contour: '#f0f',
  skin: '#bbb',
};
const width = 1000;
/** Every landmark, whatever the head. */
const head = {
  name: 'landmarks',
  landmarks478: { faces: new Int32Array(478), barycentric: new Float32Array(478 * 3) },
};

const [out, ...files] = process.argv.slice(2);
if (files.length === 0) throw new Error('draw-landmarks: expected OUT_FOLDER and pictures.');
await mkdir(out, { recursive: true });

async function readPicture(file) {
  const picture = sharp(file).removeAlpha().toColourspace('srgb');
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

const sequence = {
  cameraIds: ['camera'],
  viewCount: 1,
  frameCount: files.length,
  frameNumbers: [...files.keys()],
  times: Float64Array.from(files.keys()),
  imageSizes: [{ width: 0, height: 0 }],
  warnings: [],
  read: (frame) => readPicture(files[frame]),
  close: async () => undefined,
};
const { mu, sigma, faceBoxes } = await alignSequence(sequence, { head, ordered: false });
const { regions } = faceTopology();

for (const [frame, file] of files.entries()) {
  if (sigma[frame * 478] === 0) {
    console.log(`${file}: no face`);
    continue;
  }
  const [left, top, right, bottom] = faceBoxes.subarray(frame * 4, frame * 4 + 4);
  const side = Math.round(1.3 * Math.max(right - left, bottom - top));
  const [x0, y0] = [Math.round((left + right - side) / 2), Math.round((top + bottom - side) / 2)];
  const scale = width / side;
  const circles = regions.map((region, i) => {
    const at = frame * 478 + i;
    const place = `cx="${(mu[at * 2] - x0) * scale}" cy="${(mu[at * 2 + 1] - y0) * scale}"`;
    const colour = colours[region];
    return `<circle ${place} r="2" fill="${colour}"/><circle ${place} r="${sigma[at] * scale}" fill="none" stroke="${colour}" stroke-opacity="0.6"/>`;
  });
  const margin = side;
  const padded = await sharp(file)
    .removeAlpha()
    .extend({ top: margin, bottom: margin, left: margin, right: margin })
    .png()
    .toBuffer();
  const face = await sharp(padded)
    .extract({ left: x0 + margin, top: y0 + margin, width: side, height: side })
    .resize(width, width)
    .png()
    .toBuffer();
  const path = join(out, `${basename(file, extname(file))}.png`);
  const drawing = Buffer.from(`<svg width="${width}" height="${width}">${circles.join('')}</svg>`);
  await sharp(face)
    .composite([{ input: drawing }])
    .png()
    .toFile(path);
  console.log(path);
}
