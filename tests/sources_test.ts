/** Every public reader of one file: what it can be read from, how its reading is given up, and what it says of no file. */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { gzipSync } from "node:zlib";
import { readCompetitionLabels, readRoadmapGenes } from "../src/atlas/mod.ts";
import { readDataset } from "../src/data/mod.ts";
import { ContractError, FormatError, HistoneError, NotFoundError } from "../src/errors.ts";
import { readEdits } from "../src/explain/mod.ts";
import { type ByteSource, bytesSource } from "../src/files/byte_source.ts";
import type { BinarySource } from "../src/files/open_source.ts";
import {
  openGenome,
  readAnnotation,
  readBedWindows,
  readBlacklist,
  readChromosomeAliases,
  readExpressionSamples,
  readExpressionTable,
  readFoldChanges,
  readGenes,
  readGeneSets,
  readSampleSheet,
  readSequences,
  readTranscriptGenes,
} from "../src/genome/mod.ts";
import { readChromosomeSizes } from "../src/genome/mod.ts";
import {
  openNpz,
  readCompetition,
  readDeepchromeCsv,
  readNpy,
  readPredictions,
  writeNpz,
} from "../src/io/mod.ts";
import { readMeme } from "../src/motifs/mod.ts";
import type { AbortOptions } from "../src/progress.ts";
import { withDirectory } from "./helpers/command.ts";

type Read = (source: BinarySource, options?: AbortOptions) => Promise<unknown>;

interface Case {
  readonly read: Read;
  /** Name of the file, whose ending some readers look at. */
  readonly name: string;
  readonly content: Uint8Array<ArrayBuffer>;
}

const encode = (text: string) => new TextEncoder().encode(text);
const GTF =
  'chr1\tHAVANA\tgene\t11\t20\t.\t+\t.\tgene_id "ENSG00000000003.1"; gene_type "protein_coding";\n' +
  'chr1\tHAVANA\ttranscript\t11\t20\t.\t+\t.\tgene_id "ENSG00000000003.1"; transcript_id "ENST00000373020.9";\n';
const TABLE = "gene_id\tliver\tE116\nENSG00000000003\t1.5\t2\nENSG00000000005\t2.5\t4\n";

async function npz(): Promise<Uint8Array<ArrayBuffer>> {
  const data = Float64Array.of(3, 1, 0, 2, 0, 1, 9, 3, 4, 1, 1, 0, 0, 9); // [gene, bin, column]
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
  const member = { name: "E003", dtype: "float64", shape: [1, 2, 7], data } as const;
  const [bytes] = await Promise.all([new Response(readable).bytes(), writeNpz(writable, [member])]);
  return bytes;
}

async function npy(): Promise<Uint8Array<ArrayBuffer>> {
  const reader = await openNpz(await npz());
  const bytes: Uint8Array<ArrayBuffer>[] = [];
  const { formatNpyHeader } = await import("../src/io/mod.ts");
  const { data } = await reader.read("E003");
  bytes.push(formatNpyHeader("float64", [1, 2, 7]), new Uint8Array(data.buffer as ArrayBuffer));
  return new Uint8Array(await new Blob(bytes).arrayBuffer());
}

const NPZ = await npz();
const CASES: Readonly<Record<string, Case>> = {
  readDataset: {
    read: async (source, options) => (await readDataset(source, options)).columns,
    name: "a.npz",
    content: NPZ,
  },
  readCompetition: { read: readCompetition, name: "a.npz", content: NPZ },
  openNpz: {
    read: async (source, options) => {
      const reader = await openNpz(source, options);
      try {
        return await reader.read("E003");
      } finally {
        reader.close();
      }
    },
    name: "a.npz",
    content: NPZ,
  },
  readNpy: { read: readNpy, name: "a.npy", content: await npy() },
  readDeepchromeCsv: {
    read: (source, options) => readDeepchromeCsv(source, { cellType: "E003", ...options }),
    name: "train.csv",
    content: encode("000003,1,4,0,0,0,1,0\n000003,2,6,0,0,0,2,0\n"),
  },
  readPredictions: {
    // The name of the file is in what it returns.
    read: async (source, options) => ({ ...await readPredictions(source, options), file: "" }),
    name: "a.csv",
    content: encode("id,expression\nE065_3,-0.25\n"),
  },
  readAnnotation: { read: readAnnotation, name: "genes.gtf", content: encode(GTF) },
  readGenes: { read: readGenes, name: "genes.gtf.gz", content: new Uint8Array(gzipSync(GTF)) },
  readTranscriptGenes: { read: readTranscriptGenes, name: "genes.gtf", content: encode(GTF) },
  readBedWindows: {
    read: readBedWindows,
    name: "a.bed",
    content: encode("chr1\t10\t20\ta\t0\t+\n"),
  },
  readBlacklist: {
    read: async (source, options) => (await readBlacklist(source, options)).chromosomes,
    name: "b.bed",
    content: encode("chr1\t10\t20\n"),
  },
  readChromosomeAliases: {
    read: async (source, options) => (await readChromosomeAliases(source, options)).namesOf("chr1"),
    name: "aliases.txt",
    content: encode("chr1\t1\n"),
  },
  readChromosomeSizes: {
    read: readChromosomeSizes,
    name: "sizes.txt",
    content: encode("chr1\t1000\n"),
  },
  readExpressionTable: {
    read: async (source, options) => (await readExpressionTable(source, options)).values,
    name: "table.tsv",
    content: encode(TABLE),
  },
  readExpressionSamples: {
    read: readExpressionSamples,
    name: "samples.tsv",
    content: encode("sample\tcell_type\na.bam\tliver\n"),
  },
  readFoldChanges: {
    read: async (source, options) => (await readFoldChanges(source, options)).log2FoldChanges,
    name: "changes.tsv",
    content: encode("gene_id\tlog2FoldChange\tpadj\nENSG00000000003\t1.5\t0.1\n"),
  },
  readGeneSets: {
    read: readGeneSets,
    name: "sets.gmt",
    content: encode("A\tabout\tTSPAN6\tTNMD\n"),
  },
  readSampleSheet: {
    read: async (source, options) => (await readSampleSheet(source, options)).entries,
    name: "sheet.tsv",
    content: encode("cell_type\tmark\tpath\nliver\tH3K4me3\ta.bam\n"),
  },
  readSequences: { read: readSequences, name: "seq.csv", content: encode("000003,ACGT\n") },
  openGenome: {
    read: async (source, options) => {
      const genome = await openGenome(source, options);
      try {
        return await (await genome.chromosome("chr1")).read(0, 4);
      } finally {
        genome.close();
      }
    },
    name: "toy.fa",
    content: encode(">chr1\nACGT\n"),
  },
  readMeme: {
    read: readMeme,
    name: "a.meme",
    content: encode(
      "MEME version 4\n\nALPHABET= ACGT\n\nMOTIF a\nletter-probability matrix: alength= 4 w= 1\n0.1 0.2 0.3 0.4\n",
    ),
  },
  readEdits: {
    read: async (source, options) => (await readEdits(source, options)).map(({ steps }) => steps),
    name: "edits.tsv",
    content: encode("edit\tmark\nremove\tH3K4me3\n"),
  },
  readRoadmapGenes: {
    read: (source, options) => readRoadmapGenes(source, { numbers: [3], ...options }),
    name: "genes.txt",
    content: encode("ENSG00000000003\tX\t99883667\t99894988\t-1\tprotein_coding\tTSPAN6\tabout\n"),
  },
};

