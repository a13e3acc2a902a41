"""The ONNX Runtime peer, for inference: python3 onnx_peer.py --threads N

The model is written in ONNX with its weights, and the runtime optimises the graph as far as it can. Forms: "conv1d", and
"conv2d", the network as one row of a 2-D one, for which the runtime has convolutions in blocks of channels.
"""

import argparse

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from protocol import FastestBatch, rate_of_calls, serve


class Graph:
    """An ONNX graph that grows node by node."""

    def __init__(self):
        self.nodes, self.constants, self.count = [], [], 0

    def name(self):
        self.count += 1
        return f"t{self.count}"

    def constant(self, values, dtype=np.float32):
        name = self.name()
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(np.asarray(values, dtype)), name))
        return name

    def add(self, kind, *inputs, outputs=1, **attributes):
        names = [self.name() for _ in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def integers(self, *values):
        return self.constant(values, np.int64)

    def model(self, inputs, output, shape=("samples",)):
        infos = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()]
        result = helper.make_tensor_value_info(output, TensorProto.FLOAT, list(shape))
        graph = helper.make_graph(self.nodes, "model", infos, [result], self.constants)
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
        onnx.checker.check_model(made)
        return made.SerializeToString()


def same_padding(layer):
    """Zeros on the left and right: as TensorFlow does, the odd one on the right."""
    total = (layer["width"] - 1) * layer["dilation"] if layer["padding"] == "same" else 0
    return total // 2, total - total // 2


def build_sequential(spec, weights, flat):
    """[sample, mark, bin], or [sample, mark, 1, bin] if not flat, to [sample]."""
    graph, weights = Graph(), iter(weights)
    channels, positions = spec["marks"], spec["bins"]
    x = "signal"
    # A value for each axis of positions.
    axes = lambda value, other: [value] if flat else [other, value]
    for layer in spec["layers"]:
        kind = layer["type"]
        if kind == "conv1d":
            kernel, bias = next(weights).transpose(2, 1, 0), next(weights)
            left, right = same_padding(layer)
            x = graph.add("Conv", x, graph.constant(kernel if flat else kernel[:, :, None]), graph.constant(bias),
                          kernel_shape=axes(layer["width"], 1), dilations=axes(layer["dilation"], 1),
                          pads=axes(left, 0) + axes(right, 0))
            channels = layer["filters"]
            positions += left + right - (layer["width"] - 1) * layer["dilation"]
        elif kind == "activation":
            x = add_activation(graph, layer, x)
        elif kind == "batchNorm":
            values = [graph.constant(next(weights)) for _ in range(4)]
            x = graph.add("BatchNormalization", x, *values, epsilon=layer["epsilon"])
        elif kind == "maxPool1d":
            x = graph.add("MaxPool", x, kernel_shape=axes(layer["size"], 1), strides=axes(layer["size"], 1))
            positions //= layer["size"]
        elif kind == "flatten":
            x = graph.add("Flatten", x)
        elif kind == "bidirectionalGru":
            x = add_gru(graph, x, [next(weights) for _ in range(6)], layer["units"], flat)
            channels, positions = 2 * layer["units"], 1
        elif kind == "dense":
            kernel, bias = next(weights), next(weights)
            inputs, units = kernel.shape
            # Keras flattens with the channels fastest, ONNX with the positions fastest.
            kernel = kernel.reshape(positions, channels, units).transpose(1, 0, 2).reshape(inputs, units)
            x = graph.add("Gemm", x, graph.constant(kernel), graph.constant(bias))
            channels, positions = units, 1
    output = graph.add("Squeeze", x, graph.integers(1))
    shape = ["samples", spec["marks"], *([] if flat else [1]), spec["bins"]]
    return graph.model({"signal": shape}, output)


def add_activation(graph, layer, x):
    if layer["kind"] == "relu":
        return graph.add("Relu", x)
    if layer["kind"] == "leakyRelu":
        return graph.add("LeakyRelu", x, alpha=layer["alpha"])
    if layer["kind"] == "gelu":
        return graph.add("Gelu", x)
    return graph.add("Sigmoid", x)


def add_gru(graph, x, weights, units, flat):
    """ONNX has a GRU whose reset gate acts before the product: linear_before_reset 0. Its gates are in the order z, r, c."""
    if not flat:
        x = graph.add("Squeeze", x, graph.integers(2))
    x = graph.add("Transpose", x, perm=[2, 0, 1])
    kernels, recurrent, biases = (np.stack([values.T for values in weights[i::3]]) for i in range(3))
    biases = np.concatenate([biases, np.zeros_like(biases)], axis=1)
    _, states = graph.add("GRU", x, *(graph.constant(values) for values in (kernels, recurrent, biases)), outputs=2,
                          hidden_size=units, direction="bidirectional", linear_before_reset=0)
    # [direction, sample, unit] to [sample, direction · unit].
    return graph.add("Flatten", graph.add("Transpose", states, perm=[1, 0, 2]))


def add_dense(graph, layers, weights, x):
    for layer in layers:
        if layer["type"] == "dense":
            kernel, bias = next(weights), next(weights)
            x = graph.add("Add", graph.add("MatMul", x, graph.constant(kernel)), graph.constant(bias))
        elif layer["type"] == "activation":
            x = add_activation(graph, layer, x)
    return x


