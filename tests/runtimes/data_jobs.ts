/** What the parts that read and write data do, on whichever run-time this runs. */

import { bundledGenes, competitionGenes } from "@waka/histone/atlas";
import {
  Dataset,
  evaluatePredictions,
  kFold,
  readDataset,
  summariseDataset,
} from "@waka/histone/data";
import {
  encodeBigWig,
  examineSamples,
  geneWindows,
  openSignal,
  openSignalFile,
  prepare,
  readAnnotation,
  readSampleSheet,
  signalFiles,
  writeBigWig,
} from "@waka/histone/genome";
import {
  blobSource,
  bytesSource,
  openFile,
  openNpz,
  readDeepchromeCsv,
  readPredictions,
  writeFileAtomic,
  writeNpz,
  writeParquet,
  writeSubmission,
} from "@waka/histone/io";
import { auroc, meanSquaredError, pearson, rSquared, spearman } from "@waka/histone/metrics";
import { deriveKey, RandomStream } from "@waka/histone/random";
import { COMPETITION_RECORD } from "@waka/histone/record";
import { simulateColumns, writeSimulation } from "@waka/histone/simulate";
import { readFile, writeFile } from "node:fs/promises";
import type { Job, Places } from "./job.ts";

/** Numbers that are the same everywhere: their making takes no logarithm, whose last bits differ between run-times. */
function numbers(count: number, seed: number): Float64Array {
  const stream = new RandomStream(deriveKey(seed, "numbers"));
  return Float64Array.from({ length: count }, () => stream.uniform() - 0.5);
}

/** Collects what a writer writes. */
async function written(
  write: (sink: WritableStream<Uint8Array>) => Promise<unknown>,
): Promise<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const bytes = new Response(readable as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer();
  await write(writable);
  return new Uint8Array(await bytes);
}

async function readNpz({ fixtures }: Places): Promise<unknown> {
  const path = `${fixtures}/train.npz`;
  const bytes = new Uint8Array(await readFile(path));
  const blob = new Blob([bytes]);
  const ways = [path, blob, bytes, blobSource(blob), bytesSource(bytes), new Response(blob)];
  const found: unknown[] = [];
  for (const way of ways) {
    const npz = await openNpz(way);
    const arrays = [];
    for (const { name } of npz.members.slice(0, 4)) {
      const { shape, data } = await npz.read(name);
      arrays.push({ name, shape, data });
    }
    npz.close();
    found.push(arrays);
  }
  return found;
}

async function readFolders({ fixtures, temporary }: Places): Promise<unknown> {
  const train = await readDataset(`${fixtures}/train.npz`);
  const rows = Array.from({ length: 4 * 100 }, (_row, i) => {
    return [
      `ENSG0000000000${Math.floor(i / 100)}`,
      i % 100 + 1,
      i % 3,
      i % 5,
      i % 2,
      7,
      i % 11,
      i < 200 ? 1 : 0,
    ];
  });
  await writeFile(`${temporary}/train.csv`, rows.map((row) => row.join(",")).join("\n"));
  const csv = await openFile(`${temporary}/train.csv`);
  const deepchrome = await readDeepchromeCsv(csv, { cellType: "E003" });
  csv.close();
  const { training, validation } = kFold(train, { folds: 3, scheme: "by-gene" })[1]!;
  const summary = summariseDataset(validation);
  return [
    train.columns.signal,
    train.labels(),
    deepchrome.signal,
    training.geneIndices(),
    summary.cellTypes,
  ];
}

async function writeFiles({ temporary }: Places): Promise<unknown> {
  const ids = Array.from({ length: 50 }, (_id, i) => `E003_${i}`);
  const submission = await written((sink) =>
    writeSubmission(sink, { ids, predictions: numbers(50, 1) })
  );
  await writeFileAtomic(`${temporary}/predictions.csv`, submission as Uint8Array<ArrayBuffer>);
  const file = await openFile(`${temporary}/predictions.csv`);
  const { values } = await readPredictions(file);
  file.close();
  const half = {
    name: "half",
    dtype: "float16",
    shape: [6],
    data: Float32Array.from(numbers(6, 2)),
  } as const;
  const npz = await written((sink) => writeNpz(sink, [half]));
  const parquet = await written((sink) =>
    writeParquet(sink, {
      columns: [{ name: "id", type: "text" }, { name: "value", type: "float64" }],
      rowGroups: [[ids, [...values]]],
    })
  );
  return [submission, values, npz, parquet];
}

