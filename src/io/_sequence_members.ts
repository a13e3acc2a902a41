/**
 * The DNA of genes in an npz file.
 *
 * - `__sequence__`, uint8 `[sequence, ceil(bases / 4)]`: two bits a base, base i in bits 2·(i mod 4) of byte i div 4; A is
 *   0, C 1, G 2, T 3, a base that is not known 0. How many bases there are, the record says.
 * - `__sequence_genes__`, float64 `[gene, 2]`: the number of a gene, as the members of the cell types have it, and the
 *   place of its sequence. Genes may share one; genes that the cell types lack mean nothing.
 * - `__sequence_unknown__` and `__sequence_soft_masked__`, uint32 `[run, 3]`: the place of a sequence, the first base of a
 *   run and its length; missing if there are no runs.
 *
 * @module
 */

import {
  faultOfEntries,
  faultOfSequences,
  type GeneSequences,
  NO_SEQUENCE,
  packedBytes,
  type PackedSequences,
  type SequenceRuns,
} from "../base/sequences.ts";
import { FormatError } from "../errors.ts";
import type { DataRecord, SequenceRecord } from "../record.ts";
import { memberError } from "./_text_member.ts";
import type { NpyDtype } from "./npy_types.ts";
import type { NpzReader } from "./npz_types.ts";
import type { NpzMemberData } from "./npz_writer.ts";

const SEQUENCE_MEMBER = "__sequence__";
const GENES_MEMBER = "__sequence_genes__";
const UNKNOWN_MEMBER = "__sequence_unknown__";
const SOFT_MASKED_MEMBER = "__sequence_soft_masked__";

/** Names of all members. */
export const SEQUENCE_MEMBERS: readonly string[] = [
  SEQUENCE_MEMBER,
  GENES_MEMBER,
  UNKNOWN_MEMBER,
  SOFT_MASKED_MEMBER,
];

/** Whether a file has sequences. */
export function hasSequences(npz: NpzReader): boolean {
  return npz.members.some(({ name }) => name === SEQUENCE_MEMBER);
}

/** Sequences of a file, and the place of each gene's by its number. */
export interface FileSequences {
  readonly sequences: PackedSequences;
  readonly entryOfNumber: ReadonlyMap<number, number>;
}

/**
 * Reads the sequences of an npz file.
 *
 * @param npz The file.
 * @param record What they are.
 * @throws {FormatError} If a member is missing or damaged, or contradicts another or the record.
 */
export async function readSequenceMembers(
  npz: NpzReader,
  { bases }: SequenceRecord,
): Promise<FileSequences> {
  const bytes = packedBytes(bases);
  const packed = await readRows(npz, SEQUENCE_MEMBER, { dtype: "uint8", width: bytes });
  const entries = packed.length / bytes;
  const sequences = {
    bases,
    packed: packed as Uint8Array<ArrayBuffer>,
    unknown: await readRuns(npz, UNKNOWN_MEMBER, entries),
    softMasked: await readRuns(npz, SOFT_MASKED_MEMBER, entries),
  };
  const fault = faultOfSequences(sequences);
  if (fault !== undefined) throw memberError(fault, { name: SEQUENCE_MEMBER, file: npz.name });
  return { sequences, entryOfNumber: await readGeneEntries(npz, entries) };
}

/** Gives each gene of a data set its sequence, by the gene's number. */
export function sequencesOfGenes(
  { sequences, entryOfNumber }: FileSequences,
  { geneIds, geneIndex, genes }: {
    /** `[sample]`: the number of its gene. */
    readonly geneIds: Float64Array;
    /** `[sample]`: the place of its gene. */
    readonly geneIndex: Uint32Array;
    /** Number of genes. */
    readonly genes: number;
  },
): GeneSequences {
  const entryOf = new Uint32Array(genes);
  for (const [sample, gene] of geneIndex.entries()) {
    entryOf[gene] = entryOfNumber.get(geneIds[sample]!) ?? NO_SEQUENCE;
  }
  return { ...sequences, entryOf };
}

/** Throws unless it is known what the sequences of a file are. */
export function requireSequenceRecord(
  npz: NpzReader,
  record: SequenceRecord | undefined,
): SequenceRecord {
  if (record !== undefined) return record;
  throw new FormatError(
    "Cannot read competition file: it has sequences, but its data record does not say what they are, as happens when " +
      "numpy.savez saves a file again. Prepare the data again, or name the record (--record FILE)",
    { file: npz.name },
  );
}

/** Throws if a file's own record says that it has sequences, and the file has none. */
export function refuseLostSequences(npz: NpzReader, own: DataRecord | undefined): void {
  if (own?.sequence === undefined || hasSequences(npz)) return;
  throw new FormatError(
    `Cannot read competition file: its record says that it has sequences, but it has no member ${SEQUENCE_MEMBER}. ` +
      "Prepare the data again",
    { file: npz.name },
  );
}

async function readGeneEntries(npz: NpzReader, entries: number): Promise<Map<number, number>> {
  const pairs = await readRows(npz, GENES_MEMBER, { dtype: "float64", width: 2 });
  const entryOf = new Map<number, number>();
  for (let at = 0; at < pairs.length; at += 2) {
    const [number, entry] = [Number(pairs[at]), Number(pairs[at + 1])];
    const isSound = Number.isSafeInteger(number) && number >= 0 && Number.isInteger(entry) &&
      entry >= 0 && entry < entries;
    if (!isSound) {
      failMember(
        npz,
        GENES_MEMBER,
        `row ${
          at / 2
        } is ${number} and ${entry}, expected a gene's number and the place of one of ` +
          `${entries} sequences`,
      );
    }
    if (entryOf.has(number)) {
      failMember(npz, GENES_MEMBER, `row ${at / 2} has gene ${number} again`);
    }
    entryOf.set(number, entry);
  }
  return entryOf;
}

