"""Simulates what `prepare` is compared on, seeded: windows, files of reads with peaks, and tracks of signal.

windows DIR SHRINK GENES STEP...         writes the windows of every STEP-th gene: genes-STEP.tsv and .bed, bins-STEP.bed and .saf
reads DIR SHRINK NAME MARK READS SEED    writes NAME.bam with its index
signal DIR SHRINK NAME MEAN_BP SEED      writes NAME.bw, whose values stand for MEAN_BP bases each

Chromosomes have the lengths of hg19's divided by SHRINK.
"""
import subprocess, sys
import numpy as np

# hg19, in the order of most files: as text, as bedtools wants it for sorted input too.
LENGTHS = [249250621, 243199373, 198022430, 191154276, 180915260, 171115067, 159138663, 146364022, 141213431, 135534747,
           135006516, 133851895, 115169878, 107349540, 102531392, 90354753, 81195210, 78077248, 59128983, 63025520,
           48129895, 51304566, 155270560]
CONTIGS = [(f"chr{i + 1 if i < 22 else 'X'}", length) for i, length in enumerate(LENGTHS)]

# Of each mark: the share of reads in peaks, where these lie from the TSS in transcript direction, and how far they spread (bp).
SHAPES = {"H3K27me3": (0.3, 0, 6000), "H3K36me3": (0.5, 12000, 9000), "H3K4me1": (0.4, 0, 2500), "H3K4me3": (0.7, 150, 600),
          "H3K9me3": (0.15, 0, 15000)}


def draw_positions(rng, count, margin):
    lengths = np.array(LENGTHS, float)
    contig = rng.choice(len(LENGTHS), count, p=lengths / lengths.sum())
    return contig, (margin + rng.random(count) * (lengths[contig] - 2 * margin)).astype(int)


def draw_genes(genes):
    contig, tss = draw_positions(np.random.default_rng(1), genes, 60_000)
    order = np.lexsort((tss, contig))
    return contig[order], tss[order]


def windows(folder, genes, *steps):
    contig, tss = draw_genes(genes)
    with open(f"{folder}/chromosomes.txt", "w") as out:
        out.writelines(f"{name}\t{length}\n" for name, length in CONTIGS)
    for step in steps:
        chosen = range(0, genes, step)
        with open(f"{folder}/genes-{step}.tsv", "w") as out:
            print("gene_id\tchrom\ttss\tstrand", file=out)
            out.writelines(f"ENSG{i + 1:011d}\t{CONTIGS[contig[i]][0]}\t{tss[i]}\t{'+-'[i % 2]}\n" for i in chosen)
        with open(f"{folder}/genes-{step}.bed", "w") as out:
            # One base, the TSS, as computeMatrix wants it; without a strand nothing is flipped.
            out.writelines(f"{CONTIGS[contig[i]][0]}\t{tss[i]}\t{tss[i] + 1}\t{i + 1}\t0\t.\n" for i in chosen)
        bins = np.array([(contig[i], tss[i] - 5000 + 100 * bin) for i in chosen for bin in range(100)])
        # Most programs want bins in ascending order, which is not that of windows that overlap.
        order = np.lexsort((bins[:, 1], bins[:, 0]))
        with open(f"{folder}/bins-{step}.bed", "w") as bed, open(f"{folder}/bins-{step}.saf", "w") as saf:
            saf.write("GeneID\tChr\tStart\tEnd\tStrand\n")
            for row in order:
                name, start = CONTIGS[bins[row, 0]][0], bins[row, 1]
                bed.write(f"{name}\t{start}\t{start + 100}\n")
                saf.write(f"{row}\t{name}\t{start + 1}\t{start + 100}\t.\n")


RECORD = np.dtype([("size", "<i4"), ("contig", "<i4"), ("at", "<i4"), ("name_size", "u1"), ("quality", "u1"), ("bin", "<u2"),
                   ("operations", "<u2"), ("flag", "<u2"), ("bases", "<i4"), ("next_contig", "<i4"), ("next_at", "<i4"),
                   ("length", "<i4"), ("name", "S20"), ("cigar", "<u4"), ("sequence", "u1", 18), ("scores", "u1", 36),
                   ("tags", "V14")])
# As bowtie writes them: no mismatch, and the whole read matched.
TAGS = np.void(b"NMC\x00MDZ36\x00XAC\x00")


