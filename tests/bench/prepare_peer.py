"""Simulates reads and signal, and counts them with other tools; one command, answers with a line of JSON.

simulate DIR READS GENES   writes genes.tsv, reads.bam with index and signal.bw
multicov DIR STEP          bedtools multicov over every STEP-th gene
pybigwig DIR STEP          stats(exact=True) of pyBigWig over every STEP-th gene
measure COMMAND...         runs a command
"""
import json, resource, subprocess, sys, time
import numpy as np
import pyBigWig

LENGTHS = [249250621, 243199373, 198022430, 191154276, 180915260, 171115067, 159138663, 146364022, 141213431, 135534747,
           135006516, 133851895, 115169878, 107349540, 102531392, 90354753, 81195210, 78077248, 59128983, 63025520,
           48129895, 51304566, 155270560]
CONTIGS = [(f"chr{i + 1 if i < 22 else 'X'}", length) for i, length in enumerate(LENGTHS)]


def draw_positions(rng, count, margin):
    lengths = np.array(LENGTHS, float)
    contig = rng.choice(len(LENGTHS), count, p=lengths / lengths.sum())
    return contig, (margin + rng.random(count) * (lengths[contig] - 2 * margin)).astype(int)


def simulate(folder, reads, genes):
    rng = np.random.default_rng(1)
    gene_contig, tss = draw_positions(rng, genes, 10_000)
    order = np.lexsort((tss, gene_contig))
    gene_contig, tss = gene_contig[order], tss[order]
    with open(f"{folder}/genes.tsv", "w") as out:
        print("gene_id\tchrom\ttss\tstrand", file=out)
        for i, (contig, at) in enumerate(zip(gene_contig, tss)):
            print(i + 1, CONTIGS[contig][0], at, "+-"[i % 2], sep="\t", file=out)
    write_bam(folder, rng, reads, gene_contig, tss)
    write_big_wig(folder, rng)


def write_bam(folder, rng, reads, gene_contig, tss):
    """A third of the reads around genes, the others anywhere; 36 bp with sequence and qualities, 2% duplicates."""
    near = reads // 3
    gene = rng.integers(0, len(tss), near)
    contig, at = draw_positions(rng, reads - near, 100)
    contig = np.concatenate([gene_contig[gene], contig])
    at = np.concatenate([tss[gene] + rng.normal(0, 2000, near).astype(int), at])
    order = np.lexsort((at, contig))
    contig, at = contig[order], at[order]
    flag = np.where(rng.random(reads) < 0.5, 0, 16) | np.where(rng.random(reads) < 0.02, 1024, 0)
    quality = rng.integers(0, 61, reads)
    bam = subprocess.Popen(["samtools", "view", "-b", "-o", f"{folder}/reads.bam", "-"], stdin=subprocess.PIPE, text=True)
    header = ["@HD\tVN:1.6\tSO:coordinate"] + [f"@SQ\tSN:{name}\tLN:{length}" for name, length in CONTIGS]
    bam.stdin.write("\n".join(header) + "\n")
    letters = np.frombuffer(b"ACGT", np.uint8)
    for start in range(0, reads, 100_000):
        size = min(100_000, reads - start)
        bases = letters[rng.integers(0, 4, (size, 36))].tobytes().decode()
        scores = (rng.integers(0, 8, (size, 36)) * 5 + 33).astype(np.uint8).tobytes().decode()
        bam.stdin.write("".join(
            f"r{start + i}\t{flag[start + i]}\t{CONTIGS[contig[start + i]][0]}\t{at[start + i] + 1}\t{quality[start + i]}"
            f"\t36M\t*\t0\t0\t{bases[36 * i:36 * i + 36]}\t{scores[36 * i:36 * i + 36]}\n" for i in range(size)))
    bam.stdin.close()
    if bam.wait() != 0:
        raise RuntimeError("samtools view failed")
    subprocess.run(["samtools", "index", f"{folder}/reads.bam"], check=True)


def write_big_wig(folder, rng):
    """Runs of about 150 bp with one value each, and gaps."""
    out = pyBigWig.open(f"{folder}/signal.bw", "w")
    out.addHeader(CONTIGS)
    for name, length in CONTIGS:
        cuts = np.unique(rng.integers(0, length, length // 150))
        keep = rng.random(len(cuts) - 1) < 0.9
        values = rng.gamma(1, 2, int(keep.sum())).round(3)
        starts, ends = cuts[:-1][keep], cuts[1:][keep]
        out.addEntries([name] * len(starts), starts.tolist(), ends=ends.tolist(), values=values.tolist())
    out.close()


def read_windows(folder, step):
    with open(f"{folder}/genes.tsv") as lines:
        rows = [line.split("\t") for line in lines][1:]
    return [(row[1], int(row[2]) - 5000) for row in rows[::step]]


def multicov(folder, step):
    with open(f"{folder}/bins.bed", "w") as out:
        for contig, start in read_windows(folder, step):
            for bin in range(100):
                print(contig, start + 100 * bin, start + 100 * bin + 100, sep="\t", file=out)
    with open(f"{folder}/multicov.tsv", "w") as out:
        result = measure(["bedtools", "multicov", "-bams", f"{folder}/reads.bam", "-bed", f"{folder}/bins.bed"], out)
    np.loadtxt(f"{folder}/multicov.tsv", usecols=3).tofile(f"{folder}/multicov.f64")
    return result


def pybigwig(folder, step):
    windows = read_windows(folder, step)
    started = time.time()
    track = pyBigWig.open(f"{folder}/signal.bw")
    values = [track.stats(contig, at, at + 10_000, nBins=100, exact=True) for contig, at in windows]
    seconds = time.time() - started
    np.array(values, dtype=float).ravel().tofile(f"{folder}/pybigwig.f64")
    return {"seconds": seconds, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def measure(command, out=subprocess.DEVNULL):
    started = time.time()
    subprocess.run(command, check=True, stdout=out)
    seconds = time.time() - started
    return {"seconds": seconds, "megabytes": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024}


command, *args = sys.argv[1:]
if command == "measure":
    answer = measure(args)
else:
    folder, *numbers = args
    answer = globals()[command](folder, *map(int, numbers))
print(json.dumps(answer))
