"""Compares our data set with a peer's table of the same files: OURS.npz THEIRS FORMAT GENES.tsv TOLERANCE.

FORMAT is one of
  bed     contig, start, end, and a column for each file; lines that begin with # are skipped
  saf     featureCounts' table, whose first column is the number of the bin
  npy     [file, gene, bin]
  matrix  computeMatrix' values: after a line that begins with @, six columns, and the bins of each file
Ours has the members and marks in the order of the files. A value agrees if it differs by at most TOLERANCE times the larger
one of its size and 1. Answers with a line of JSON: how many values there are, how many of them differ, the largest
difference so taken, and the sum of all.
"""
import gzip, json, sys
import numpy as np


def read_ours(path):
    """[file, gene number, bin], with the genes by number less 1."""
    files = []
    with np.load(path) as data:
        for member in data.files:
            if member.startswith("__"):
                continue
            block = data[member]
            rows = np.argsort(block[:, 0, 0])
            files += [block[rows, :, column] for column in range(1, block.shape[2])]
    return np.array(files, dtype=np.float64)


def read_genes(path):
    with open(path) as lines:
        rows = [line.split("\t") for line in lines][1:]
    return np.array([int(row[0][4:]) - 1 for row in rows]), [row[1] for row in rows], np.array([int(row[2]) for row in rows])


def read_table(path, skip):
    opened = gzip.open(path, "rt") if path.endswith(".gz") else open(path)
    with opened as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines if line[0] not in skip]
    return rows


def compare(ours, theirs, tolerance):
    theirs = np.nan_to_num(theirs)
    if ours.shape != theirs.shape:
        raise SystemExit(f"Cannot compare: ours is {ours.shape}, theirs {theirs.shape}")
    difference = np.abs(ours - theirs) / np.maximum(1, np.maximum(np.abs(ours), np.abs(theirs)))
    return {"values": ours.size, "different": int((difference > tolerance).sum()), "largest": float(difference.max()),
            "total": float(ours.sum())}


def main(ours_path, path, kind, genes_path, tolerance):
    ours = read_ours(ours_path)
    number, contigs, tss = read_genes(genes_path)
    if kind == "npy":
        return compare(ours[:, number], np.load(path), tolerance)
    if kind == "matrix":
        rows = read_table(path, "@#")
        if len(rows[0]) - 6 != 100 * len(ours):
            raise SystemExit(f"Cannot compare: {len(rows[0]) - 6} columns, expected {100 * len(ours)}")
        place = {int(name): i for i, name in enumerate(number)}
        order = np.argsort([place[int(row[3]) - 1] for row in rows])
        theirs = np.array([row[6:] for row in rows], dtype=float)[order].reshape(len(rows), len(ours), 100)
        return compare(ours[:, number], theirs.transpose(1, 0, 2), tolerance)
    if kind == "saf":
        rows = [row for row in read_table(path, "#") if row[0] != "Geneid"]
        bins = np.array([int(row[0]) for row in rows])
        theirs = np.array([row[6:] for row in rows], dtype=float)
        return compare(ours.reshape(len(ours), -1)[:, bins].T, theirs, tolerance)
    rows = read_table(path, "#")
    # Programs sort the bins in their own ways, so they are found by place; bins at one place have equal values.
    code = {contig: i for i, contig in enumerate(sorted(set(contigs)))}
    starts = (tss - 5000)[:, None] + 100 * np.arange(100)
    keys = (np.array([code[contig] for contig in contigs])[:, None] * 2**32 + starts).ravel()
    flat = ours[:, number].reshape(len(ours), -1)
    order = np.argsort(keys, kind="stable")
    found = np.array([code[row[0]] * 2**32 + int(row[1]) for row in rows])
    if not np.array_equal(np.sort(found), keys[order]):
        raise SystemExit(f"Cannot compare: {len(found)} bins, expected the {len(keys)} bins of the windows, each of them")
    theirs = np.array([row[3:] for row in rows], dtype=float)
    return compare(flat[:, order[np.searchsorted(keys[order], found)]].T, theirs, tolerance)


ours_path, path, kind, genes_path, tolerance = sys.argv[1:]
print(json.dumps(main(ours_path, path, kind, genes_path, float(tolerance))))
