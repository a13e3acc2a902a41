/** Says what files and folders are: by their content first, by their names second. */

import { ContractError } from "../../errors.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { openFile, pathKind } from "../../files/file.ts";
import { isRegularFile } from "../../files/path_kind.ts";
import { describeNpz } from "./_data.ts";
import { STARTER } from "../../starter/load_starter.ts";
import { detectModelFile } from "../../exchange/read_any.ts";
import { describeModelFile } from "./_exchange.ts";
import { describeFolder, describeStarter } from "./_folders.ts";
import { describeTwoBit } from "./_genome.ts";
import { type Head, readHead } from "./_head.ts";
import { describeJson } from "./_json.ts";
import { describeParquet } from "./_parquet.ts";
import { describeIndex, describeSignal } from "./_signal.ts";
import { describeText } from "./_text.ts";
import { startsOfBzip2 } from "../../text/check_text.ts";
import { type Description, listFacts } from "./facts.ts";

/** Binary files by their first bytes as Latin-1 text; some are only named. */
const MAGIC: readonly (readonly [start: string, kind: string, what: string])[] = [
  ["\x89PNG", "png", "a picture (PNG)"],
  ["%PDF", "pdf", "a PDF"],
  ["\xeb\xf2\x89\x87", "bigbed", "bigBed, which is not read: bigBedToBed makes BED of it"],
  ["\x28\xb5\x2f\xfd", "zstd", "compressed by zstd: unpack it"],
  ["\xfd7zXZ", "xz", "compressed by xz: unpack it"],
  ...startsOfBzip2().map((start) => [start, "bzip2", "compressed by bzip2: unpack it"] as const),
  ["\xd0\xcf\x11\xe0", "excel", "an Excel file: save it as text"],
  ["HISTONE CHECKPOINT", "checkpoint", "a checkpoint of a run, from which --resume continues"],
  ["\x93NUMPY", "npy", "an npy file of one array"],
];

/** What a path is, its size, and what is wrong with it. */
export interface FileDescription extends Description {
  readonly path: string;
  /** Missing for folders, and for what could not be opened. */
  readonly sizeBytes?: number | undefined;
}

/**
 * Describes a file or folder. It never throws: what cannot be read has a `problem`. Of large files only headers, indexes
 * and the first bytes are read.
 */
export async function describePath(path: string): Promise<FileDescription> {
  try {
    const kind = await pathKind(path);
    if (kind === undefined && path === STARTER) return { path, ...await describeStarter() };
    if (kind === undefined) {
      const advice = path.includes(",") ? "; give several files with spaces between them" : "";
      throw new ContractError(`there is nothing of that name${advice}`);
    }
    if (kind === "directory") return { path, ...await guard(() => describeFolder(path), "folder") };
    if (!await isRegularFile(path)) throw new ContractError("it is a pipe or a device, not a file");
    const source = await openFile(path);
    try {
      return { path, sizeBytes: source.size, ...await describeFile(path, source) };
    } finally {
      source.close();
    }
  } catch (error) {
    const problem = messageOf(error);
    return { path, kind: "unreadable", what: `not readable: ${problem}`, facts: [], problem };
  }
}

