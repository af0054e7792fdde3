"""Writes and reads the head model container `flowfit-head/1` (docs/head-container.md)."""

import hashlib
import json
import zipfile

import numpy as np

# Fixed time stamps, so that the same build gives the same bytes.
TIME_STAMP = (2020, 9, 1, 0, 0, 0)


def quantise(basis, levels):
    """(integers, scale per component): each component's largest displacement becomes `levels`."""
    flat = np.abs(basis).reshape(len(basis), -1).max(1)
    scale = (flat / levels).astype(np.float32)
    kind = np.int8 if levels <= 127 else np.int16
    return np.rint(basis / scale[:, None, None]).astype(kind), scale


def basis_hash(quantised, scale):
    dequantised = quantised.astype(np.float32) * scale[:, None, None]
    return hashlib.sha256(np.ascontiguousarray(dequantised, '<f4').tobytes()).hexdigest()


def layout_hash(uv_vertices):
    return hashlib.sha256(np.ascontiguousarray(uv_vertices, '<f4').tobytes()).hexdigest()


def write_arrays(path, arrays):
    """Writes a deflated .npz whose bytes depend on its content alone."""
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f'{name}.npy', TIME_STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, 'w') as stream:
                np.lib.format.write_array(stream, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)


def write(path, meta, arrays):
    write_arrays(path, {'meta': np.frombuffer(json.dumps(meta, indent=1).encode(), np.uint8), **arrays})


def read_raw(path):
    """{name: array} as stored."""
    with np.load(path) as archive:
        return {name: archive[name] for name in archive.files}


def read(path):
    """(meta, {name: array}) with the bases dequantised to float32."""
    arrays = read_raw(path)
    meta = json.loads(arrays.pop('meta').tobytes())
    for name in ('shape', 'expression'):
        basis = arrays[f'{name}_basis']
        if basis.dtype != np.float32:
            arrays[f'{name}_basis'] = basis.astype(np.float32) * arrays[f'{name}_scale'][:, None, None]
    return meta, arrays
