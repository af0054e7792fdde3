import { matchMaps, matchPixels } from '../src/canonical/match-maps.js';
import { imageFromMap } from '../src/canonical/map-points.js';
import { pictureMap } from '../src/canonical/picture-map.js';
import { triangulateMaps } from '../src/canonical/triangulate-maps.js';
import { sampleColour, warpPicture } from '../src/canonical/warp-picture.js';
import { type CanonicalShot } from '../src/evaluation/canonical-pairs.js';
import { projectPoints } from '../src/geometry/project.js';
import { type RgbImage } from '../src/geometry/image.js';
import { writeFileAtomic } from '../src/io/write-file.js';
import { contactSheet } from '../src/render/contact-sheet.js';
import { drawMatches } from '../src/render/draw-matches.js';
import { drawPoints } from '../src/render/draw-points.js';
import { encodeImage } from '../src/render/image-file.js';
import { plainImage } from '../src/render/layer.js';
import { createScenes, mapSources, moments, takeShot } from './canonical-scenes.js';

/** Forward-backward check of what is drawn, pixels. */
const cycle = 4;

/** The matches of two shots, drawn. */
function matchedPicture(first: CanonicalShot, second: CanonicalShot): RgbImage {
  const matches = matchMaps(first.map, second.map, { cycle });
  const targets = matchPixels(first.map, second.map, matches);
  const cells = Array.from(matches.cells.keys()).filter((cell) => matches.cells[cell] >= 0);
  const { width } = first.map;
  const from = cells.flatMap((cell) => imageFromMap(first.map, (cell % width) + 0.5, Math.floor(cell / width) + 0.5));
  const to = cells.flatMap((cell) => [targets[cell * 2], targets[cell * 2 + 1]]);
  return drawMatches(first.image!, second.image!, Float32Array.from(from), Float32Array.from(to));
}

/** The points of some views, as the middle one would see them, with the colours of their own. */
function cloudPicture(shots: CanonicalShot[]): RgbImage {
  const cameras = shots.map(({ camera }) => camera);
  const cloud = triangulateMaps(
    shots.map(({ map }) => map),
    cameras,
    { downsample: 2 },
  );
  const { pixels, depths } = projectPoints(cloud.points, cameras[1]);
  const order = Array.from(depths.keys()).sort((a, b) => depths[b] - depths[a]);
  const colours = new Uint8Array(order.length * 3);
  order.forEach((n, k) => {
    sampleColour(shots[cloud.views[n]].image!, cloud.pixels[n * 2], cloud.pixels[n * 2 + 1], colours, k * 3);
  });
  const places = order.flatMap((n) => [pixels[n * 2], pixels[n * 2 + 1]]);
  const dots = order.map((_, k): [number, number, number] => [colours[k * 3], colours[k * 3 + 1], colours[k * 3 + 2]]);
  return drawPoints(plainImage(cameras[1].width, cameras[1].height, [16, 16, 18]), places, dots, 1);
}

/** Matches, a warped picture and a point cloud by exact maps and by the network, as one picture: a `.png` or `.jpg`. */
const [file] = process.argv.slice(2);
if (!file) throw new Error('canonical-pictures: expected the file to write, got none.');
const [scene, other] = await createScenes(2);
const rows: { image: RgbImage; label: string }[] = [];
for (const source of mapSources().filter(({ name }) => !name.startsWith('noise'))) {
  const shots = await Promise.all([0, 1, 2].map((view) => takeShot(scene, moments[0], view, source)));
  const stranger = await takeShot(other, moments[1], 1, source);
  const target = pictureMap(stranger.map, stranger.image!);
  rows.push(
    { image: matchedPicture(shots[0], shots[1]), label: `${source.name}: one person` },
    { image: matchedPicture(shots[1], stranger), label: `${source.name}: two people` },
    { image: warpPicture({ image: shots[1].image!, map: shots[1].map }, target).image, label: 'first on second' },
    { image: cloudPicture(shots), label: 'three views' },
  );
}
const sheet = await contactSheet(rows, { columns: 4, maxWidth: 1600 });
await writeFileAtomic(file, await encodeImage(sheet, file.endsWith('.png') ? { format: 'png' } : { quality: 85 }));
