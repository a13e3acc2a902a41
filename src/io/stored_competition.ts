/** Files of the competition's layout whose signal stays on disk: a cell type is a chunk, decoded when it is needed. */

import { type PackedArray, packedTypeOf } from "../base/arrays.ts";
import { sha256 } from "../base/bytes.ts";
import { basename, dirname } from "../base/paths.ts";
import { toHex } from "../base/platform.ts";
import { ContractError, FormatError } from "../errors.ts";
import { directorySource } from "../files/directory_source.ts";
import { pathOf } from "../files/file.ts";
import { openSource } from "../files/open_source.ts";
import { decodeRows, type MemberLayout } from "./_competition_decoder.ts";
import { readLayouts } from "./_competition_layouts.ts";
import { type FileInDirectory, memberNumbersSync } from "./_member_sync.ts";
import { ZipNpzReader } from "./_npz_reader.ts";
import { readZipDirectory, type ZipMember } from "./_zip_directory.ts";
import type { PackedColumns, SampleColumns } from "./columns.ts";
import type { ReadCompetitionOptions } from "./competition.ts";
import { type CompetitionParts, openCompetitionParts } from "./competition_parts.ts";
import { asType, PackedBuilder } from "./packing.ts";
import type { StoredSignal } from "./stored_signal.ts";

/** A cell type of a file, and how its values are decoded. */
interface Member {
  readonly parts: CompetitionParts;
  readonly file: FileInDirectory;
  readonly member: ZipMember;
  readonly layout: MemberLayout;
}

/**
 * Opens a file: its samples are read through once, one cell type at a time, and all is kept but the signal.
 *
 * @param path Path of the file.
 * @param options What the numbers are, and how to read them.
 * @returns The samples of each cell type, whose signal is one chunk.
 * @throws {FormatError} As `readCompetition` does.
 * @throws {ContractError} If the file has DNA.
 */
export async function openStoredCompetition(
  path: string | URL,
  options: Omit<ReadCompetitionOptions, "cellTypes"> = {},
): Promise<SampleColumns[]> {
  const { onNote, onProgress, ...others } = options;
  const parts = await openCompetitionParts(path, others);
  if (parts.hasSequences) {
    throw new ContractError(
      `Cannot leave the signal of ${path} on disk: the file has DNA, expected one without it, or more memory (--memory SIZE)`,
    );
  }
  const own = pathOf(path);
  const directory = directorySource(dirname(own), () => 0);
  const file = { directory, key: `/${basename(own)}`, name: String(path) };
  using source = await openSource(path);
  const zip = await readZipDirectory(source, ".npy");
  const npz = new ZipNpzReader(source, zip);
  const all: SampleColumns[] = [];
  for (const cellType of parts.cellTypes) {
    const columns = await parts.read(cellType, all.length === 0 ? onNote : undefined);
    const { record: { marks }, signalValues } = columns;
    const mayBeLogarithms = signalValues !== undefined;
    const [layout] = await readLayouts(npz, [cellType], { marks, mayBeLogarithms });
    const member = zip.members.find(({ filename }) => filename === `${cellType}.npy`)!;
    const signal = await storedMember(columns, { parts, file, member, layout: layout! });
    all.push(Object.assign({}, columns, shareNames(columns, all[0]), { signal }));
    onProgress?.({ done: all.length, total: parts.cellTypes.length, unit: "cell types" });
  }
  return withTables(all);
}

/** The names of the first cell type where this one has the same: copies of each cell type's would fill the memory. */
function shareNames(
  { genes, geneDetails }: PackedColumns,
  first: SampleColumns | undefined,
): Partial<SampleColumns> {
  const isSame = first?.genes.length === genes.length &&
    genes.every((gene, i) => gene === first.genes[i]);
  if (!isSame) return {};
  return { genes: first.genes, ...(geneDetails && { geneDetails: first.geneDetails }) };
}

/** Gives cell types whose signal is all zeros the table of another: 0 is the logarithm of count 0. */
function withTables(all: readonly SampleColumns[]): SampleColumns[] {
  const signalValues = all.find((columns) => columns.signalValues !== undefined)?.signalValues;
  return all.map((columns) =>
    columns.signalValues === undefined && signalValues !== undefined && isZero(columns)
      ? Object.assign({}, columns, { signalValues })
      : columns
  );
}

/** Signals without any value but 0, by their columns: found while they were in memory. */
const ZEROS = new WeakSet<object>();

function isZero({ signal }: SampleColumns): boolean {
  return ZEROS.has(signal);
}

/** The signal of a cell type that was read, which need not stay in memory. */
async function storedMember(columns: PackedColumns, member: Member): Promise<StoredSignal> {
  const { signal: values, bins, record: { marks } } = columns;
  const type = packedTypeOf(values);
  const rowSize = bins * marks.length;
  const digest = await digestOf(values);
  const signal: StoredSignal = {
    type,
    length: values.length,
    rowSize,
    chunkStarts: Uint32Array.of(0, values.length / rowSize),
    digest,
    async readChunk(_, { signal: ended } = {}) {
      ended?.throwIfAborted();
      const { parts, layout: { cellType } } = member;
      const read = await parts.read(cellType);
      ended?.throwIfAborted();
      if (await digestOf(read.signal) === digest) return asType(read.signal, type);
      throw new FormatError(
        `Cannot read ${cellType}: its values are others than when the file was opened`,
        {
          file: member.file.name,
        },
      );
    },
    readChunkSync: () => readSync(member, { type, length: values.length }),
  };
  if (values.every((value) => value === 0)) ZEROS.add(signal);
  return signal;
}

async function digestOf(values: PackedArray): Promise<string> {
  // What threads share is not digested where it is.
  const bytes = new Uint8Array(values.byteLength);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return toHex(await sha256(bytes));
}

function readSync(
  { file, member, layout }: Member,
  { type, length }: Pick<StoredSignal, "type" | "length">,
): PackedArray {
  const builder = new PackedBuilder(length, { shared: false });
  for (const { signal } of decodeRows(memberNumbersSync(file, member), layout)) {
    builder.append(signal);
  }
  return asType(builder.finish(), type);
}
