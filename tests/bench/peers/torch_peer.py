"""The PyTorch peer.

    python3 torch_peer.py [--device cpu|cuda] --threads N

Forms: "conv1d", the way everybody writes it; "channels-last", the network as one row of a 2-D one in the memory format that
PyTorch's convolutions are faster in on many processors; "compiled", the same under torch.compile, with frozen weights in
inference. On a GPU also "graph", a step captured as one CUDA graph. Adam is fused in all of them. All samples stay on the
device. On a GPU outputs are compared without TF32, as both sides then compute the same; training is timed with PyTorch's
defaults, TF32 convolutions among them.
"""

import argparse
import copy
import warnings

import numpy as np
import torch
import torch._dynamo.config as dynamo
import torch._inductor.config as inductor
from torch import nn

from protocol import (
    ADAM_EPSILON,
    EXPLAIN_BATCHES,
    EXPLAINED,
    PATH_POINTS,
    FastestBatch,
    rate_of,
    rate_of_calls,
    serve,
    without_dropout,
)
from torch_networks import (
    ChannelsLastLayout,
    CompiledLayout,
    Conv1dLayout,
    Joint,
    Panel,
    build_sequential,
)


class SignalModel:
    """A model of one signal: its network and the samples in the layout of a form."""

    def __init__(self, task, spec, layout, device):
        self.network = build_sequential(spec, task.weights, layout).to(device)
        # From [sample, bin, mark], once.
        signal = torch.from_numpy(task.inputs["signal"]).transpose(1, 2)
        self.inputs = [layout.arrange(signal).to(device)]
        self.labels = torch.from_numpy(task.labels).to(device)
        self.loss = nn.MSELoss()
        self.training_network = self.network
        if spec["loss"] == "binaryCrossentropy":
            # PyTorch's own way: the sigmoid belongs to the loss while training.
            assert isinstance(self.network[-1], nn.Sigmoid)
            self.loss = nn.BCEWithLogitsLoss()
            self.training_network = self.network[:-1]

    def loss_of(self, rows):
        inputs = [values.index_select(0, rows) for values in self.inputs]
        return self.loss(self.training_network(*inputs).squeeze(1), self.labels.index_select(0, rows))

    def prepare_predictions(self):
        return self.inputs

    def predict(self, inputs):
        return self.network(inputs[0]).squeeze(1)

    def explain(self, ends):
        """Mean gradients over the points between zeros and samples, which are one batch, [sample, position, channel]."""
        fractions = (torch.arange(PATH_POINTS, device=ends.device) + 0.5) / PATH_POINTS
        points = (fractions.view(1, -1, *[1] * (ends.dim() - 1)) * ends.unsqueeze(1)).flatten(0, 1)
        if points.dim() == 4:
            points = points.contiguous(memory_format=torch.channels_last)
        points.requires_grad_(True)
        (gradients,) = torch.autograd.grad(self.predict([points]).sum(), points)
        means = gradients.unflatten(0, (-1, PATH_POINTS)).mean(1)
        return means.view(len(ends), means.shape[1], -1).transpose(1, 2)


class PanelModel:
    """A model that compares samples with a panel, gene by gene."""

    def __init__(self, task, spec, device):
        self.network = Panel(spec, task.weights).to(device)
        to_device = lambda name: torch.from_numpy(task.inputs[name]).to(device)
        self.marks = to_device("references")
        self.summaries = to_device("summary")
        self.known = [to_device("referenceLabels"), to_device("context")]
        self.labels = torch.from_numpy(task.labels).to(device).view(self.marks.shape[:2])
        self.loss = nn.MSELoss()

    def loss_of(self, genes):
        marks, labels, context = (values.index_select(0, genes) for values in (self.marks, *self.known))
        return self.loss(self.network(marks, labels, context), self.labels.index_select(0, genes).flatten())

    def prepare_predictions(self):
        """Encodes the panel, once for all predictions."""
        codes = torch.cat([self.network.encode(part) for part in self.marks.split(20)])
        return [self.summaries, *self.known, self.marks, codes]

    def predict(self, inputs):
        summaries, labels, context, marks, codes = inputs
        return self.network(summaries, labels, context, (marks, codes))


