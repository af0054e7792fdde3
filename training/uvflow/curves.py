"""`python -m training.uvflow.curves [--name uvflow-s] [--columns coarse_nme nme]`: draws the training log as a PNG beside it."""

import argparse
import csv
import math
from pathlib import Path

from PIL import Image, ImageDraw

WIDTH, HEIGHT, MARGIN = 900, 420, 50
COLOURS = [(200, 60, 40), (150, 150, 160)]


def draw(log: Path, picture: Path, columns: list[str]) -> None:
    """Errors in per cent, on a logarithmic scale, over the pictures seen; the last of `columns` is drawn over the others."""
    rows = list(csv.DictReader(log.open()))
    canvas = Image.new('RGB', (WIDTH, HEIGHT), 'white')
    pen = ImageDraw.Draw(canvas)
    last = int(rows[-1]['pictures'])
    ticks = [0.5, 1, 2, 5, 10, 20]
    across = lambda seen: MARGIN + (WIDTH - 2 * MARGIN) * seen / last
    down = lambda value: HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * math.log(value / 0.5) / math.log(40)
    for tick in ticks:
        pen.line([(MARGIN, down(tick)), (WIDTH - MARGIN, down(tick))], fill=(225, 225, 225))
        pen.text((8, down(tick) - 6), f'{tick} %', fill=(90, 90, 90))
    for k in range(6):
        pen.text((across(last * k / 5) - 16, HEIGHT - MARGIN + 8), f'{last * k // 5000}k', fill=(90, 90, 90))
    for order, (column, colour) in enumerate(zip(columns, COLOURS[len(columns) - 1 :: -1])):
        pen.line([(across(int(r['pictures'])), down(max(0.5, float(r[column])))) for r in rows], fill=colour, width=2)
        pen.text((WIDTH - 190, 12 + 14 * order), f'{column}, training crops', fill=colour)
    canvas.save(picture)


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('--name', default='uvflow-s')
    parser.add_argument('--folder', type=Path, default=Path('training/checkpoints'))
    parser.add_argument('--columns', nargs='+', default=['coarse_nme', 'nme'], choices=['coarse_nme', 'nme', 'error'])
    options = parser.parse_args()
    draw(options.folder / f'{options.name}.csv', options.folder / f'{options.name}.png', options.columns)