/** Counts the example's sheet, BAM files with their indexes and bgzip files, as `prepare` does. */
async function prepareSheet({ fixtures }: Places): Promise<unknown> {
  const example = `${fixtures}/genome/example`;
  const { genes } = await readAnnotation(`${example}/genes.gtf`);
  const sheet = await readSampleSheet(`${example}/sheet.tsv`);
  const inputs = await signalFiles(sheet, `${example}/sheet.tsv`);
  const preparation = await prepare(genes, inputs, { rule: "reads" });
  const columns = await preparation.columns();
  const findings = await examineSamples(columns);
  return [columns.signal, columns.genes, columns.cellTypes, findings.map(({ message }) => message)];
}

async function countTracks({ fixtures, temporary }: Places): Promise<unknown> {
  const genome = `${fixtures}/genome`;
  const gene = { id: "a", chromosome: "chr1", tss: 20_000, strand: "-", line: 1 } as const;
  const windows = geneWindows([gene], { binSizeBp: 100, halfWidthBp: 2000 });
  const block = {
    chromosome: "chr1",
    starts: Uint32Array.from({ length: 40 }, (_start, i) => 18_000 + 100 * i),
    ends: Uint32Array.from({ length: 40 }, (_end, i) => 18_100 + 100 * i),
    values: Float32Array.from(numbers(40, 3)),
  };
  const chromosomes = [{ name: "chr1", length: 60_000 }];
  await writeBigWig(`${temporary}/own.bw`, [block], { chromosomes });
  const files = [
    ["reads.bam", "reads"],
    ["reads_v3.1.cram", "reads"],
    ["reads.tagAlign.gz", "reads"],
    ["signal.bw", "mean"],
    [`${temporary}/own.bw`, "mean"],
  ] as const;
  // Not its bytes: run-times deflate in ways of their own.
  const written = await openSignal(
    bytesSource(await encodeBigWig([block], { chromosomes }), "memory.bw"),
  );
  const found: unknown[] = [(await written.count(windows, { rule: "mean" })).values];
  for (const [name, rule] of files) {
    const { track, close } = await openSignalFile(
      name.startsWith("/") ? name : `${genome}/${name}`,
    );
    const { values, reads } = await track.count(windows, { rule });
    found.push([name.replace(/.*\//, ""), values, reads]);
    close();
  }
  return found;
}

async function simulate({ temporary }: Places): Promise<unknown> {
  const size = { cellTypes: 2, genes: 6, newGenes: 2, bins: 8 };
  const { train, eval: unseen } = simulateColumns(size);
  await writeSimulation(`${temporary}/simulated`, { ...size, compress: false });
  const files = await Promise.all(
    ["train.npz", "eval.npz", "truth.json"].map((name) =>
      readFile(`${temporary}/simulated/${name}`)
    ),
  );
  // What a simulation draws depends on logarithms and powers, whose last bits differ between run-times.
  const labels = Array.from(train.labels!, (label) => label.toPrecision(5));
  const sizes = files.slice(0, 2).map((bytes) => bytes.length);
  return [train.signal, labels, unseen.genes, sizes, JSON.parse(files[2]!.toString()).cellTypes];
}

function measure(): Promise<unknown> {
  const [a, b] = [numbers(500, 4), numbers(500, 5)];
  const classes = Float64Array.from(a, (value, i) => value + b[i]! > 0 ? 1 : 0);
  const data = new Dataset(
    simulateColumns({ cellTypes: 2, genes: 20, newGenes: 1, bins: 4 }).train,
  );
  const { overall } = evaluatePredictions(data, numbers(data.length, 6));
  const found = [
    pearson(a, b),
    spearman(a, b),
    meanSquaredError(a, b),
    rSquared(a, b),
    auroc(classes, a),
  ];
  return Promise.resolve([Float64Array.from(found), overall, COMPETITION_RECORD]);
}

async function lists(): Promise<unknown> {
  const genes = await competitionGenes();
  const { genes: bundled } = await bundledGenes("hg38");
  return [genes.length, genes.slice(0, 50), bundled.length, bundled.slice(0, 50)];
}

/** The jobs, by subpath and what is done. */
export const DATA_JOBS: readonly Job[] = [
  ["io: an npz file by its path, as a blob and as bytes", readNpz],
  ["io: submissions, npz and Parquet files are written, by streams and to disk", writeFiles],
  ["data: a competition's file by its path, DeepChrome's CSV files, folds, a summary", readFolders],
  ["genome: BAM and bgzip files of a sheet counted, and examined", prepareSheet],
  ["genome: BAM, CRAM, tagAlign and bigWig files counted, bigWig written", countTracks],
  ["simulate: columns and files", simulate],
  ["metrics, random, record: numbers", measure],
  ["atlas: lists of genes", lists],
];