def reads(folder, name, mark, count, seed):
    """36 bp reads with names, sequences, qualities and tags; 3% duplicates, 1% secondary, 0.3% of failed quality."""
    genes = int(subprocess.run(["wc", "-l", f"{folder}/genes-1.tsv"], capture_output=True, text=True).stdout.split()[0]) - 1
    rng = np.random.default_rng(seed)
    gene_contig, tss = draw_genes(genes)
    share, middle, spread = SHAPES[mark]
    # A third of the genes have nearly all of the mark, some of them much more than others, as real genes.
    strength = rng.gamma(0.3, 1, genes)
    gene = rng.choice(genes, int(count * share), p=strength / strength.sum())
    side = np.where(gene % 2 == 0, 1, -1)
    contig, at = draw_positions(rng, count - len(gene), 100)
    contig = np.concatenate([gene_contig[gene], contig])
    at = np.concatenate([tss[gene] + side * middle + rng.normal(0, spread, len(gene)).astype(int), at])
    at = np.clip(at, 0, np.array(LENGTHS)[contig] - 36)
    order = np.lexsort((at, contig))
    write_bam(f"{folder}/{name}.bam", rng, contig[order], at[order])


def write_bam(path, rng, contig, at):
    text = "@HD\tVN:1.6\tSO:coordinate\n" + "".join(f"@SQ\tSN:{name}\tLN:{length}\n" for name, length in CONTIGS)
    # Level 6 is what aligners and samtools write by default. The input is BAM without compression.
    bam = subprocess.Popen(["samtools", "view", "-b", "-@", "1", "--no-PG", "-o", path, "-"], stdin=subprocess.PIPE)
    word = lambda number: int(number).to_bytes(4, "little")
    header = b"BAM\1" + word(len(text)) + text.encode() + word(len(CONTIGS))
    for name, length in CONTIGS:
        header += word(len(name) + 1) + name.encode() + b"\0" + word(length)
    bam.stdin.write(header)
    for start in range(0, len(at), 200_000):
        bam.stdin.write(make_records(rng, contig[start:start + 200_000], at[start:start + 200_000]).tobytes())
    bam.stdin.close()
    if bam.wait() != 0:
        raise RuntimeError("samtools view failed")
    subprocess.run(["samtools", "index", path], check=True)


def make_records(rng, contig, at):
    count = len(at)
    out = np.zeros(count, RECORD)
    out["size"], out["contig"], out["at"], out["name_size"] = RECORD.itemsize - 4, contig, at, 20
    out["quality"] = np.where(rng.random(count) < 0.15, rng.integers(0, 30, count), 37)
    end = at + 35
    out["bin"] = np.select([at >> s == end >> s for s in (14, 17, 20, 23, 26)],
                           [4681 + (at >> 14), 585 + (at >> 17), 73 + (at >> 20), 9 + (at >> 23), 1 + (at >> 26)], 0)
    out["operations"], out["bases"], out["next_contig"], out["next_at"] = 1, 36, -1, -1
    draw = rng.random(count)
    kind = np.select([draw < 0.03, draw < 0.04, draw < 0.043], [1024, 256, 512], 0)
    out["flag"] = np.where(rng.random(count) < 0.5, 0, 16) | kind
    lane, tile, spot = rng.integers(1, 9, count), rng.integers(1, 120, count), rng.integers(0, 100_000_000, count)
    names = np.char.add(np.char.add("HWI:", np.char.mod("%01d:", lane)),
                        np.char.add(np.char.mod("%03d:", tile), np.char.mod("%09d", spot)))
    out["name"] = np.char.ljust(names.astype("S"), 19, b"x")
    out["cigar"] = 36 << 4
    codes = np.array([1, 2, 4, 8], np.uint8)
    bases = codes[rng.integers(0, 4, (count, 36))]
    out["sequence"] = bases[:, ::2] << 4 | bases[:, 1::2]
    # Qualities fall towards the end of a read, and come in a handful of values.
    levels = np.array([2, 12, 20, 27, 32, 37], np.uint8)
    out["scores"] = levels[np.clip(5 - (rng.random((count, 36)) ** 2 * np.linspace(1, 7, 36)), 0, 5).astype(int)]
    out["tags"] = TAGS
    return out


def signal(folder, name, mean_bp, seed):
    """Values of about MEAN_BP bases each, and gaps."""
    import pyBigWig
    rng = np.random.default_rng(seed)
    out = pyBigWig.open(f"{folder}/{name}.bw", "w")
    out.addHeader(CONTIGS)
    for contig, length in CONTIGS:
        cuts = np.unique(rng.integers(0, length, length // mean_bp))
        keep = rng.random(len(cuts) - 1) < 0.9
        values = rng.gamma(1, 2, int(keep.sum())).round(3)
        starts, ends = cuts[:-1][keep], cuts[1:][keep]
        out.addEntries([contig] * len(starts), starts.tolist(), ends=ends.tolist(), values=values.tolist())
    out.close()


command, folder, shrink, *rest = sys.argv[1:]
LENGTHS = [length // int(shrink) for length in LENGTHS]
CONTIGS = [(name, length // int(shrink)) for name, length in CONTIGS]
globals()[command](folder, *(int(value) if value.isdigit() else value for value in rest))
