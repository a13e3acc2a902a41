"""Gradient boosted trees as a peer: reads tables of numbers from a folder, and writes predictions into it.

    python3 trees_peer.py FOLDER THREADS

For each case named in jobs.json, trees are grown on CASE-train.npy and labels.npy, and predict CASE-test.npy into
CASE-predicted.npy.
"""

import json
import os
import sys

folder, threads = sys.argv[1], sys.argv[2]
os.environ["OMP_NUM_THREADS"] = threads
# Threads that wait by spinning bring a busy machine to a halt.
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"

import numpy as np  # noqa: E402
from sklearn.ensemble import HistGradientBoostingRegressor  # noqa: E402


def path(name):
    return os.path.join(folder, name + ".npy")


with open(os.path.join(folder, "jobs.json")) as file:
    jobs = json.load(file)
labels = np.load(path("labels"))
for case in jobs["cases"]:
    trees = HistGradientBoostingRegressor(**jobs["settings"])
    trees.fit(np.load(path(case + "-train")), labels)
    predicted = trees.predict(np.load(path(case + "-test")))
    np.save(path(case + "-predicted"), predicted.astype(np.float32))