def build_encoder(spec, weights):
    graph = Graph()
    output = add_dense(graph, encoder_of(spec), iter(weights), "marks")
    shape = lambda values: ["genes", "cellTypes", values]
    return graph.model({"marks": shape(weights[0].shape[0])}, output, shape("codes"))


def encoder_of(spec):
    return next(branch["layers"] for branch in spec["branches"] if branch.get("layers"))


def build_panel(spec, weights, cell_types):
    """Samples of whole genes in all cell types against a panel that is encoded already; see Panel in torch_networks.py."""
    graph, weights = Graph(), iter(weights)
    values = spec["inputs"][0]["values"]
    code = add_dense(graph, encoder_of(spec), weights, "summary")
    sharpness = spec["head"]["join"][-1]["sharpness"]
    scale = float(next(weights)[0])
    total = graph.add("ReduceSum", "codes", graph.integers(1), keepdims=1)
    mean = graph.add("Div", graph.add("Sub", total, "codes"), graph.constant(cell_types - 1))
    squares = graph.add("ReduceSumSquare", "summary", graph.integers(2), keepdims=1)
    other_squares = graph.add("Transpose", graph.add("ReduceSumSquare", "marks", graph.integers(2), keepdims=1), perm=[0, 2, 1])
    products = graph.add("MatMul", "summary", graph.add("Transpose", "marks", perm=[0, 2, 1]))
    # −sharpness · scale / values · (squares + otherSquares − 2 · products), and −∞ for the sample's own cell type.
    factor = -sharpness * scale / values
    sums = graph.add("Mul", graph.add("Add", squares, other_squares), graph.constant(factor))
    logits = graph.add("Add", sums, graph.add("Mul", products, graph.constant(-2 * factor)))
    own = np.where(np.eye(cell_types, dtype=bool), -np.inf, 0)
    nearness = graph.add("Softmax", graph.add("Add", logits, graph.constant(own)), axis=2)
    weighted = graph.add("MatMul", nearness, graph.add("Unsqueeze", "labels", graph.integers(2)))
    difference = graph.add("Sub", code, mean)
    joined = graph.add("Concat", code, mean, difference, "context", weighted, axis=2)
    output = add_dense(graph, spec["head"]["layers"], weights, joined)
    flat = graph.add("Reshape", output, graph.integers(-1))
    shape = lambda last: ["genes", cell_types, last]
    inputs = {"summary": shape(values), "marks": shape(values), "codes": shape("codes"), "labels": ["genes", cell_types],
              "context": shape(spec["inputs"][3]["values"])}
    return graph.model(inputs, flat)


class Contestant:
    """One form of one workload."""

    def __init__(self, task, form, threads):
        self.task = task
        self.label = f"ONNX Runtime {onnxruntime.__version__} {form}"
        self.options = onnxruntime.SessionOptions()
        self.options.intra_op_num_threads = threads
        self.options.inter_op_num_threads = 1
        self.options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        self.options.log_severity_level = 3
        if task.cell_types > 0:
            self.open_panel()
        else:
            flat = form == "conv1d"
            self.session = self.open(build_sequential(task.spec, task.weights, flat))
            signal = task.inputs["signal"].transpose(0, 2, 1)
            self.inputs = {"signal": np.ascontiguousarray(signal if flat else signal[:, :, None])}
        self.predictions = None

    def open(self, model):
        return onnxruntime.InferenceSession(model, self.options, providers=["CPUExecutionProvider"])

    def open_panel(self):
        task = self.task
        encoder = self.open(build_encoder(task.spec, task.weights))
        marks = task.inputs["references"]
        codes = np.concatenate([encoder.run(None, {"marks": part})[0] for part in np.split(marks, 20)])
        self.session = self.open(build_panel(task.spec, task.weights, task.cell_types))
        self.inputs = {"summary": task.inputs["summary"], "marks": marks, "codes": codes,
                       "labels": task.inputs["referenceLabels"], "context": task.inputs["context"]}

    def check(self, steps, batchSize):
        size = self.task.units(batchSize)
        parts = [self.run(start, size) for start in range(0, steps * size, size)]
        return {"predictions": np.concatenate(parts).tolist(), "losses": []}

    def run(self, start, size):
        return self.session.run(None, {name: values[start:start + size] for name, values in self.inputs.items()})[0]

    def predict(self, seconds):
        if self.predictions is None:
            self.predictions = FastestBatch(self.task.predict_batches(), self.predict_parts)
        return self.predictions.rate(seconds)

    def predict_parts(self, size):
        units, start = self.task.units(self.task.samples), -size

        def run():
            nonlocal start
            start = start + size if start + 2 * size <= units else 0
            return len(self.run(start, size))

        return run

    def one(self, seconds):
        inputs = {name: values[:1].copy() for name, values in self.inputs.items()}

        def run():
            self.session.run(None, inputs)

        return rate_of_calls(seconds, run)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, required=True)
    threads = parser.parse_args().threads
    serve(lambda task, form: Contestant(task, form, threads), threads)


main()
