/** Colours from none to much error: blue, green, yellow, red; [0, 255]. */
const stops = [
  [45, 85, 175],
  [60, 165, 170],
  [120, 195, 100],
  [245, 205, 80],
  [215, 60, 50],
];

/** The colour of an error, 0 to 1 of the scale's end; larger errors have the last colour. */
export function errorColour(share: number): [number, number, number] {
  const position = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const below = Math.min(stops.length - 2, Math.floor(position));
  const part = position - below;
  const at = (a: number) => stops[below][a] + part * (stops[below + 1][a] - stops[below][a]);
  return [at(0), at(1), at(2)];
}

/** The scale as a CSS gradient from left to right. */
export const errorGradient = `linear-gradient(90deg,${stops.map((colour) => `rgb(${colour.join(',')})`).join(',')})`;
