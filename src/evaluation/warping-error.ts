import { type RgbImage } from '../geometry/image.js';
import { byMargin, checkSameSize, type CorrespondencePair, required, sampleGrid } from './correspondence.js';
import { eachItem } from './each-item.js';
import { type Metric } from './metric.js';
import { meanSsim } from './ssim.js';

/** Sums over pairs: of colour, of gradients, of SSIM, each with how many there were. */
type Sums = Record<'l1' | 'gradient' | 'ssim', { sum: number; count: number }>;

/**
 * Warping photometric error (Face Anything table 3) of the second picture brought onto the first by the matches m, by
 * temporal margin (the paper's are 5 and 20); intensities in [0, 1]:
 *
 *     W(p) = I_2(m(p)),  l1 = mean | W - I_1 |,  gradient = mean | grad W - grad I_1 |,  ssim = mean SSIM(W, I_1)
 *
 * over the pixels with a match (and inside `truth` where it is given). l1 is over the colour channels; gradients are
 * forward differences of luminance along x and y; SSIM is Wang et al.'s on luminance with a Gaussian of 1.5 pixels in an
 * 11-pixel window, where the whole window has matches.
 */
export function warpingError(): Metric<CorrespondencePair[]> {
  return {
    name: 'wpe',
    figures: {
      l1: { unit: '1', better: 'lower' },
      gradient: { unit: '1', better: 'lower' },
      ssim: { unit: '1', better: 'higher' },
    },
    async measure(pairs, options) {
      const groups: Record<string, Record<string, number | null>> = {};
      for (const [group, members] of byMargin(pairs)) {
        const sums: Sums = {
          l1: { sum: 0, count: 0 },
          gradient: { sum: 0, count: 0 },
          ssim: { sum: 0, count: 0 },
        };
        await eachItem(members, (pair) => addPair(sums, pair), options);
        groups[group] = Object.fromEntries(
          Object.entries(sums).map(([figure, { sum, count }]) => [figure, count > 0 ? sum / count : null]),
        );
      }
      return { groups };
    },
  };
}

function addPair(sums: Sums, pair: CorrespondencePair): void {
  const first = required(pair.first, 'wpe', 'both pictures');
  const warped = warp(pair, required(pair.second, 'wpe', 'both pictures'));
  checkSameSize('wpe', pair.predicted, first);
  const reference = Float32Array.from(first.data, (value) => value / 255);
  warped.forEach((value, i) => add(sums.l1, Math.abs(value - reference[i])));
  const [a, b] = [luminance(warped), luminance(reference)];
  const { width, height } = first;
  for (let pixel = 0; pixel < a.length; pixel++) {
    if (pixel % width < width - 1) {
      add(sums.gradient, Math.abs(a[pixel + 1] - a[pixel] - (b[pixel + 1] - b[pixel])));
    }
    if (pixel < width * (height - 1)) {
      add(sums.gradient, Math.abs(a[pixel + width] - a[pixel] - (b[pixel + width] - b[pixel])));
    }
  }
  const { sum, count } = meanSsim(a, b, { width, height });
  sums.ssim.sum += sum;
  sums.ssim.count += count;
}

/** Adds a value unless it is NaN: some pixel of it has no match. */
function add(figure: { sum: number; count: number }, value: number): void {
  if (Number.isNaN(value)) return;
  figure.sum += value;
  figure.count++;
}

/** `[H, W, 3]` in [0, 1]: the second picture on the first one's pixels; NaN without a match. */
function warp({ predicted, truth }: CorrespondencePair, { width, height, data }: RgbImage): Float32Array {
  const warped = new Float32Array((predicted.targets.length / 2) * 3).fill(NaN);
  const colour = new Float64Array(3);
  for (let i = 0, o = 0; i < predicted.targets.length; i += 2, o += 3) {
    if (truth && Number.isNaN(truth.targets[i])) continue;
    const grid = { width, height, values: data, depth: 3 };
    if (!sampleGrid(grid, predicted.targets[i], predicted.targets[i + 1], colour)) continue;
    for (let a = 0; a < 3; a++) warped[o + a] = colour[a] / 255;
  }
  return warped;
}

/** `[H, W]` Rec. 601 luminance. */
function luminance(rgb: Float32Array): Float32Array {
  return Float32Array.from(
    { length: rgb.length / 3 },
    (_, p) => 0.299 * rgb[p * 3] + 0.587 * rgb[p * 3 + 1] + 0.114 * rgb[p * 3 + 2],
  );
}
