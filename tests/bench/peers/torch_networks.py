"""The models as idiomatic PyTorch, with weights from Keras' layout."""

import numpy as np
import torch
from torch import nn


class Conv1dLayout:
    """The way everybody writes it: input [sample, channel, position]."""

    Conv, MaxPool, BatchNorm = nn.Conv1d, nn.MaxPool1d, nn.BatchNorm1d

    @staticmethod
    def leaky(slope):
        return nn.LeakyReLU(slope, inplace=True)

    @staticmethod
    def size(positions):
        return positions

    @staticmethod
    def arrange(tensor):
        return tensor.contiguous()


class ChannelsLastLayout:
    """The same network as one row of a 2-D one: input [sample, channel, 1, position], in memory [sample, position, channel]."""

    Conv, MaxPool, BatchNorm = nn.Conv2d, nn.MaxPool2d, nn.BatchNorm2d
    leaky = Conv1dLayout.leaky

    @staticmethod
    def size(positions):
        return (1, positions)

    @staticmethod
    def arrange(tensor):
        return tensor.unsqueeze(2).contiguous(memory_format=torch.channels_last)


class CompiledLayout(ChannelsLastLayout):
    """The same for torch.compile, whose vector code for the processor is wrong where nn.LeakyReLU precedes batch normalisation
    in training: in PyTorch 2.15 the outputs of these two layers alone are off by as much as they are large."""

    @staticmethod
    def leaky(slope):
        return LargerOf(slope)


class LargerOf(nn.Module):
    """LeakyReLU as the larger of a value and its share, which is the same for slopes from 0 to 1."""

    def __init__(self, slope):
        super().__init__()
        assert 0 <= slope <= 1
        self.slope = slope

    def forward(self, x):
        return torch.maximum(x, self.slope * x)


def build_sequential(spec, weights, layout):
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
            modules.append(activation(layer, layout))
        elif kind == "batchNorm":
            modules.append(batch_norm(channels, layer, [next(weights) for _ in range(4)], layout))
        elif kind == "maxPool1d":
            modules.append(layout.MaxPool(layout.size(layer["size"])))
            positions //= layer["size"]
        elif kind == "dropout":
            modules.append(nn.Dropout(layer["rate"]))
        elif kind == "flatten":
            modules.append(nn.Flatten())
        elif kind == "bidirectionalGru":
            modules.append(BidirectionalGru([next(weights) for _ in range(6)]))
            channels, positions = 2 * layer["units"], 1
        elif kind == "dense":
            modules.append(dense(channels, positions, next(weights), next(weights)))
            channels, positions = layer["units"], 1
        else:
            raise ValueError(f"Cannot build layer {kind}")
    return nn.Sequential(*modules)


class Joint(nn.Module):
    """A branch over marks and one over letters, joined. Letters become one-hot a batch at a time: those of all genes would take
    sixteen times the memory of their codes, and making them takes a thousandth of a step."""

    def __init__(self, spec, weights, layout):
        super().__init__()
        weights = iter(weights)
        self.layout = layout
        shape = lambda branch: {"signal": (spec["inputs"][0]["marks"], spec["inputs"][0]["bins"]),
                                "sequence": (4, spec["inputs"][1]["bases"])}[branch["input"]]
        build = lambda layers, channels, positions: build_sequential(
            {"marks": channels, "bins": positions, "layers": layers}, weights, layout)
        marks, dna = spec["branches"]
        self.marks = build(marks["layers"], *shape(marks))
        dna = build(dna["layers"], *shape(dna))
        shared = next((i for i, module in enumerate(dna) if isinstance(module, (nn.Dropout, nn.Linear))), len(dna))
        self.shared, self.dna = dna[:shared], dna[shared:]
        joined = sum(list(branch)[-1].out_features for branch in (self.marks, self.dna))
        self.head = build(spec["head"]["layers"], joined, 1)
        # Code 4, of a base whose letter is not known, is none of the four.
        self.register_buffer("letters", torch.eye(5, 4))

    def forward(self, signal, codes, repeats):
        letters = self.letters[codes.long()].transpose(1, 2)
        genes = self.shared(self.layout.arrange(letters))
        if repeats > 1:
            genes = genes.repeat_interleave(repeats, dim=0)
        return self.head(torch.cat([self.marks(signal), self.dna(genes)], dim=1))


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


def activation(layer, layout=Conv1dLayout):
    if layer["kind"] == "relu":
        return nn.ReLU(inplace=True)
    if layer["kind"] == "leakyRelu":
        return layout.leaky(layer["alpha"])
    if layer["kind"] == "gelu":
        return nn.GELU()
    return nn.Sigmoid()


def fill(module, **values):
    with torch.no_grad():
        for name, value in values.items():
            getattr(module, name).copy_(torch.from_numpy(np.ascontiguousarray(value)))
    return module


