"""`python -m training.studio.contact_sheet OUT.png [--seed 1] [--count 100] [--columns 10] [--side 128]`"""

import argparse

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from .render import Studio


def contact_sheet(seed: int, count: int, columns: int, side: int) -> Image.Image:
    studio = Studio()
    rows = -(-count // columns)
    sheet = np.zeros((rows * side, columns * side, 3), np.uint8)
    for index in range(count):
        image = studio.picture(seed, index).image.float()[None]
        small = F.interpolate(image, size=(side, side), mode='bilinear', antialias=True, align_corners=False)[0]
        row, column = divmod(index, columns)
        tile = small.permute(1, 2, 0).round().clamp(0, 255).byte().numpy()
        sheet[row * side : (row + 1) * side, column * side : (column + 1) * side] = tile
    return Image.fromarray(sheet)


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('out')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--count', type=int, default=100)
    parser.add_argument('--columns', type=int, default=10)
    parser.add_argument('--side', type=int, default=128)
    options = parser.parse_args()
    torch.set_num_threads(1)
    contact_sheet(options.seed, options.count, options.columns, options.side).save(options.out)
