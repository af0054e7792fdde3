/** Colours that stay apart on white. */
const palette = ['#0b62a4', '#d1495b', '#2e933c', '#e07a00', '#6a4c93', '#00798c', '#8d5524', '#b5179e'];
const [width, height, left, bottom, legend] = [560, 280, 46, 36, 150];

export interface Curve {
  name: string;
  /** Values at 1, 2, ...; `null` where there is none. */
  values: (number | null)[];
}

/** Text that HTML shows as it is. */
export function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
}

/** Curves over 1, 2, ... as an SVG element; empty where no curve has a value. */
export function curveChart(curves: Curve[], { x: xLabel, y: yLabel }: { x: string; y: string }): string {
  const known = curves.flatMap(({ values }) => values.filter((value) => value !== null));
  if (known.length === 0) return '';
  const count = Math.max(...curves.map(({ values }) => values.length));
  const step = niceStep(Math.max(...known));
  const highest = Math.ceil(Math.max(...known) / step) * step || 1;
  const x = (k: number) => left + ((width - left - 8) * (k - 1)) / Math.max(1, count - 1);
  const y = (value: number) => height - bottom - ((height - bottom - 26) * value) / highest;
  const text = (px: number, py: number, content: string, anchor = 'middle') =>
    `<text x="${px.toFixed(1)}" y="${py.toFixed(1)}" text-anchor="${anchor}">${escapeHtml(content)}</text>`;
  const levels = Array.from({ length: Math.round(highest / step) + 1 }, (_, k) => k * step);
  const grid = levels.map(
    (value) =>
      `<line x1="${left}" x2="${width - 8}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}" stroke="#ddd"/>` +
      text(left - 6, y(value) + 4, String(Number(value.toPrecision(3))), 'end'),
  );
  const ticks = [1, ...Array.from({ length: 100 }, (_, k) => (k + 1) * 5)].filter((k) => k <= count);
  const lines = curves.map(({ name, values }, k) => {
    const colour = palette[k % palette.length];
    const points = values.flatMap((value, h) =>
      value === null ? [] : [`${x(h + 1).toFixed(1)},${y(value).toFixed(1)}`],
    );
    const row = 24 + 18 * k;
    return (
      `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points.join(' ')}"/>` +
      `<line x1="${width + 8}" x2="${width + 28}" y1="${row - 4}" y2="${row - 4}" stroke="${colour}" stroke-width="3"/>` +
      text(width + 34, row, name, 'start')
    );
  });
  return (
    `<svg viewBox="0 0 ${width + legend} ${height}" width="${width + legend}" height="${height}" font-size="12">` +
    `${grid.join('')}${ticks.map((k) => text(x(k), height - bottom + 16, String(k))).join('')}${lines.join('')}` +
    `${text((left + width) / 2, height - 4, xLabel)}${text(4, 11, yLabel, 'start')}</svg>`
  );
}

/** A step of 1, 2 or 5 times a power of ten that divides a range in about five. */
function niceStep(range: number): number {
  const raw = range / 5 || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  return power * ([1, 2, 5].find((factor) => factor * power >= raw) ?? 10);
}