class BidirectionalGru(nn.Module):
    """The last states of two GRUs whose reset gate acts before the product, which nn.GRU does not have.

    The products with the inputs of all positions, gates and directions are one; the state before the first position is zero,
    so there the recurrent products are left out.
    """

    def __init__(self, weights):
        super().__init__()
        as_parameter = lambda values: nn.Parameter(torch.from_numpy(np.ascontiguousarray(values)))
        kernels, recurrent, biases = weights[0::3], weights[1::3], weights[2::3]
        self.units = recurrent[0].shape[0]
        self.kernel = as_parameter(np.concatenate(kernels, axis=1))
        self.bias = as_parameter(np.concatenate(biases))
        self.gates = nn.ParameterList([as_parameter(values[:, : 2 * self.units]) for values in recurrent])
        self.candidate = nn.ParameterList([as_parameter(values[:, 2 * self.units:]) for values in recurrent])

    def forward(self, x):
        if x.dim() == 4:
            x = x.squeeze(2)
        samples, channels, positions = x.shape
        x = x.transpose(1, 2).reshape(samples * positions, channels)
        sums = torch.addmm(self.bias, x, self.kernel).view(samples, positions, 2, 3 * self.units)
        return torch.cat([self.read(sums[:, :, 0], 0, range(positions)),
                          self.read(sums[:, :, 1], 1, reversed(range(positions)))], dim=1)

    def read(self, sums, direction, positions):
        units, state = self.units, None
        for position in positions:
            own = sums[:, position]
            if state is None:
                update = torch.sigmoid(own[:, :units])
                state = (1 - update) * torch.tanh(own[:, 2 * units:])
                continue
            gates = torch.sigmoid(own[:, : 2 * units] + state @ self.gates[direction])
            update, reset = gates[:, :units], gates[:, units:]
            candidate = torch.tanh(own[:, 2 * units:] + (reset * state) @ self.candidate[direction])
            state = update * state + (1 - update) * candidate
        return state


class Panel(nn.Module):
    """A model of the form of waka3 on whole genes in all their cell types: each sample's references are the other cell types.

    In training a sample's own marks are an entry of the panel, so all samples of a gene are encoded once, and a sample's
    references are its gene's other rows. In inference samples have marks of their own, and `encode` has been called for the
    panel before, once for all predictions.
    """

    JOIN = ["output", "mean", "difference", "output", "distanceWeightedMean"]

    def __init__(self, spec, weights):
        super().__init__()
        join = spec["head"]["join"]
        assert [term["type"] for term in join] == self.JOIN
        encoder = next(branch["layers"] for branch in spec["branches"] if branch.get("layers"))
        weights = iter(weights)
        self.encoder = dense_layers(encoder, weights)
        self.scale = nn.Parameter(torch.from_numpy(next(weights)))
        self.head = dense_layers(spec["head"]["layers"], weights)
        self.sharpness = join[-1]["sharpness"]

    def encode(self, marks):
        return self.encoder(marks)

    def forward(self, marks, labels, context, panel=None):
        """marks [gene, cell type, value] of the samples, labels [gene, cell type] of the panel; `panel` its marks and codes."""
        code = self.encode(marks)
        others, other_codes = (marks, code) if panel is None else panel
        count = marks.shape[1] - 1
        mean = (other_codes.sum(dim=1, keepdim=True) - other_codes) / count
        weighted = self.weigh(marks, others, labels)
        joined = torch.cat([code, mean, code - mean, context, weighted.unsqueeze(2)], dim=2)
        return self.head(joined).flatten()

    def weigh(self, marks, others, labels):
        """Mean label of the references, weighted by how near their marks are."""
        values = marks.shape[2]
        squares = (marks * marks).sum(dim=2, keepdim=True)
        other_squares = squares if others is marks else (others * others).sum(dim=2, keepdim=True)
        products = torch.bmm(marks, others.transpose(1, 2))
        distances = (squares + other_squares.transpose(1, 2) - 2 * products) / values
        logits = -self.sharpness * self.scale * distances
        own = torch.eye(marks.shape[1], dtype=torch.bool, device=marks.device)
        weights = torch.softmax(logits.masked_fill(own, -torch.inf), dim=2)
        return torch.bmm(weights, labels.unsqueeze(2)).squeeze(2)


def dense_layers(layers, weights):
    modules = []
    for layer in layers:
        if layer["type"] == "dense":
            kernel, bias = next(weights), next(weights)
            modules.append(fill(nn.Linear(*kernel.shape), weight=kernel.T, bias=bias))
        elif layer["type"] == "dropout":
            modules.append(nn.Dropout(layer["rate"]))
        else:
            modules.append(activation(layer))
    return nn.Sequential(*modules)
