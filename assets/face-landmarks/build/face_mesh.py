"""Rebuilds MediaPipe's FaceMesh-V2 network (478 points) as an ONNX graph from its published weights.

The weights keep the names of the original network, which numbers its layers in the order of execution: convolutions
from 81, depthwise convolutions from 60, batch normalisations (folded into biases) from 132, PReLU slopes from 126.
They are stored in half precision, as published, and cast to single precision when the session starts.
"""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

INPUT_SIZE = 256
POINT_COUNT = 478


def read_weights(folder: Path) -> dict[str, np.ndarray]:
    index = json.loads((folder / "face_landmarks_weights_f16.json").read_text())
    data = (folder / "face_landmarks_weights_f16.bin").read_bytes()
    weights = {}
    for name, shape, offset in zip(index["keys"], index["shapes"], index["offsets"]):
        count = int(np.prod(shape))
        if offset + 2 * count <= len(data):
            weights[name] = np.frombuffer(data, np.float16, count, offset).reshape(shape)
    return weights


class GraphBuilder:
    """Appends layers to a graph and hands out the weights of each kind in the order of execution."""

    def __init__(self, weights: dict[str, np.ndarray]):
        self.weights = weights
        self.nodes, self.initializers = [], []
        self.next_layer = {"conv2d": 81, "depthwise_conv2d": 60, "batch_normalization": 132, "p_re_lu": 126}

    def find(self, kind: str, number: int, suffix: str = "") -> np.ndarray:
        # A bias may carry the name of the convolution that it was folded into, so kinds are told apart by the path.
        for name, array in self.weights.items():
            first = name.split(";")[0].split("/")
            if f"{kind}_{number}" in first and suffix in name.split(";")[0]:
                return array
        raise KeyError(f"{kind}_{number}")

    def take(self, kind: str, suffix: str = "") -> np.ndarray:
        number = self.next_layer[kind]
        self.next_layer[kind] += 1
        return self.find(kind, number, suffix)

    def constant(self, array: np.ndarray) -> str:
        name = f"w{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return self.add("Cast", [name], to=TensorProto.FLOAT)

    def add(self, op: str, inputs: list[str], output: str | None = None, **attributes) -> str:
        output = output or f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [output], **attributes))
        return output

    def convolution(self, x: str, kernel: np.ndarray, bias: np.ndarray | None, **attributes) -> str:
        """`kernel` [out, height, width, in]."""
        inputs = [x, self.constant(kernel.transpose(0, 3, 1, 2))]
        if bias is not None:
            inputs.append(self.constant(bias))
        return self.add("Conv", inputs, **attributes)

    def normalised_convolution(self, x: str, **attributes) -> str:
        return self.convolution(x, self.take("conv2d", "Conv2D"), self.take("batch_normalization"), **attributes)

    def depthwise(self, x: str) -> str:
        kernel = self.take("depthwise_conv2d", "depthwise")  # [1, 3, 3, channels]
        channels = kernel.shape[3]
        return self.convolution(x, kernel.transpose(3, 1, 2, 0), None, group=channels, pads=[1, 1, 1, 1])

    def prelu(self, x: str) -> str:
        slope = self.take("p_re_lu")  # [1, 1, channels]
        return self.add("PRelu", [x, self.constant(slope.reshape(-1, 1, 1))])

    def residual_block(self, x: str) -> str:
        y = self.prelu(self.normalised_convolution(x))
        y = self.normalised_convolution(self.depthwise(y))
        return self.prelu(self.add("Add", [x, y]))

    def halving_block(self, x: str, added_channels: int) -> str:
        """Convolution of stride 2 beside a max-pooled shortcut whose new channels are zero."""
        y = self.prelu(self.normalised_convolution(x, strides=[2, 2]))
        y = self.normalised_convolution(self.depthwise(y))
        shortcut = self.add("MaxPool", [x], kernel_shape=[2, 2], strides=[2, 2])
        if added_channels:
            pads = numpy_helper.from_array(np.array([0, 0, 0, 0, 0, added_channels, 0, 0], np.int64), f"p{len(self.nodes)}")
            self.initializers.append(pads)
            shortcut = self.add("Pad", [shortcut, pads.name])
        return self.prelu(self.add("Add", [shortcut, y]))


def build_face_mesh(folder: Path) -> onnx.ModelProto:
    """
    Input `image` [B, 3, 256, 256], RGB in [0, 1]. Outputs `landmarks` [B, 1434], (x, y, z) of 478 points in crop
    pixels (x, y from the crop's top-left corner), and `presence` [B, 1], the probability that the crop shows a face.
    """
    graph = GraphBuilder(read_weights(folder))
    # TensorFlow's SAME padding of a 3x3 stride-2 convolution on an even size pads the far side only.
    x = graph.prelu(graph.normalised_convolution("image", strides=[2, 2], pads=[0, 0, 1, 1]))
    for added_channels in (None, 16, 32, 64, 0, 0, 0):
        if added_channels is not None:
            x = graph.halving_block(x, added_channels)
        for _ in range(4):
            x = graph.residual_block(x)

    heads = []
    for number, channels in ((150, 3 * POINT_COUNT), (151, 1)):
        bias = graph.find("conv2d", number, "BiasAdd")
        y = graph.convolution(x, graph.find("conv2d", number, "Conv2D"), bias)
        heads.append(graph.add("Flatten", [y], "landmarks" if number == 150 else None))
    graph.add("Sigmoid", [heads[1]], "presence")

    def declare(name: str, shape: list) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "face-mesh",
            [declare("image", ["batch", 3, INPUT_SIZE, INPUT_SIZE])],
            [declare("landmarks", ["batch", 3 * POINT_COUNT]), declare("presence", ["batch", 1])],
            graph.initializers,
        ),
        opset_imports=[helper.make_opsetid("", 16)],
    )
    model.ir_version = 8
    onnx.checker.check_model(model, full_check=True)
    return model