async function describeFile(path: string, source: ByteSource): Promise<Description> {
  if (source.size === 0) return { kind: "unknown", what: "an empty file", facts: [] };
  const first = latin1(await source.read(0, Math.min(64, source.size)));
  const isModel = await detectModelFile(source).catch(() => undefined);
  if (isModel !== undefined && (isModel !== "keras" || /\.keras$/i.test(path))) {
    return await guard(() => describeModelFile(source, isModel), isModel);
  }
  if (first.startsWith("PK\x03\x04")) return await guard(() => describeZip(path, source), "zip");
  if (first.startsWith("CRAM")) {
    return await guard(() => describeSignal(path, source, "cram"), "cram");
  }
  if (first.startsWith("\x26\xfc\x8f\x88")) {
    return await guard(() => describeSignal(path, source, "bigwig"), "bigwig");
  }
  if (first.startsWith("BAI\x01")) return await guard(() => describeIndex(source, ".bai"), "index");
  if (["\x43\x27\x41\x1a", "\x1a\x41\x27\x43"].some((start) => first.startsWith(start))) {
    return await guard(() => describeTwoBit(source), "twobit");
  }
  if (first.startsWith("PAR1")) return await guard(() => describeParquet(source), "parquet");
  const magic = MAGIC.find(([start]) => first.startsWith(start));
  if (magic !== undefined) return { kind: magic[1], what: magic[2], facts: [] };
  if (/^events\.out\.tfevents\./.test(path.replace(/^.*[/\\]/, ""))) {
    return { kind: "events", what: "an event file for TensorBoard", facts: [] };
  }
  return await guard(async () => await describeContent(path, source), "file");
}

/** Describes a file by its first bytes, inflated. */
async function describeContent(path: string, source: ByteSource): Promise<Description> {
  const head = await readHead(source).catch((error) => {
    // A BAM file is read by blocks: the first may be sound where the whole is not.
    if (!/\.bam$/i.test(path)) throw error;
    return undefined;
  });
  if (head === undefined) return await guard(() => describeSignal(path, source, "bam"), "bam");
  const start = latin1(head.bytes.subarray(0, 8));
  if (start.startsWith("BAM\x01")) {
    return await guard(() => describeSignal(path, source, "bam"), "bam");
  }
  if (["CSI\x01", "TBI\x01"].some((magic) => start.startsWith(magic))) {
    return await guard(
      () => describeIndex(source, start.startsWith("CSI") ? ".csi" : ".tbi"),
      "index",
    );
  }
  if (looksBinary(head)) return unknown(path, "bytes");
  const found = await describeJson(source, head) ?? await describeText(path, source, head);
  if (found === undefined) return unknown(path, "text");
  const problem = found.problem ?? head.damage;
  if (head.compression === "none") return found;
  const compression = listFacts([["compression", "compressed by", head.compression]]);
  return { ...found, facts: [...found.facts, ...compression], ...problem && { problem } };
}

function looksBinary({ bytes }: Head): boolean {
  return bytes.subarray(0, 4096).includes(0);
}

function unknown(path: string, what: "bytes" | "text"): Description {
  const ending = /\.[A-Za-z0-9]{1,12}$/.exec(path)?.[0];
  // The names of prose and of tables of any kind promise nothing.
  const promises = ending !== undefined && !/^\.(txt|text|md|log|tsv|csv|dat)$/i.test(ending);
  const named = promises ? `, though its name ends in ${ending}` : "";
  return {
    kind: "unknown",
    what: `${what} of no kind that this package reads or writes${named}`,
    facts: [],
  };
}

async function describeZip(path: string, source: ByteSource): Promise<Description> {
  const { kind, what, facts, problem } = await describeNpz(path, source);
  if (
    kind !== "npz" || facts.some(({ key, value }) => key === "arrays" && Object(value).length > 0)
  ) {
    return { kind, what, facts, problem };
  }
  return { kind: "zip", what: "a zip file without arrays: unpack it", facts: [] };
}

/** What is said of a file of a known kind that cannot be read. */
const BROKEN: Readonly<Record<string, string>> = {
  folder: "a folder",
  safetensors: "weights in safetensors",
  onnx: "a model in ONNX",
  keras: "a model of Keras",
  zip: "a zip file",
  cram: "a CRAM file",
  bam: "a BAM file",
  bigwig: "a bigWig file",
  parquet: "a Parquet table",
  twobit: "a genome's sequence (2bit)",
  index: "an index",
  file: "a file",
};

async function guard(describe: () => Promise<Description>, kind: string): Promise<Description> {
  try {
    return await describe();
  } catch (error) {
    return { kind, what: BROKEN[kind] ?? "a file", facts: [], problem: messageOf(error) };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