class DnaModel:
    """A model that joins a sample's marks with the DNA of its gene. By gene, the DNA's layers up to the first dropout are
    computed once for all samples of a gene."""

    def __init__(self, task, spec, layout, device):
        self.network = Joint(spec, task.weights, layout).to(device)
        self.by_gene, self.cell_types = task.dna == "by gene", task.genes_of
        bins = spec["inputs"][0]["bins"]
        signal = torch.from_numpy(task.inputs["signal"]).view(task.samples, bins, -1).transpose(1, 2)
        self.signal = layout.arrange(signal).to(device)
        self.codes = torch.from_numpy(task.inputs["codes"].astype(np.uint8)).to(device)
        self.labels = torch.from_numpy(task.labels).to(device)
        self.loss = nn.MSELoss()

    def loss_of(self, units):
        rows = units
        if self.by_gene:
            rows = (units.unsqueeze(1) * self.cell_types + torch.arange(self.cell_types)).flatten()
        genes = units if self.by_gene else units // self.cell_types
        repeats = self.cell_types if self.by_gene else 1
        found = self.network(self.signal.index_select(0, rows), self.codes.index_select(0, genes), repeats)
        return self.loss(found.squeeze(1), self.labels.index_select(0, rows))

    def prepare_predictions(self):
        """A unit is a sample, or by gene all samples of one."""
        if self.by_gene:
            return [self.signal.unflatten(0, (-1, self.cell_types)), torch.arange(len(self.codes))]
        return [self.signal, torch.arange(len(self.signal)) // self.cell_types]

    def prepare_timed(self):
        """A sample of each gene."""
        return [values[::self.cell_types].clone() for values in self.prepare_predictions()]

    def predict(self, inputs):
        signal, genes = inputs
        repeats = 1
        if self.by_gene:
            signal, repeats = signal.flatten(0, 1), self.cell_types
        return self.network(signal, self.codes.index_select(0, genes), repeats).squeeze(1)


class EagerSteps:
    adam = {"fused": True}

    def __init__(self, model, task):
        self.model = model
        named = list(model.network.named_parameters())
        # Weight decay acts on kernels alone: not on biases, normalisation or the scale of distances.
        kernels = [parameter for _, parameter in named if parameter.dim() > 1]
        others = [parameter for _, parameter in named if parameter.dim() <= 1]
        groups = [{"params": kernels, "weight_decay": task.weight_decay}, {"params": others, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=task.learning_rate, eps=ADAM_EPSILON, **self.adam)
        self.loss_of = model.loss_of

    def step(self, rows):
        """One step of Adam; returns the loss, which a GPU may still be computing."""
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss_of(rows)
        loss.backward()
        self.optimizer.step()
        return loss.detach()


class CompiledSteps(EagerSteps):
    """Forward and backward pass compiled; on a GPU as CUDA graphs."""

    def __init__(self, model, task):
        super().__init__(model, task)
        mode = "reduce-overhead" if model.labels.is_cuda else "default"
        self.loss_of = torch.compile(model.loss_of, mode=mode, dynamic=False)


class GraphSteps(EagerSteps):
    """A whole step, drawing its samples included, as one CUDA graph. All batches have the first one's size."""

    adam = {"fused": True, "capturable": True}
    graph = None

    def step(self, rows):
        if self.graph is None:
            self.capture(rows.clone())
        self.rows.copy_(rows)
        self.graph.replay()
        return self.captured_loss

    def capture(self, rows):
        # Before it captures, PyTorch wants a few steps on another stream, whose effects are taken back.
        before = copy.deepcopy(self.model.network.state_dict())
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                super().step(rows)
        torch.cuda.current_stream().wait_stream(stream)
        self.model.network.load_state_dict(before)
        for state in self.optimizer.state.values():
            for value in state.values():
                value.zero_()
        self.optimizer.zero_grad(set_to_none=True)
        self.rows, self.graph = rows, torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.captured_loss = super().step(rows)


LAYOUTS = {"conv1d": Conv1dLayout, "compiled": CompiledLayout}
STEPS = {"compiled": CompiledSteps, "graph": GraphSteps}


class Contestant:
    """One form of one workload."""

    def __init__(self, task, form, device):
        self.task, self.form, self.device = task, form, device
        where = "" if device == "cpu" else " cuda"
        self.label = f"PyTorch {torch.__version__.split('+')[0]}{where} {form}"
        self.training = self.predictions = self.single = self.explanations = None

    def make_model(self, spec):
        if self.task.dna is not None:
            layout = Conv1dLayout if self.form == "conv1d" else ChannelsLastLayout
            return DnaModel(self.task, spec, layout, self.device)
        if self.task.cell_types > 0:
            return PanelModel(self.task, spec, self.device)
        return SignalModel(self.task, spec, LAYOUTS.get(self.form, ChannelsLastLayout), self.device)

    def make_steps(self, model):
        return STEPS.get(self.form, EagerSteps)(model, self.task)

    def predictor_of(self, model):
        model.network.eval()
        if self.form != "compiled":
            return model.predict
        return torch.compile(model.predict, dynamic=False)

    def check(self, steps, batchSize):
        """Predictions of the first steps × batchSize samples, then losses of as many steps on them."""
        tf32 = torch.backends.cudnn.allow_tf32
        torch.backends.cudnn.allow_tf32 = False
        size = self.task.units(batchSize)
        model = self.make_model(without_dropout(self.task.spec))
        with torch.no_grad():
            predict = self.predictor_of(model)
            inputs = model.prepare_predictions()
            parts = [predict([values[start:start + size] for values in inputs]) for start in range(0, steps * size, size)]
            predictions = torch.cat(parts).cpu()
        gradients = None
        if isinstance(model, SignalModel) and self.form != "compiled":
            gradients = model.explain(inputs[0][:EXPLAINED]).cpu().flatten().tolist()
        model.network.train()
        stepper = self.make_steps(model)
        rows = torch.arange(steps * size, device=self.device)
        losses = [stepper.step(part).item() for part in rows.split(size)]
        torch.backends.cudnn.allow_tf32 = tf32
        return {"predictions": predictions.tolist(), "losses": losses, "gradients": gradients}

    def train(self, seconds):
        if self.training is None:
            model = self.make_model(self.task.spec)
            model.network.train()
            self.training = self.make_steps(model)
            # What is compiled or captured is so before the clock starts.
            self.training.step(torch.arange(self.task.units(self.task.batch_size), device=self.device))
        return rate_of(seconds, self.train_some)

    def train_some(self):
        """So many shuffled steps that their overhead is small: an eighth of an epoch or so."""
        size = self.task.units(self.task.batch_size)
        units = self.task.units(self.task.samples)
        steps = max(1, units // size // 8)
        if self.task.dna is not None:
            steps = 1
        total = torch.zeros((), device=self.device)
        for rows in torch.randperm(units, device=self.device)[:steps * size].split(size):
            total += self.training.step(rows)
        # The mean loss, read once; a GPU has done all steps by then.
        total.item()
        return steps * self.task.samples_of(size)

    @torch.no_grad()
    def predict(self, seconds):
        if self.predictions is None:
            model = self.make_model(self.task.spec)
            predict = self.predictor_of(model)
            inputs = getattr(model, "prepare_timed", model.prepare_predictions)()
            sizes = self.task.predict_batches(self.device)
            # Each size is compiled by itself, which takes long.
            sizes = sizes[-2:-1] if self.form == "compiled" else sizes
            self.predictions = FastestBatch(sizes, lambda size: self.predict_parts(predict, inputs, size))
        return self.predictions.rate(seconds)

    def predict_parts(self, predict, inputs, size):
        units = len(inputs[0])
        starts = iter(())

        def run():
            nonlocal starts
            start = next(starts, None)
            if start is None:
                starts = iter(range(0, units - size + 1, size))
                start = next(starts)
            values = predict([values[start:start + size] for values in inputs]).cpu().numpy()
            return len(values)

        return run

    @torch.no_grad()
    def one(self, seconds):
        if self.single is None:
            model = self.make_model(self.task.spec)
            self.single = self.predictor_of(model), [values[:1].clone() for values in model.prepare_predictions()]
            self.single[0](self.single[1])
        predict, inputs = self.single

        def run():
            predict(inputs).numpy()

        return rate_of_calls(seconds, run)

    def explain(self, seconds):
        if self.explanations is None:
            model = self.make_model(self.task.spec)
            model.network.eval().requires_grad_(False)
            self.explanations = FastestBatch(EXPLAIN_BATCHES, lambda size: self.explain_parts(model, size))
        return self.explanations.rate(seconds)

    def explain_parts(self, model, size):
        parts, at = model.inputs[0].split(size), 0

        def run():
            nonlocal at
            at = (at + 1) % len(parts)
            return len(model.explain(parts[at]).cpu().numpy())

        return run


def main():
    warnings.filterwarnings("ignore", "Using padding='same' with even kernel lengths")
    warnings.filterwarnings("ignore", ".*[Ff]reezing.*")
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--threads", type=int, required=True)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    # The batches of a run have one shape, for which cuDNN may look for its fastest algorithm.
    torch.backends.cudnn.benchmark = True
    # One function serves all models of a run, and is compiled for each. Past eight of them it would not be compiled any more,
    # without a word, and run slower than the other forms.
    dynamo.recompile_limit = dynamo.accumulated_recompile_limit = 10_000
    dynamo.fail_on_recompile_limit_hit = True
    if options.device == "cpu":
        # Weights that do not change any more are packed for the kernels when inference is compiled.
        inductor.freezing = True
    serve(lambda task, form: Contestant(task, form, options.device), options.threads)


main()
