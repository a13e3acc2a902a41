/** Command `convert`: writes data sets in another form, cell type by cell type. */

import { Option } from "commander";
import { formatCountOf } from "../base/count.ts";
import {
  CountsUnknownError,
  type DataParts,
  joinDataParts,
  openDataParts,
} from "../data/data_parts.ts";
import { splitDataPaths } from "../data/data_paths.ts";
import type { DatasetDescription } from "../data/dataset_blocks.ts";
import { ContractError } from "../errors.ts";
import { type BlockSource, writeCompetition } from "../io/competition_writer.ts";
import { writeAnndata } from "../io/zarr/anndata_writer.ts";
import { ZARR_CODECS, type ZarrCodec } from "../io/zarr/codec.ts";
import {
  choice,
  type CommandCall,
  type CommandDefinition,
  declareReading,
  threadCount,
} from "./flags.ts";
import { readDataRecord } from "./_data.ts";
import { openOutputDirectory } from "./_output_directory.ts";
import { declareOverwrite, openOutput } from "./_outputs.ts";
import { kindOfPrepared } from "./_prepared_output.ts";
import { ProgressLine } from "./_progress.ts";
import { VERSION } from "./version.ts";

interface ConvertFlags {
  readonly data: string;
  readonly record?: string | undefined;
  readonly threads?: number | undefined;
  readonly memory?: number | undefined;
  readonly out: string;
  readonly codec?: ZarrCodec | undefined;
  readonly counts: boolean;
  readonly compress: boolean;
  readonly overwrite: boolean;
}

/** Command `convert`. */
export const command: CommandDefinition<ConvertFlags> = {
  name: "convert",
  summary:
    "Writes data sets as npz or as AnnData in Zarr, cell type by cell type, so that they need not fit into memory. Several " +
    "become one.",
  examples: [
    [
      "deno task convert --data train.npz --out train.zarr",
      "AnnData that training reads from disk, and Python with anndata.read_zarr",
    ],
    ["deno task convert --data a.npz,b.npz --out both.zarr", "the cell types of both"],
    ["deno task convert --data train.zarr --out train.npz", "for programs that read npz"],
  ],
  declare: (command) =>
    declareOverwrite(
      declareReading(
        command
          .requiredOption(
            "--data <paths>",
            "npz, AnnData .zarr, DeepChrome .csv or a folder of cell types; several with commas between them",
          )
          .option("--record <file>", "JSON data record of the files (default: their own)")
          .option(
            "--threads <n>",
            "threads that read (default: all that the machine lends)",
            threadCount,
          ),
      )
        .requiredOption("--out <path>", "what to write: a name that ends in .npz or .zarr")
        .addOption(
          new Option(
            "--codec <name>",
            "for .zarr: how chunks of signal are compressed: none, gzip or zstd (default: zstd)",
          ).argParser(choice(ZARR_CODECS)),
        )
        .option(
          "--counts",
          "write the counts of which the values are logarithms, in a quarter of the bytes",
          false,
        )
        .option("--compress", "for .npz: deflate it", false),
    ),
  run: convert,
};

async function convert(flags: ConvertFlags, { signal, given }: CommandCall): Promise<void> {
  const { out, codec, compress } = flags;
  const kind = kindOfPrepared(out);
  if (kind === "npz" && given.has("codec")) {
    throw new ContractError("Cannot convert: --codec is for .zarr, expected --compress or neither");
  }
  if (kind === "zarr" && compress) {
    throw new ContractError("Cannot convert: --compress is for .npz, expected --codec or neither");
  }
  await using output = kind === "zarr" ? await openZarr(flags, codec) : await openNpz(flags);
  const parts = await openParts(flags, signal);
  const asCounts = flags.counts && parts.description.record.transform !== "none";
  if (asCounts && !parts.hasCounts) refuseCounts(parts);
  await writeParts(output, parts, { asCounts, signal }).catch((error) => {
    throw error instanceof CountsUnknownError ? refuseCounts(parts) : error;
  });
  console.info(output.done);
}

function refuseCounts({ name, description: { record } }: DataParts): never {
  throw new ContractError(
    `Cannot convert ${name} to counts: its values carry the transform ${record.transform} and are not all logarithms of ` +
      "integers, expected no --counts",
  );
}

/** What is written, whole or not at all. */
interface PartsOutput extends AsyncDisposable {
  readonly done: string;
  write(blocks: BlockSource, description: DatasetDescription): Promise<void>;
}

async function openZarr(
  { out, overwrite }: ConvertFlags,
  codec: ZarrCodec | undefined,
): Promise<PartsOutput> {
  const folder = await openOutputDirectory(out, { overwrite });
  return {
    done: folder.done,
    write: (blocks, description) =>
      folder.write((store) =>
        writeAnndata(
          store,
          blocks,
          Object.assign({}, description, { about: { version: VERSION }, codec }),
        )
      ),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function openNpz({ out, overwrite, compress }: ConvertFlags): Promise<PartsOutput> {
  const file = await openOutput(out, { usual: null, overwrite });
  return {
    done: file.done,
    write: (blocks, description) =>
      file.write((sink) =>
        writeCompetition(sink, blocks, Object.assign({}, description, { compress }))
      ),
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}

async function openParts(
  { data, record, threads, memory }: ConvertFlags,
  signal: AbortSignal,
): Promise<DataParts> {
  const options = {
    record: record === undefined ? undefined : await readDataRecord(record),
    threads,
    mostBytes: memory,
    signal,
    onNote: (text: string) => console.info(`${text}.`),
    onWarning: (text: string) => console.warn(`warning: ${text}`),
  };
  const all: DataParts[] = [];
  for (const path of await splitDataPaths(data)) all.push(await openDataParts(path, options));
  return joinDataParts(all);
}

async function writeParts(
  output: PartsOutput,
  parts: DataParts,
  { asCounts, signal }: { readonly asCounts: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const { cellTypes, description } = parts;
  const { record } = description;
  console.info(`Data: ${formatCountOf(cellTypes.length, "cell type")}, from ${parts.name}`);
  if (asCounts) {
    console.info(
      "Its values are ln(1 + count). The counts are written, and the record says so: --transform log1p of train makes the same " +
        "values of them.",
    );
  }
  const progress = new ProgressLine("cell types");
  const blocks = async function* () {
    let done = 0;
    for await (const block of parts.blocks(asCounts)) {
      signal.throwIfAborted();
      yield block;
      progress.update({ done: ++done, total: cellTypes.length, label: block.cellType });
    }
  };
  const written = asCounts ? { record: Object.assign({}, record, { transform: "none" }) } : {};
  try {
    await output.write(blocks(), Object.assign({}, description, written));
  } finally {
    progress.clear();
  }
}
