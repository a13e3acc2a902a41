"""The JAX peer: python3 jax_peer.py [--device cpu|cuda] --threads N

A whole step, drawing its samples, forward and backward pass and Adam, is one jitted function whose weights and moments are
donated. Forms: "step", one call a step; "scan", eight steps a call, which saves calls where steps are short.
"""

import argparse
import os

import numpy as np

parser = argparse.ArgumentParser()
parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
parser.add_argument("--threads", type=int, required=True)
OPTIONS = parser.parse_args()
os.environ["JAX_PLATFORMS"] = OPTIONS.device
# XLA makes as many threads as these say, when it starts.
os.environ["NPROC"] = str(OPTIONS.threads)
if OPTIONS.threads == 1:
    os.environ["XLA_FLAGS"] = os.environ.get("XLA_FLAGS", "") + " --xla_cpu_multi_thread_eigen=false"

import jax
import jax.numpy as jnp
from jax import lax

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

# The generator that XLA has for the hardware: the default one computes more than a small network does.
jax.config.update("jax_default_prng_impl", "unsafe_rbg")

SCANNED_STEPS = 8
BETA1, BETA2 = 0.9, 0.999


def activate(layer, x):
    if layer["kind"] == "relu":
        return jax.nn.relu(x)
    if layer["kind"] == "leakyRelu":
        return jnp.maximum(x, layer["alpha"] * x)
    if layer["kind"] == "gelu":
        return jax.nn.gelu(x, approximate=False)
    return jax.nn.sigmoid(x)


def drop(layer, x, key):
    """Without a key dropout is off."""
    if key is None:
        return x
    kept = jax.random.bernoulli(key, 1 - layer["rate"], x.shape)
    return jnp.where(kept, x / (1 - layer["rate"]), 0)


def split(key):
    return (None, None) if key is None else jax.random.split(key)


def normalise(layer, x, weights, training):
    """Normalises over samples and positions; returns the result and the moving averages."""
    gamma, beta, mean, variance = weights
    if not training:
        factor = gamma * lax.rsqrt(variance + layer["epsilon"])
        return (x - mean) * factor + beta, (mean, variance)
    axes = tuple(range(x.ndim - 1))
    own_mean, own_variance = x.mean(axes), x.var(axes)
    keep = layer["momentum"]
    count = x.size / x.shape[-1]
    # As PyTorch and tf.js have it, the variance that is kept is that of the population drawn from.
    moved = (keep * mean + (1 - keep) * own_mean, keep * variance + (1 - keep) * own_variance * count / (count - 1))
    return (x - own_mean) * (gamma * lax.rsqrt(own_variance + layer["epsilon"])) + beta, moved