async function readRuns(npz: NpzReader, name: string, entries: number): Promise<SequenceRuns> {
  const isThere = npz.members.some((member) => member.name === name);
  const rows = isThere ? await readRows(npz, name, { dtype: "uint32", width: 3 }) : [];
  const runs = rows.length / 3;
  const offsets = new Uint32Array(entries + 1);
  const starts = new Uint32Array(runs);
  const lengths = new Uint32Array(runs);
  let last = 0;
  for (let run = 0; run < runs; run++) {
    const entry = Number(rows[3 * run]);
    if (entry < last || entry >= entries) {
      failMember(
        npz,
        name,
        `run ${run} is of sequence ${entry}, expected one of ${entries}, in their order`,
      );
    }
    last = entry;
    offsets[entry + 1]!++;
    starts[run] = Number(rows[3 * run + 1]);
    lengths[run] = Number(rows[3 * run + 2]);
  }
  for (let entry = 0; entry < entries; entry++) offsets[entry + 1]! += offsets[entry]!;
  return { offsets, starts, lengths };
}

/** Reads an array of rows. */
async function readRows(
  npz: NpzReader,
  name: string,
  { dtype, width }: { readonly dtype: NpyDtype; readonly width: number },
): Promise<ArrayLike<number | bigint>> {
  if (!npz.members.some((member) => member.name === name)) {
    throw new FormatError(
      `Cannot read competition file: it has ${SEQUENCE_MEMBER} but no member ${name}, expected both`,
      { file: npz.name },
    );
  }
  const header = await npz.header(name);
  if (header.dtype !== dtype || header.shape.length !== 2 || header.shape[1] !== width) {
    failMember(
      npz,
      name,
      `it is ${header.dtype} [${header.shape.join(", ")}], expected ${dtype} [rows, ${width}]`,
    );
  }
  return (await npz.read(name)).data;
}

function failMember(npz: NpzReader, name: string, found: string): never {
  throw memberError(found, { name, file: npz.name });
}

/** Sequences to write, and the genes that have them. */
export interface SequencesToWrite {
  /** The sequences; only those of `genes` are written. */
  readonly sequences: PackedSequences;
  /** `[gene]`: numbers of the genes. */
  readonly numbers: readonly number[];
  /** `[gene]`: the entry of each, {@linkcode NO_SEQUENCE} where it has none. */
  readonly entryOf: ArrayLike<number>;
}

/** The members of a file's sequences: those of the genes that have one, in the order in which genes first need them. */
export function sequenceMembers(
  { sequences, numbers, entryOf }: SequencesToWrite,
): NpzMemberData[] {
  const places = new Map<number, number>();
  const pairs: number[] = [];
  for (const [gene, number] of numbers.entries()) {
    const entry = entryOf[gene]!;
    if (entry === NO_SEQUENCE) continue;
    const place = places.get(entry) ?? places.size;
    places.set(entry, place);
    pairs.push(number, place);
  }
  const entries = [...places.keys()];
  const bytes = packedBytes(sequences.bases);
  return [
    {
      name: SEQUENCE_MEMBER,
      dtype: "uint8",
      shape: [entries.length, bytes],
      data: packedRows(sequences, entries),
    },
    {
      name: GENES_MEMBER,
      dtype: "float64",
      shape: [pairs.length / 2, 2],
      data: Float64Array.from(pairs),
    },
    ...runMembers(UNKNOWN_MEMBER, sequences.unknown, entries),
    ...runMembers(SOFT_MASKED_MEMBER, sequences.softMasked, entries),
  ];
}

/** Rows that are written together. */
const ROWS_TOGETHER = 64;

function* packedRows(
  { bases, packed }: PackedSequences,
  entries: readonly number[],
): Generator<Uint8Array> {
  const bytes = packedBytes(bases);
  for (let first = 0; first < entries.length; first += ROWS_TOGETHER) {
    const own = entries.slice(first, first + ROWS_TOGETHER);
    const rows = new Uint8Array(own.length * bytes);
    for (const [place, entry] of own.entries()) {
      rows.set(packed.subarray(entry * bytes, (entry + 1) * bytes), place * bytes);
    }
    yield rows;
  }
}

function runMembers(
  name: string,
  { offsets, starts, lengths }: SequenceRuns,
  entries: readonly number[],
): NpzMemberData[] {
  const rows: number[] = [];
  for (const [place, entry] of entries.entries()) {
    for (let run = offsets[entry]!; run < offsets[entry + 1]!; run++) {
      rows.push(place, starts[run]!, lengths[run]!);
    }
  }
  if (rows.length === 0) return [];
  return [{ name, dtype: "uint32", shape: [rows.length / 3, 3], data: Uint32Array.from(rows) }];
}

/**
 * Throws unless a record and sequences to write belong together.
 *
 * @throws {RangeError} If one is missing, the lengths differ, or the sequences are damaged.
 */
export function checkSequencesToWrite(
  { sequence }: DataRecord,
  written: { readonly genes: readonly string[]; readonly sequences: GeneSequences } | undefined,
): void {
  const fault = written && (faultOfSequences(written.sequences) ??
    faultOfEntries(written.sequences, written.genes.length));
  if (fault !== undefined) throw new RangeError(`Cannot write sequences: ${fault}`);
  const found = written?.sequences.bases;
  if (found === sequence?.bases) return;
  const describe = (bases: number | undefined) => bases === undefined ? "none" : `${bases} bases`;
  throw new RangeError(
    `Cannot write sequences: found ${describe(found)}, the record says ${
      describe(sequence?.bases)
    }`,
  );
}
