/** Readers whose hooks are asynchronous: what these are rejected with ends the reading, and never the program. */

import { rejects, strictEqual, throws } from "node:assert";
import { readDataset } from "../src/data/mod.ts";
import { explainChanges } from "../src/explain/mod.ts";
import { bytesSource } from "../src/files/byte_source.ts";
import { writeFileAtomic } from "../src/files/file.ts";
import {
  openSignal,
  prepare,
  readAnnotation,
  readChromosomeAliases,
  readExpressionTable,
} from "../src/genome/mod.ts";
import {
  packSequences,
  readAnndata,
  readCompetition,
  readDeepchromeCsv,
  readDeepchromeFolder,
  writeAnndata,
  writeCompetition,
} from "../src/io/mod.ts";
import { findMotifs } from "../src/motifs/mod.ts";
import { describeInputs } from "../src/runs/mod.ts";
import { DEEPCHROME_RECORD } from "../src/record.ts";
import { fixture, fixtureWindows } from "./helpers/genome.ts";
import { textSource } from "./helpers/text_source.ts";

const REASON = new Error("no more");
const never = () => Promise.reject(REASON);
const RECORD = { ...DEEPCHROME_RECORD, marks: ["H3K4me3"] };
const GENES = [{ id: "3", chromosome: "chr1", tss: 200, strand: "+", line: 1 }] as const;

const BLOCK = { cellType: "E003", genes: ["ENSG00000115459"], signal: [7, 8], labels: [0.5] };

/** A file of the competition with two bins of one mark. */
async function competition() {
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
  const [bytes] = await Promise.all([
    new Response(readable).bytes(),
    writeCompetition(writable, [BLOCK], { record: RECORD }),
  ]);
  return bytesSource(bytes);
}

/** One file of reads, which is counted when its blocks are taken. */
async function prepared(hooks: Readonly<Record<string, () => Promise<never>>>) {
  const text = "chr1\t95\t131\tN\t1000\t+\nchr1\t250\t286\tN\t1000\t-\n";
  const open = async () => ({
    track: await openSignal(textSource(text, "a.bed")),
    close: () => {},
  });
  const inputs = [{ cellType: "liver", mark: "H3K4me3", name: "a.bed", open }];
  return await prepare(GENES, inputs, { rule: "reads", halfWidthBp: 200, ...hooks });
}

Deno.test("files of samples", async () => {
  await rejects(readCompetition(await competition(), { onProgress: never }), REASON);
  const csv = textSource("000003,1,4,0\n000003,2,6,0\n", "E003.csv");
  await rejects(readDeepchromeCsv(csv, { record: RECORD, onProgress: never }), REASON);
  const folder = await Deno.makeTempDir();
  await writeFileAtomic(`${folder}/E003/test.csv`, "000003,1,4,0\n");
  const options = { record: RECORD, split: "test", onProgress: never } as const;
  await rejects(readDeepchromeFolder(folder, options), REASON);
  const path = `${folder}/a.npz`;
  await writeFileAtomic(path, (sink) => writeCompetition(sink, [BLOCK], { record: RECORD }));
  await rejects(readDataset(path, { mostBytes: 0, onProgress: never }), REASON);
  await rejects(describeInputs({ data: path }, { onProgress: never }), REASON);
  await Deno.remove(folder, { recursive: true });
  const store = new Map();
  await writeAnndata(store, [BLOCK], { record: RECORD });
  await rejects(readAnndata(store, { onProgress: never }), REASON);
});

Deno.test("a hook hears each report once, and its promise once, though readers call each other", async () => {
  const folder = await Deno.makeTempDir();
  await writeFileAtomic(`${folder}/a.npz`, (sink) => {
    return writeCompetition(sink, [BLOCK], { record: RECORD });
  });
  await writeFileAtomic(`${folder}/csv/E003/train.csv`, "000003,1,4,0\n");
  const reports: string[] = [];
  let heard = 0;
  const hook = (report: unknown) => {
    reports.push(JSON.stringify(report));
    return { then: (resolve: (result: number) => void) => resolve(++heard) };
  };
  const hooks = { record: RECORD, onProgress: hook, onWarning: hook };
  await readDataset(`${folder}/a.npz`, hooks);
  await readDataset(`${folder}/csv`, hooks);
  await Deno.remove(folder, { recursive: true });
  strictEqual(new Set(reports).size, reports.length);
  strictEqual(reports.length, 2);
  strictEqual(heard, reports.length);
});

Deno.test("files that are prepared, whatever takes their counts", async () => {
  for (const hook of ["onProgress", "onValues", "onFile"]) {
    const hooks = { [hook]: never };
    await rejects((await prepared(hooks)).columns(), REASON);
    await rejects(Array.fromAsync((await prepared(hooks)).blocks()), REASON);
  }
});

Deno.test("files of signal that are counted by themselves, with an index and without one", async () => {
  const files: readonly [name: string, ending: string | undefined][] = [
    ["reads.tagAlign.gz", undefined],
    ["reads.tagAlign.gz", ".tbi"],
    ["reads.bam", ".bai"],
    ["reads_v3.0.cram", ".crai"],
    ["signal.bw", undefined],
  ];
  for (const [name, ending] of files) {
    const index = ending === undefined ? undefined : fixture(`${name}${ending}`);
    const track = await openSignal(fixture(name), { index });
    const rule = name === "signal.bw" ? "mean" : "reads";
    await rejects(track.count(fixtureWindows(), { rule, onProgress: never }), REASON, name);
  }
});

Deno.test("tables of genes, whose lines end in two ways", async () => {
  const table = textSource("gene_id\tliver\r\nENSG00000000419\t1\nENSG00000000457\t2\r\n", "a.tsv");
  await rejects(readExpressionTable(table, { onWarning: never }), REASON);
  const aliases = textSource("chr1\t1\r\nchr2\t2\n", "a.txt");
  await rejects(readChromosomeAliases(aliases, { onWarning: never }), REASON);
  const bed = textSource("chr1\t10\t20\tA\t0\t+\r\nchr1\t50\t90\tB\t0\t+\n", "a.bed");
  await rejects(readAnnotation(bed, { onWarning: never }), REASON);
});

Deno.test("functions that are not asynchronous say that hooks must not be, either", () => {
  const weights = Float32Array.of(0, 0, 1, 0, 1, 0, 0, 0); // [filter, base, letter]
  const filters = { count: 1, width: 2, weights, bias: new Float32Array(1) };
  const sequences = packSequences(["CCGACC"]);
  throws(
    () => findMotifs(filters, sequences, { onProgress: never }),
    /^TypeError: Cannot find motifs: onProgress returned a promise/,
  );
  const changes = Float64Array.from({ length: 20 }, (_, gene) => Math.sin(gene));
  const sets = [{ name: "ALL", places: [...changes.keys()] }];
  throws(
    () => explainChanges(changes, changes, { sets, samples: 10, onProgress: never }),
    /^TypeError: Cannot explain changes: onProgress returned a promise/,
  );
});