def pool(x, size):
    """The largest of each window; where values tie the first takes the gradient, as everywhere else."""
    samples, positions, channels = x.shape
    windows = x[:, :positions // size * size].reshape(samples, -1, size, channels)
    largest = windows[:, :, 0]
    for place in range(1, size):
        largest = jnp.where(largest >= windows[:, :, place], largest, windows[:, :, place])
    return largest


def read_gru(sums, recurrent, units, order):
    state = None
    for position in order:
        own = sums[:, position]
        if state is None:
            state = (1 - jax.nn.sigmoid(own[:, :units])) * jnp.tanh(own[:, 2 * units:])
            continue
        gates = jax.nn.sigmoid(own[:, :2 * units] + state @ recurrent[:, :2 * units])
        update, reset = gates[:, :units], gates[:, units:]
        candidate = jnp.tanh(own[:, 2 * units:] + (reset * state) @ recurrent[:, 2 * units:])
        state = update * state + (1 - update) * candidate
    return state


def bidirectional_gru(units, x, weights):
    kernel1, recurrent1, bias1, kernel2, recurrent2, bias2 = weights
    positions = x.shape[1]
    sums = x @ jnp.concatenate([kernel1, kernel2], axis=1) + jnp.concatenate([bias1, bias2])
    return jnp.concatenate([read_gru(sums[:, :, :3 * units], recurrent1, units, range(positions)),
                            read_gru(sums[:, :, 3 * units:], recurrent2, units, reversed(range(positions)))], axis=1)


def apply_layers(layers, x, weights, key):
    """`weights` is an iterator. Returns the output and the new averages of batch normalisations."""
    averages = []
    for layer in layers:
        kind = layer["type"]
        if kind == "conv1d":
            kernel, bias = next(weights), next(weights)
            total = (layer["width"] - 1) * layer["dilation"] if layer["padding"] == "same" else 0
            x = bias + lax.conv_general_dilated(x, kernel, (1,), [(total // 2, total - total // 2)],
                                                rhs_dilation=(layer["dilation"],), dimension_numbers=("NWC", "WIO", "NWC"))
        elif kind == "activation":
            x = activate(layer, x)
        elif kind == "batchNorm":
            x, moved = normalise(layer, x, [next(weights) for _ in range(4)], key is not None)
            averages.extend(moved)
        elif kind == "maxPool1d":
            x = pool(x, layer["size"])
        elif kind == "flatten":
            x = x.reshape(len(x), -1)
        elif kind == "bidirectionalGru":
            x = bidirectional_gru(layer["units"], x, [next(weights) for _ in range(6)])
        elif kind == "dropout":
            key, own = split(key)
            x = drop(layer, x, own)
        elif kind == "dense":
            kernel, bias = next(weights), next(weights)
            x = x @ kernel + bias
    return x, averages


class Signal:
    """A model of one signal."""

    def __init__(self, task, spec):
        self.inputs = {"signal": jnp.asarray(task.inputs["signal"])}
        self.labels = jnp.asarray(task.labels)
        self.layers, self.kind = spec["layers"], spec["loss"]
        kinds = [layer["type"] for layer in self.layers if layer["type"] in WEIGHTS]
        trainable = [kind == "batchNorm" and i > 1 for kind in kinds for i in range(WEIGHTS[kind])]
        self.averages = [i for i, is_average in enumerate(trainable) if is_average]

    def loss(self, weights, inputs, labels, key):
        layers = self.layers[:-1] if self.kind == "binaryCrossentropy" else self.layers
        # A key is there without dropout too: batch normalisation follows it.
        output, averages = apply_layers(layers, inputs["signal"], iter(weights), key)
        output = output[:, 0]
        if self.kind == "binaryCrossentropy":
            losses = jnp.maximum(output, 0) - output * labels + jnp.log1p(jnp.exp(-jnp.abs(output)))
        else:
            losses = jnp.square(output - labels)
        return losses.mean(), averages

    def prepare_predictions(self, weights):
        return self.inputs

    def predict(self, weights, inputs):
        return apply_layers(self.layers, inputs["signal"], iter(weights), None)[0][:, 0]

    def explain(self, weights, ends):
        """Mean gradients over the points between zeros and samples, which are one batch."""
        fractions = ((jnp.arange(PATH_POINTS) + 0.5) / PATH_POINTS).astype(jnp.float32)
        points = (fractions[None, :, None, None] * ends[:, None]).reshape(-1, *ends.shape[1:])
        gradients = jax.grad(lambda own: self.predict(weights, {"signal": own}).sum())(points)
        return gradients.reshape(len(ends), PATH_POINTS, *ends.shape[1:]).mean(axis=1)


# Weights of each kind of layer.
WEIGHTS = {"conv1d": 2, "dense": 2, "batchNorm": 4, "bidirectionalGru": 6}


class Panel:
    """A model of the form of waka3 on whole genes; see Panel in torch_networks.py."""

    averages = []

    def __init__(self, task, spec):
        self.inputs = {name: jnp.asarray(values) for name, values in task.inputs.items()}
        self.labels = jnp.asarray(task.labels).reshape(self.inputs["summary"].shape[:2])
        self.encoder = next(branch["layers"] for branch in spec["branches"] if branch.get("layers"))
        self.head = spec["head"]["layers"]
        self.sharpness = spec["head"]["join"][-1]["sharpness"]

    def encode(self, marks, weights):
        return apply_layers(self.encoder, marks, weights, None)[0]

    def join(self, weights, marks, panel, known, key):
        weights = iter(weights)
        code = self.encode(marks, weights)
        others, other_codes = (marks, code) if panel is None else panel
        labels, context = known
        cell_types = marks.shape[1]
        mean = (other_codes.sum(axis=1, keepdims=True) - other_codes) / (cell_types - 1)
        squares = jnp.square(marks).sum(axis=2)
        other_squares = squares if panel is None else jnp.square(others).sum(axis=2)
        products = jnp.einsum("gcv,gdv->gcd", marks, others)
        distances = (squares[:, :, None] + other_squares[:, None, :] - 2 * products) / marks.shape[2]
        logits = -self.sharpness * next(weights)[0] * distances
        nearness = jax.nn.softmax(jnp.where(jnp.eye(cell_types, dtype=bool), -jnp.inf, logits), axis=2)
        weighted = jnp.einsum("gcd,gd->gc", nearness, labels)
        joined = jnp.concatenate([code, mean, code - mean, context, weighted[:, :, None]], axis=2)
        return apply_layers(self.head, joined, weights, key)[0][:, :, 0]

    def loss(self, weights, inputs, labels, key):
        known = inputs["referenceLabels"], inputs["context"]
        output = self.join(weights, inputs["references"], None, known, key)
        return jnp.square(output - labels).mean(), []

    def prepare_predictions(self, weights):
        """Encodes the panel, once for all predictions."""
        codes = jax.jit(lambda marks: self.encode(marks, iter(weights)))(self.inputs["references"])
        return {**self.inputs, "codes": codes}

    def predict(self, weights, inputs):
        known = inputs["referenceLabels"], inputs["context"]
        return self.join(weights, inputs["summary"], (inputs["references"], inputs["codes"]), known, None).reshape(-1)


class Contestant:
    """One form of one workload."""

    def __init__(self, task, form):
        self.task, self.form = task, form
        where = "" if OPTIONS.device == "cpu" else " cuda"
        self.label = f"JAX {jax.__version__}{where} {form}"
        self.steps = self.predictions = self.single = self.explanations = None

    def make_model(self, spec):
        return (Panel if self.task.cell_types > 0 else Signal)(self.task, spec)

    def make_state(self):
        weights = [jnp.asarray(values) for values in self.task.weights]
        zeros = lambda: [jnp.zeros_like(values) for values in weights]
        return weights, zeros(), zeros(), jnp.zeros((), jnp.int32)

    def make_step(self, model, drops):
        rate, decay = self.task.learning_rate, self.task.weight_decay

        def step(state, rows, key):
            weights, first, second, count = state
            inputs = {name: values[rows] for name, values in model.inputs.items()}
            objective = lambda own: model.loss(own, inputs, model.labels[rows], key)
            (loss, averages), gradients = jax.value_and_grad(objective, has_aux=True)(weights)
            count = count + 1
            scale1 = 1 / (1 - BETA1 ** count.astype(jnp.float32))
            scale2 = 1 / (1 - BETA2 ** count.astype(jnp.float32))
            moments = [(BETA1 * m + (1 - BETA1) * g, BETA2 * v + (1 - BETA2) * g * g)
                       for m, v, g in zip(first, second, gradients)]
            moved = [w - rate * (m * scale1 / (jnp.sqrt(v * scale2) + ADAM_EPSILON) + (decay * w if w.ndim > 1 else 0))
                     for w, (m, v) in zip(weights, moments)]
            for place, value in zip(model.averages, averages):
                moved[place] = value
            return (moved, [m for m, _ in moments], [v for _, v in moments], count), loss

        return step

    def check(self, steps, batchSize):
        """Predictions of the first steps × batchSize samples, then losses of as many steps on them."""
        size = self.task.units(batchSize)
        model = self.make_model(without_dropout(self.task.spec))
        state = self.make_state()
        inputs = model.prepare_predictions(state[0])
        predict = jax.jit(model.predict)
        parts = [predict(state[0], {name: values[start:start + size] for name, values in inputs.items()})
                 for start in range(0, steps * size, size)]
        predictions = np.concatenate([np.asarray(part) for part in parts])
        gradients = None
        if isinstance(model, Signal):
            gradients = np.asarray(jax.jit(model.explain)(state[0], inputs["signal"][:EXPLAINED])).ravel().tolist()
        step = jax.jit(self.make_step(model, False), donate_argnums=0)
        losses = []
        for start in range(0, steps * size, size):
            state, loss = step(state, jnp.arange(start, start + size), jax.random.key(0))
            losses.append(float(loss))
        return {"predictions": predictions.tolist(), "losses": losses, "gradients": gradients}

    def train(self, seconds):
        if self.steps is None:
            self.state = self.make_state()
            step = self.make_step(self.make_model(self.task.spec), True)
            if self.form == "step":
                self.steps = jax.jit(step, donate_argnums=0)
            else:
                self.steps = jax.jit(lambda state, rows, keys: lax.scan(lambda own, each: step(own, *each), state, (rows, keys)),
                                     donate_argnums=0)
            self.key = jax.random.key(1)
            self.train_some()
        return rate_of(seconds, self.train_some)

    def train_some(self):
        size = self.task.units(self.task.batch_size)
        units = self.task.units(self.task.samples)
        order = np.random.permutation(units)[:SCANNED_STEPS * size].reshape(-1, size)
        self.key, own = jax.random.split(self.key)
        keys = jax.random.split(own, len(order))
        if self.form == "step":
            losses = []
            for rows, key in zip(order, keys):
                self.state, loss = self.steps(self.state, rows, key)
                losses.append(loss)
        else:
            self.state, losses = self.steps(self.state, order, keys)
        # Read once, which waits for all steps.
        jax.block_until_ready((self.state, losses))
        return self.task.samples_of(order.size)

    def predict(self, seconds):
        if self.predictions is None:
            model, weights = self.make_model(self.task.spec), self.make_state()[0]
            inputs = model.prepare_predictions(weights)
            # Weights that do not change are constants of the compiled function, which packs them.
            predict = jax.jit(lambda part: model.predict(weights, part))
            self.predictions = FastestBatch(self.task.predict_batches(OPTIONS.device), lambda size: self.predict_parts(predict, inputs, size))
        return self.predictions.rate(seconds)

    def predict_parts(self, predict, inputs, size):
        units = self.task.units(self.task.samples)
        starts = range(0, units - size + 1, size)
        parts = [{name: values[start:start + size] for name, values in inputs.items()} for start in starts]
        at = 0

        def run():
            nonlocal at
            values = np.asarray(predict(parts[at]))
            at = (at + 1) % len(parts)
            return len(values)

        return run

    def one(self, seconds):
        if self.single is None:
            model, weights = self.make_model(self.task.spec), self.make_state()[0]
            inputs = model.prepare_predictions(weights)
            predict = jax.jit(lambda part: model.predict(weights, part))
            self.single = predict, {name: np.asarray(values[:1]) for name, values in inputs.items()}
            predict(self.single[1])
        predict, inputs = self.single

        def run():
            np.asarray(predict(inputs))

        return rate_of_calls(seconds, run)

    def explain(self, seconds):
        if self.explanations is None:
            model, weights = self.make_model(self.task.spec), self.make_state()[0]
            explain = jax.jit(lambda part: model.explain(weights, part))
            signal = model.inputs["signal"]
            self.explanations = FastestBatch(EXPLAIN_BATCHES, lambda size: self.explain_parts(explain, signal, size))
        return self.explanations.rate(seconds)

    def explain_parts(self, explain, signal, size):
        at = 0

        def run():
            nonlocal at
            at = (at + size) % (len(signal) - size + 1)
            return len(np.asarray(explain(signal[at:at + size])))

        return run


serve(Contestant, OPTIONS.threads)
