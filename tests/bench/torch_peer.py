"""The PyTorch peer: the network of a task folder as idiomatic PyTorch.

    python3 torch_peer.py [--device cpu|cuda] [--step eager|graph|compiled] LAYOUT FOLDER

LAYOUT is "conv1d", the way everybody writes it, or "channels-last": the same network as one row of a 2-D
one, in the memory format that PyTorch's convolutions are faster in on many processors. FOLDER holds task.json and
arrays.npz as workload.ts writes them; all samples stay on the device. Commands come as lines of JSON on the
standard input and answers go as lines of JSON to the standard output; peer_process.ts is the other end.

A step is eager, or captured as one CUDA graph, or compiled with torch.compile(mode="reduce-overhead"), which uses
CUDA graphs too. On a GPU outputs are compared without TF32, as both sides then compute the same; training is
timed with PyTorch's defaults, TF32 convolutions among them.
"""

import argparse
import copy
import json
import os
import signal
import sys
import time
import warnings

import numpy as np
import torch
from torch import nn

# Samples of one forward pass in inference; the fastest of them is used.
PREDICT_BATCHES = {
    "cpu": (100, 250, 500, 1000, 2000),
    "cuda": (1000, 4000, 16000, 64000),
}


class Conv1dLayout:
    """Input [sample, channel, position]."""

    Conv, MaxPool, BatchNorm = nn.Conv1d, nn.MaxPool1d, nn.BatchNorm1d

    @staticmethod
    def size(positions):
        return positions

    @staticmethod
    def arrange(tensor):
        return tensor.contiguous()


class ChannelsLastLayout:
    """Input [sample, channel, 1, position], in memory [sample, position, channel]."""

    Conv, MaxPool, BatchNorm = nn.Conv2d, nn.MaxPool2d, nn.BatchNorm2d

    @staticmethod
    def size(positions):
        return (1, positions)

    @staticmethod
    def arrange(tensor):
        return tensor.unsqueeze(2).contiguous(memory_format=torch.channels_last)


LAYOUTS = {"conv1d": Conv1dLayout, "channels-last": ChannelsLastLayout}


def build_network(spec, weights, keep_dropout, layout):
    """One module for each layer of the specification."""
    weights = iter(weights)
    channels, positions = spec["marks"], spec["bins"]
    modules = []
    for layer in spec["layers"]:
        kind = layer["type"]
        if kind == "conv1d":
            modules.append(conv(channels, layer, next(weights), next(weights), layout))
            if layer["padding"] == "valid":
                positions -= (layer["width"] - 1) * layer["dilation"]
            channels = layer["filters"]
        elif kind == "activation":
            modules.append(activation(layer))
        elif kind == "batchNorm":
            modules.append(batch_norm(channels, layer, [next(weights) for _ in range(4)], layout))
        elif kind == "maxPool1d":
            modules.append(layout.MaxPool(layout.size(layer["size"])))
            positions //= layer["size"]
        elif kind == "dropout":
            if keep_dropout:
                modules.append(nn.Dropout(layer["rate"]))
        elif kind == "flatten":
            modules.append(nn.Flatten())
        elif kind == "dense":
            modules.append(dense(channels, positions, next(weights), next(weights)))
            channels, positions = layer["units"], 1
        else:
            raise ValueError(f"Cannot build layer {kind}")
    return nn.Sequential(*modules)


def conv(channels, layer, kernel, bias, layout):
    module = layout.Conv(
        channels,
        layer["filters"],
        layout.size(layer["width"]),
        dilation=layout.size(layer["dilation"]),
        padding=layer["padding"],  # "same" pads as TensorFlow does: the odd zero on the right
    )
    # Keras [width, input, filters] to PyTorch [filters, input, width].
    kernel = torch.from_numpy(kernel).permute(2, 1, 0)
    module.weight.data = layout.arrange(kernel)
    return fill(module, bias=bias)


