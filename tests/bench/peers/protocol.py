"""What the peers written in Python share: workloads, how rates are taken, and the commands that peer_process.ts sends.

A command is a line of JSON on the standard input, its answer a line of JSON on the standard output:

    {"command": "open", "folder": …, "form": …}         → {"model": 0, "label": "PyTorch 2.15.0, channels last"}
    {"command": "check", "model": 0, "steps": 3, "batchSize": 50}
                                                        → {"predictions": […], "losses": […], "gradients": […] or null}
    {"command": "train" | "predict" | "one" | "explain", "model": 0, "seconds": 0.5}
                                                        → {"rate": …, "processorRate": …}, samples a second of the clock and
                                                        of processors; of "one", predictions of single samples; of "explain",
                                                        samples of PATH_POINTS gradients each
    {"command": "close", "model": 0}                    → null

A process computes on the number of threads with which it was started.
"""

import json
import os
import signal
import sys
import time

import numpy as np

# Samples of one forward pass in inference; the fastest of them is used. They divide the samples of a workload.
PREDICT_BATCHES = {"cpu": (250, 500, 1000, 2000), "cuda": (1000, 4000, 10_000, 20_000)}
ADAM_EPSILON = 1e-7
# As contestant.ts has them: points between zeros and a sample, and samples whose mean gradients over these are compared.
PATH_POINTS = 50
EXPLAINED = 4
# Samples whose points are one batch; the fastest of them is used.
EXPLAIN_BATCHES = (1, 5, 20, 50)


class Task:
    """A workload as workload.ts writes it: task.json and arrays.npz."""

    def __init__(self, folder):
        with open(os.path.join(folder, "task.json")) as file:
            task = json.load(file)
        self.spec = task["spec"]
        self.batch_size = task["batchSize"]
        self.learning_rate = task["learningRate"]
        self.weight_decay = task["weightDecay"]
        # Cell types of a panel: sample gene · cellTypes + cell type has the other cell types as references. 0 without a panel.
        self.cell_types = task["cellTypes"]
        arrays = np.load(os.path.join(folder, "arrays.npz"))
        count = sum(name.startswith("weight") for name in arrays.files)
        self.weights = [arrays[f"weight{i}"] for i in range(count)]
        self.labels = arrays["labels"]
        self.samples = len(self.labels)
        # Of a signal [sample, bin, mark]; of a panel [gene, cell type, value], and [gene, cell type] for referenceLabels.
        self.inputs = {name: arrays[name] for name in arrays.files
                       if name not in ("labels", "packed") and not name.startswith("weight")}
        # Samples with DNA: gene · cellTypes + cell type; batches of whole genes, or of any samples.
        self.dna = task.get("dna")
        if self.dna == "random":
            self.genes_of, self.cell_types = self.cell_types, 0
        elif self.dna == "by gene":
            self.genes_of = self.cell_types
        elif self.cell_types > 0:
            self.inputs = {name: values.reshape(-1, self.cell_types, *values.shape[1:])
                           for name, values in self.inputs.items()}
            self.inputs["referenceLabels"] = self.inputs["referenceLabels"].squeeze(2)

    def units(self, samples):
        """Rows of the first axis of the inputs that so many samples take: genes of a panel, or samples."""
        return samples // max(1, self.cell_types)

    def samples_of(self, units):
        return units * max(1, self.cell_types)

    def predict_batches(self, device="cpu"):
        """Numbers of units of a forward pass to try: of genes of a panel, about as many samples."""
        if self.dna is not None:
            # A sample's activations take 5 MB.
            return [10, 50, 100]
        sizes = PREDICT_BATCHES[device]
        if self.cell_types > 0:
            sizes = [max(1, size // self.cell_types) for size in sizes]
        return [size for size in sizes if self.units(self.samples) % size == 0]


def without_dropout(spec):
    """The same model without its dropout, in layers or in those of branches and the head."""
    keep = lambda layers: [layer for layer in layers if layer["type"] != "dropout"]
    if "layers" in spec:
        return {**spec, "layers": keep(spec["layers"])}
    branches = [{**branch, "layers": keep(branch["layers"])} if "layers" in branch else branch for branch in spec["branches"]]
    return {**spec, "branches": branches, "head": {**spec["head"], "layers": keep(spec["head"]["layers"])}}


def rate_of(seconds, run):
    """Repeats run(), which returns how many samples it did, until the seconds are over; samples a second, by both clocks."""
    started, before = time.perf_counter(), time.process_time()
    samples = 0
    while True:
        samples += run()
        elapsed = time.perf_counter() - started
        if elapsed >= seconds:
            return {"rate": samples / elapsed, "processorRate": samples / (time.process_time() - before)}


def rate_of_calls(seconds, run):
    """Calls run(), which answers one sample, until the seconds are over. The rate is that of a call in the middle: one that
    the system interrupted says nothing about an answer."""
    times = []

    def timed():
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
        return 1

    processor = rate_of(seconds, timed)["processorRate"]
    return {"rate": 1 / float(np.median(times)), "processorRate": processor}


class FastestBatch:
    """Predicts in batches of the size that was fastest when it was first asked."""

    def __init__(self, sizes, prepare):
        """`prepare(size)` returns a function without arguments that predicts all samples in batches of that size, a batch a
        call, and returns how many it did."""
        self.sizes, self.prepare, self.run = sizes, prepare, None

    def rate(self, seconds):
        if self.run is None:
            self.run = self.find(seconds)
        return rate_of(seconds, self.run)

    def find(self, seconds):
        runs = [self.prepare(size) for size in self.sizes]
        for run in runs:
            run()
        # The best of three short looks, since others may be at work.
        rates = [max(rate_of(seconds / 6, run)["rate"] for _ in range(3)) for run in runs]
        return runs[rates.index(max(rates))]


def serve(open_model, threads):
    """Answers commands until the input ends. `open_model(task, form)` returns an object with `label` and the commands."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    models = {}
    for line in sys.stdin:
        request = json.loads(line)
        command = request.pop("command")
        if command == "open":
            key = len(models)
            models[key] = open_model(Task(request["folder"]), request["form"])
            answer = {"model": key, "label": models[key].label}
        else:
            model = request.pop("model")
            if command == "close":
                answer = models[model] = None
            else:
                answer = getattr(models[model], command)(**request)
        print(json.dumps(answer), flush=True)
