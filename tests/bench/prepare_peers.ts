/**
 * Programs that count reads or signal into bins, each as somebody who knows it would run it on two cores, from files to
 * one table. Flags are such that all count the same reads.
 */

import { findPython } from "./peer_python.ts";

/** What a peer computes, by the rule of ours that it equals. */
export type PeerRule = "reads" | "mean-depth" | "mean";

/** A table that a program wrote. */
export type PeerTable = readonly [format: "bed" | "saf" | "npy" | "matrix", name: string];

/** A program to compare with. */
export interface PreparePeer {
  readonly name: string;
  readonly rule: PeerRule;
  /** Command that prints its version, or the module of Python that it needs. */
  readonly version: string;
  /** The sizes at which it is run: every n-th gene, so 1 is all. Of two, time is extrapolated from both. */
  readonly steps: readonly [number] | readonly [number, number];
  /** Flags of ours with which the same reads are counted. @default [] */
  readonly ourFlags?: readonly string[];
  /** Largest difference from ours, relative to the larger of the value and 1. */
  readonly tolerance: number;
  /** Format of its table, as `prepare_agree.py` knows it, and the table's name; none if it only decodes the files. */
  readonly table?: PeerTable;
  /** The command, run in the folder of the files. */
  readonly command: (files: readonly string[], step: number) => string;
}

const PEER = new URL("prepare_peer.py", import.meta.url).pathname;

/** Runs a command for each file, two at a time; `{}` is the file. */
function onEach(files: readonly string[], command: string): string {
  return `printf '%s\\0' ${files.join(" ")} | xargs -0 -P 2 -I{} bash -c '${command}'`;
}

/** Joins a column of the table of each file to one table. */
function joinColumns(files: readonly string[], column: number, out: string): string {
  const [first, ...rest] = files.map((file) => `${file}.tsv`);
  const columns = rest.map((file) => `<(cut -f ${column} ${file})`);
  return `paste <(cut -f 1-3,${column} ${first}) ${columns.join(" ")} > ${out}`;
}

/** Peers that count reads of BAM files, the fastest first; the first of all only decodes them, the least that a count costs. */
export const READ_PEERS: readonly PreparePeer[] = [
  {
    name: "samtools view -@2 -c",
    rule: "reads",
    version: "samtools --version",
    steps: [1],
    tolerance: 0,
    command: (files) => `for file in ${files.join(" ")}; do samtools view -@ 2 -c $file; done`,
  },
  {
    name: "featureCounts -T 2",
    rule: "reads",
    version: "featureCounts -v",
    steps: [1],
    // It has no flag to leave out reads of failed quality.
    ourFlags: ["--exclude-flags", "DUP"],
    tolerance: 0,
    table: ["saf", "features.tsv"],
    command: (files, step) =>
      `featureCounts -F SAF -a bins-${step}.saf -f -O --ignoreDup -T 2 -o features.tsv ${
        files.join(" ")
      }`,
  },
  {
    name: "bedtools coverage -sorted",
    rule: "reads",
    version: "bedtools --version",
    steps: [1],
    tolerance: 0,
    table: ["bed", "coverage.tsv"],
    command: (files, step) =>
      onEach(
        files,
        "samtools view -u -F 1536 {} | bedtools coverage -sorted -counts -g chromosomes.txt " +
          `-a bins-${step}.bed -b - > {}.tsv`,
      ) + "\n" + joinColumns(files, 4, "coverage.tsv"),
  },
  {
    name: "mosdepth --by",
    rule: "mean-depth",
    version: "mosdepth --version",
    steps: [1],
    // It prints eight decimals if asked to.
    tolerance: 1e-7,
    table: ["bed", "depth.tsv"],
    command: (files, step) =>
      onEach(
        files,
        `MOSDEPTH_PRECISION=8 mosdepth -n -F 1536 --by bins-${step}.bed {} {} && ` +
          "gunzip -c {}.regions.bed.gz > {}.tsv",
      ) + "\n" + joinColumns(files, 4, "depth.tsv"),
  },
  {
    name: "samtools bedcov -c",
    rule: "reads",
    version: "samtools --version",
    steps: [100, 20],
    tolerance: 0,
    table: ["bed", "bedcov.tsv"],
    command: (files, step) =>
      onEach(files, `samtools bedcov -c -g SECONDARY bins-${step}.bed {} > {}.tsv`) + "\n" +
      joinColumns(files, 5, "bedcov.tsv"),
  },
  {
    name: "deepTools multiBamSummary -p 2",
    rule: "reads",
    version: "multiBamSummary --version",
    steps: [100, 20],
    tolerance: 0,
    table: ["bed", "summary.tsv"],
    command: (files, step) =>
      `multiBamSummary BED-file --BED bins-${step}.bed --bamfiles ${files.join(" ")} -p 2 ` +
      "--samFlagExclude 1536 -o summary.npz --outRawCounts summary.tsv",
  },
  {
    name: "bedtools multicov",
    rule: "reads",
    version: "bedtools --version",
    steps: [400, 100],
    tolerance: 0,
    table: ["bed", "multicov.tsv"],
    command: (files, step) =>
      onEach(files, `bedtools multicov -bams {} -bed bins-${step}.bed > {}.tsv`) + "\n" +
      joinColumns(files, 4, "multicov.tsv"),
  },
];

/** Peers that average bigWig files, the fastest first. */
export const SIGNAL_PEERS: readonly (PreparePeer & { readonly table: PeerTable })[] = [
  {
    name: "pybigtools values(bins, exact)",
    rule: "mean",
    version: "pybigtools",
    steps: [1],
    tolerance: 1e-6,
    table: ["npy", "pybigtools.npy"],
    command: (files, step) =>
      `$PYTHON ${PEER} pybigtools genes-${step}.bed pybigtools.npy ${files.join(" ")}`,
  },
  {
    name: "deepTools computeMatrix -p 2",
    rule: "mean",
    version: "computeMatrix --version",
    steps: [1],
    // It prints six decimals.
    tolerance: 1e-5,
    table: ["matrix", "matrix.gz"],
    command: (files, step) =>
      `computeMatrix reference-point -p 2 -b 5000 -a 5000 --binSize 100 --sortRegions keep -S ${
        files.join(" ")
      } -R genes-${step}.bed -o matrix.gz`,
  },
  {
    name: "pyBigWig stats(nBins, exact)",
    rule: "mean",
    version: "pyBigWig",
    steps: [200, 50],
    tolerance: 1e-6,
    table: ["npy", "pybigwig.npy"],
    command: (files, step) =>
      `$PYTHON ${PEER} pybigwig genes-${step}.bed pybigwig.npy ${files.join(" ")}`,
  },
];

/** The version of a peer; undefined where the machine lacks it. */
export async function findVersion({ version }: PreparePeer): Promise<string | undefined> {
  if (!version.includes(" ")) {
    const found = await findPython(`import ${version}`, version);
    if ("missing" in found) return undefined;
    return await ask(found.python, [
      "-c",
      `import importlib.metadata as m; print(m.version("${version}"))`,
    ]);
  }
  return await ask("bash", ["-c", `${version} 2>&1`]);
}

/** The first number with dots in what a program prints, or undefined if it fails. */
async function ask(program: string, args: readonly string[]): Promise<string | undefined> {
  const { success, stdout } = await new Deno.Command(program, { args: [...args], stderr: "null" })
    .output();
  return success ? /\d+(\.\d+)+/.exec(new TextDecoder().decode(stdout))?.[0] : undefined;
}