def batch_norm(channels, layer, values, layout):
    gamma, beta, mean, variance = values
    # Keras' momentum is the share that stays, PyTorch's the share that comes.
    module = layout.BatchNorm(channels, eps=layer["epsilon"], momentum=1 - layer["momentum"])
    return fill(module, weight=gamma, bias=beta, running_mean=mean, running_var=variance)


def dense(channels, positions, kernel, bias):
    inputs, units = kernel.shape
    # Keras flattens with the channels fastest, PyTorch with the positions fastest.
    kernel = kernel.reshape(positions, channels, units).transpose(1, 0, 2).reshape(inputs, units)
    return fill(nn.Linear(inputs, units), weight=kernel.T, bias=bias)


def activation(layer):
    if layer["kind"] == "relu":
        return nn.ReLU(inplace=True)
    if layer["kind"] == "leakyRelu":
        return nn.LeakyReLU(layer["alpha"], inplace=True)
    return nn.Sigmoid()


def fill(module, **values):
    with torch.no_grad():
        for name, value in values.items():
            getattr(module, name).copy_(torch.from_numpy(np.ascontiguousarray(value)))
    return module


class EagerTrainer:
    """A network, its loss and its optimiser, on samples that are where it is."""

    about = "eager"
    adam = {}

    def __init__(self, task, network, signal, labels):
        spec = task["spec"]
        layers = spec["layers"]
        self.network, self.signal, self.labels = network, signal, labels
        self.loss = nn.MSELoss()
        self.forward = self.network
        if spec["loss"] == "binaryCrossentropy":
            # PyTorch's own way: the sigmoid belongs to the loss while training.
            assert layers[-1].get("kind") == "sigmoid"
            self.loss = nn.BCEWithLogitsLoss()
            self.forward = self.network[:-1]
        self.optimizer = torch.optim.Adam(
            self.network.parameters(), lr=task["learningRate"], eps=1e-7, **self.adam
        )

    def step(self, rows):
        """One step of Adam on these samples; returns the loss, which a GPU may still be computing."""
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss_of(self.signal.index_select(0, rows), self.labels.index_select(0, rows))
        loss.backward()
        self.optimizer.step()
        return loss.detach()

    def loss_of(self, signal, labels):
        return self.loss(self.forward(signal).squeeze(1), labels)


class GraphTrainer(EagerTrainer):
    """A whole step, drawing its samples included, as one CUDA graph. All batches have the first one's size."""

    about = "a step captured as a CUDA graph"
    adam = {"capturable": True}
    graph = None

    def step(self, rows):
        if self.graph is None:
            self.capture(rows.clone())
        self.rows.copy_(rows)
        self.graph.replay()
        return self.captured_loss

    def capture(self, rows):
        # Before it captures, PyTorch wants a few steps on another stream, whose effects are taken back.
        before = copy.deepcopy(self.network.state_dict())
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                super().step(rows)
        torch.cuda.current_stream().wait_stream(stream)
        self.network.load_state_dict(before)
        for state in self.optimizer.state.values():
            for value in state.values():
                value.zero_()
        self.optimizer.zero_grad(set_to_none=True)
        self.rows, self.graph = rows, torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.captured_loss = super().step(rows)


class CompiledTrainer(EagerTrainer):
    """Forward and backward pass compiled, Adam as the one kernel that PyTorch has for it."""

    about = 'torch.compile(mode="reduce-overhead") and fused Adam'
    adam = {"fused": True}

    def __init__(self, *args):
        super().__init__(*args)
        self.loss_of = torch.compile(self.loss_of, mode="reduce-overhead")


TRAINERS = {"eager": EagerTrainer, "graph": GraphTrainer, "compiled": CompiledTrainer}


