"""The other side of `deno task bench --load`; one command, answers with a line of JSON.

load FILE              reads, slices and concatenates every member with numpy, each read once
measure COMMAND...     runs a command; its last line of output is passed on
"""
import json, resource, subprocess, sys, time
import numpy as np


def load(path):
    data = np.load(path)
    signal, labels = [], []
    for cell in data.files:
        values = data[cell]
        signal.append(values[:, :, 1:6])
        labels.append(values[:, 0, 6])
    signal, labels = np.concatenate(signal), np.concatenate(labels)
    # Both sides say when they had read all; what follows shows that they read the same.
    print(json.dumps({"read": time.time(), "sums": [float(signal.sum()), float(labels.sum())]}))


def measure(command):
    started = time.time()
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.decode().strip()
    ended = time.time()
    last = json.loads(output.split("\n")[-1]) if output.endswith("}") else {}
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(json.dumps({"seconds": last.get("read", ended) - started, "megabytes": megabytes, **last}))


command, *arguments = sys.argv[1:]
load(*arguments) if command == "load" else measure(arguments)