/** Serves a file, and says when a connection ends. */
function serve(content: Uint8Array<ArrayBuffer>): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, ({ headers, url }) => {
    if (/\.(fai|gzi)$/.test(url)) return new Response(null, { status: 404 });
    const [, first, last] = /bytes=(\d+)-(\d*)/.exec(headers.get("range") ?? "") ?? [];
    if (first === undefined) return new Response(content);
    const start = Number(first);
    const end = Math.min(content.length, last === "" ? Infinity : Number(last) + 1);
    const range = `bytes ${start}-${end - 1}/${content.length}`;
    return new Response(content.slice(start, end), {
      status: 206,
      headers: { "content-range": range },
    });
  });
}

for (const [name, { read, name: file, content }] of Object.entries(CASES)) {
  Deno.test(`${name}: a path, a URL, an address, a File, bytes, a Response and a source give the same`, () =>
    withDirectory(async (directory) => {
      const path = `${directory}/${file}`;
      await Deno.writeFile(path, content);
      const expected = await read(path);
      await using server = serve(content);
      const address = `http://127.0.0.1:${server.addr.port}/${file}`;
      const given = {
        URL: new URL(`file://${path}`),
        address,
        "address as a URL": new URL(address),
        File: new File([content], file),
        bytes: content,
        "bytes that threads share": shared(content),
        Response: new Response(content),
        "Response of a server": await fetch(address),
        source: bytesSource(content, file),
      };
      for (const [kind, source] of Object.entries(given)) {
        const isNamed = name !== "readDataset" || !kind.startsWith("bytes");
        ok(isNamed || content === NPZ);
        deepStrictEqual(await read(source), expected, kind);
      }
    }));

  Deno.test(`${name}: a source that is given stays open, and what is opened is closed when reading is given up`, async () => {
    let closed = 0;
    const inner = bytesSource(content, file);
    const source: ByteSource = { ...inner, close: () => void closed++ };
    await read(source);
    strictEqual(closed, 0);
    const reason = new Error("enough");
    await rejects(read(source, { signal: AbortSignal.abort(reason) }), reason);
    const controller = new AbortController();
    const aborting: ByteSource = {
      ...inner,
      read(offset, length) {
        controller.abort(reason);
        return inner.read(offset, length);
      },
    };
    await rejects(read(aborting, { signal: controller.signal }), reason);
    // A server that never answers does not keep it.
    const silent: ByteSource = { ...inner, read: () => new Promise(() => {}) };
    const timer = new AbortController();
    const waiting = rejects(read(silent, { signal: timer.signal }), reason);
    setTimeout(() => timer.abort(reason), 5);
    await waiting;
  });

  Deno.test(`${name}: what is not there, a directory and an empty file are errors with a code`, () =>
    withDirectory(async (directory) => {
      const missing = await read(`${directory}/none/${file}`).catch((error) => error);
      ok(missing instanceof NotFoundError, `${missing}`);
      strictEqual(missing.code, "HISTONE_NOT_FOUND");
      strictEqual(missing.path, `${directory}/none/${file}`);
      const folder = `${directory}/${file}`;
      await Deno.mkdir(folder);
      const found = await read(folder).catch((error) => error);
      ok(found instanceof ContractError, `${found}`);
      strictEqual(found.code, "HISTONE_CONTRACT");
      const empty = await read(new File([], file)).catch((error) => error);
      ok(empty instanceof HistoneError, `${empty}`);
      ok(empty instanceof FormatError || name === "readDataset", `${empty}`);
    }));
}

function shared(content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(new SharedArrayBuffer(content.length));
  bytes.set(content);
  return bytes;
}

Deno.test("the labels of the competition are read from whatever holds their table", async () => {
  const reason = new Error("enough");
  const table = new File([TABLE], "table.tsv");
  await rejects(readCompetitionLabels(table, { signal: AbortSignal.abort(reason) }), reason);
});