class Peer:
    def __init__(self, layout, folder, device, step):
        self.layout, self.device, self.step = layout, device, step
        # The batches of a run have one shape, for which cuDNN may look for its fastest algorithm.
        torch.backends.cudnn.benchmark = True
        with open(os.path.join(folder, "task.json")) as file:
            self.task = json.load(file)
        arrays = np.load(os.path.join(folder, "arrays.npz"))
        # From [sample, bin, mark], once.
        signal = torch.from_numpy(arrays["signal"]).transpose(1, 2)
        self.signal = LAYOUTS[layout].arrange(signal).to(device)
        self.labels = torch.from_numpy(arrays["labels"]).to(device)
        count = sum(name.startswith("weight") for name in arrays.files)
        self.weights = [arrays[f"weight{i}"] for i in range(count)]
        self.trainer = self.make_trainer(keep_dropout=True)
        self.predict_batch = None

    def make_trainer(self, keep_dropout):
        layout = LAYOUTS[self.layout]
        network = build_network(self.task["spec"], self.weights, keep_dropout, layout)
        return TRAINERS[self.step](self.task, network.to(self.device), self.signal, self.labels)

    def describe(self):
        about = self.layout if self.device == "cpu" else f"cuda, {TRAINERS[self.step].about}"
        return f"PyTorch {torch.__version__} {about}"

    def check(self, steps, batchSize):
        """Predictions of the first steps × batchSize rows, then losses of as many steps on them."""
        tf32 = torch.backends.cudnn.allow_tf32
        torch.backends.cudnn.allow_tf32 = False
        trainer = self.make_trainer(keep_dropout=False)
        rows = torch.arange(steps * batchSize, device=self.device)
        predictions = self.forward_all(trainer.network, self.signal[rows], batchSize)
        trainer.network.train()
        losses = [trainer.step(part).item() for part in rows.split(batchSize)]
        torch.backends.cudnn.allow_tf32 = tf32
        return {"predictions": predictions.tolist(), "losses": losses}

    def train(self, seconds, threads):
        torch.set_num_threads(threads)
        self.trainer.network.train()
        batch_size = self.task["batchSize"]
        started = time.perf_counter()
        samples = 0
        while True:
            total = torch.zeros((), device=self.device)
            order = torch.randperm(len(self.labels), device=self.device)
            for rows in order.split(batch_size):
                total += self.trainer.step(rows)
                samples += len(rows)
                if time.perf_counter() - started >= seconds:
                    break
            # The epoch's loss, read once; a GPU has done all steps by then.
            total.item()
            elapsed = time.perf_counter() - started
            if elapsed >= seconds:
                return samples / elapsed

    def predict(self, seconds, threads):
        torch.set_num_threads(threads)
        if self.predict_batch is None:
            sizes = PREDICT_BATCHES[self.device]
            rates = {size: self.predict_rate(seconds / 4, size) for size in sizes}
            self.predict_batch = max(rates, key=rates.get)
        return self.predict_rate(seconds, self.predict_batch)

    def predict_rate(self, seconds, batch_size):
        started = time.perf_counter()
        samples = 0
        while True:
            self.forward_all(self.trainer.network, self.signal, batch_size)
            samples += len(self.signal)
            elapsed = time.perf_counter() - started
            if elapsed >= seconds:
                return samples / elapsed

    @staticmethod
    def forward_all(network, signal, batch_size):
        network.eval()
        with torch.inference_mode():
            parts = [network(part).squeeze(1) for part in signal.split(batch_size)]
            return torch.cat(parts).cpu()


def main():
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    warnings.filterwarnings("ignore", "Using padding='same' with even kernel lengths")
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", choices=PREDICT_BATCHES, default="cpu")
    parser.add_argument("--step", choices=TRAINERS, default="eager")
    parser.add_argument("layout", choices=LAYOUTS)
    parser.add_argument("folder")
    peer = Peer(**vars(parser.parse_args()))
    commands = {
        "describe": peer.describe,
        "check": peer.check,
        "train": peer.train,
        "predict": peer.predict,
    }
    for line in sys.stdin:
        request = json.loads(line)
        answer = commands[request.pop("command")](**request)
        print(json.dumps(answer), flush=True)


main()
