/** The readers of arrays: npy, npz and the competition's files. */

import { openNpz } from "../../../src/io/npz.ts";
import { formatNpyHeader, readNpy } from "../../../src/io/npy.ts";
import type { NpyDtype } from "../../../src/io/npy_types.ts";
import { readCompetition } from "../../../src/io/competition.ts";
import type { PackedColumns } from "../../../src/io/columns.ts";
import { decodeValues } from "../../../src/io/signal_values.ts";
import type { ByteSource } from "../../../src/files/byte_source.ts";
import { Dataset } from "../../../src/data/dataset.ts";
import { DEEPCHROME_RECORD } from "../../../src/record.ts";
import { concatenate } from "../../../src/base/bytes.ts";
import { faultOfSequences } from "../../../src/base/sequences.ts";
import { writeZip, type ZipMember, type ZipOptions } from "../containers.ts";
import type { ByteWriter } from "../byte_writer.ts";
import {
  type Bytes,
  encode,
  expectSound,
  fromLetters,
  type Part,
  type Seed,
  type Target,
  toLetters,
} from "../seed.ts";

const SHAPES: readonly [NpyDtype, number[], itemBytes: number][] = [
  ["float64", [2, 3], 8],
  ["uint8", [5], 1],
  ["int16", [2, 2, 2], 2],
  ["float16", [], 2],
  ["int64", [4], 8],
  ["bool", [3, 0], 1],
];

const PREFIX_BYTES = 10;

function npyBytes([dtype, shape, itemBytes]: typeof SHAPES[number]): Bytes {
  const header = formatNpyHeader(dtype, shape);
  const bytes = new Uint8Array(header.length + itemBytes * shape.reduce((a, b) => a * b, 1));
  bytes.set(header);
  for (let i = header.length; i < bytes.length; i += itemBytes) bytes[i] = i % 3;
  return bytes;
}

function npyPart(bytes: Bytes, wrap?: Part["wrap"]): Part {
  return {
    name: wrap === undefined ? "a.npy" : "a.npz",
    kind: "binary",
    bytes,
    fields: [{ offset: 6, bytes: 1 }, { offset: 8, bytes: 2 }],
    boundaries: [6, 8, PREFIX_BYTES, 128],
    wrap,
  };
}

/** The same array in the two later versions, where the length of the header takes four bytes. */
function laterVersion(bytes: Bytes, version: number): Part {
  const later = new Uint8Array(bytes.length + 2);
  later.set(bytes.subarray(0, 6));
  later.set([version, 0, bytes[8]!, bytes[9]!, 0, 0], 6);
  later.set(bytes.subarray(PREFIX_BYTES), PREFIX_BYTES + 2);
  return { ...npyPart(later), fields: [{ offset: 8, bytes: 4 }], boundaries: [8, 12, 130] };
}

/** The array with its axes in Fortran order, or its bytes in the other order. */
function edited(bytes: Bytes, from: string, to: string): Part {
  return npyPart(fromLetters(toLetters(bytes).replace(from, to)));
}

const NPY: Target = {
  name: "npy",
  seeds() {
    const plain = npyBytes(SHAPES[0]!);
    const parts = [
      ...SHAPES.map((shape) => npyPart(npyBytes(shape))),
      laterVersion(plain, 2),
      laterVersion(plain, 3),
      edited(plain, "False", "True "),
      edited(plain, "<f8", ">f8"),
    ];
    return parts.map((part) => [part]);
  },
  async read([file]) {
    const { shape, data } = await readNpy(file);
    expectSound(data.length === shape.reduce((a, b) => a * b, 1), "data do not fill the shape");
  },
};

/** A part made from a writer's bytes, fields and boundaries. */
export function writtenPart(name: string, file: ByteWriter, wrap?: Part["wrap"]): Part {
  const { fields, boundaries } = file;
  return { name, kind: "binary", bytes: file.finish(), fields, boundaries, wrap };
}

function npzSeeds(options: ZipOptions): Seed[] {
  const members = SHAPES.slice(0, 3).map((shape, i) => ({
    name: `m${i}.npy`,
    bytes: npyBytes(shape),
  }));
  const inside = SHAPES.map((shape) =>
    npyPart(
      npyBytes(shape),
      (bytes) => writeZip([members[0]!, { name: "m.npy", bytes }], options).finish(),
    )
  );
  return [[writtenPart("a.npz", writeZip(members, options))], ...inside.map((part) => [part])];
}

function npzTarget(name: string, options: ZipOptions): Target {
  return {
    name,
    seeds: () => npzSeeds(options),
    async read([file]) {
      const npz = await openNpz(file);
      for (const { name } of npz.members) {
        const { shape } = await npz.header(name);
        const { data } = await npz.read(name);
        const length = shape.reduce((a, b) => a * b, 1);
        expectSound(data.length === length, "data do not fill the shape");
        let numbers = 0;
        for await (const values of npz.numbers(name)) numbers += values.length;
        expectSound(numbers === length, "numbers do not fill the shape");
      }
      npz.close();
    },
  };
}

const RECORD = { ...DEEPCHROME_RECORD, marks: ["H3K4me3", "H3K9me3"] };
const [ROWS, BINS, COLUMNS] = [3, 4, 4];

/** `[rows, bins, id + 2 marks + label]` as float32, of counts or of what is made of them. */
function cellTypeBytes(first: number, make = (count: number) => count): Bytes {
  const header = formatNpyHeader("float32", [ROWS, BINS, COLUMNS]);
  const values = new Float32Array(ROWS * BINS * COLUMNS);
  for (let i = 0; i < values.length; i += COLUMNS) {
    const row = Math.floor(i / (BINS * COLUMNS));
    values.set([first + row, make(i % 7), make(i % 5), row / 2], i);
  }
  const bytes = new Uint8Array(header.length + values.byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(values.buffer), header.length);
  return bytes;
}

function competitionSeeds(): Seed[] {
  const comment = JSON.stringify({ histone: RECORD });
  const members = [100, 101].map((first, i) => ({
    name: `E00${i}.npy`,
    bytes: cellTypeBytes(first),
  }));
  const file = writtenPart("train.npz", writeZip(members, { comment, deflate: true }));
  const inside = npyPart(
    members[0]!.bytes,
    (bytes) => writeZip([{ name: "E000.npy", bytes }, members[1]!], { comment }).finish(),
  );
  const logarithms = npyPart(
    cellTypeBytes(100, Math.log1p),
    (bytes) => {
      const comment = JSON.stringify({ histone: { ...RECORD, transform: "log1p" } });
      const other = cellTypeBytes(101, Math.log1p);
      const files = [{ name: "E000.npy", bytes }, { name: "E001.npy", bytes: other }];
      return writeZip(files, { comment }).finish();
    },
  );
  const record: Part = {
    name: "train.npz",
    kind: "json",
    bytes: encode(comment),
    wrap: (bytes) => {
      const damaged = toLetters(bytes.subarray(0, 65_535));
      return writeZip(members, { comment: damaged }).finish();
    },
  };
  const textPart = (name: string, text: string): Part => ({
    name: "train.npz",
    kind: "text",
    bytes: encode(text),
    wrap: (bytes) => {
      const header = formatNpyHeader("uint8", [bytes.length]);
      const table = { name: `${name}.npy`, bytes: concatenate(header, bytes) };
      return writeZip([...members, table], { comment }).finish();
    },
  });
  return [
    [file],
    [inside],
    [logarithms],
    [record],
    [textPart("__genes__", GENE_TABLE)],
    [textPart("__groups__", "cell_type\tgroup\nE000\tliver\nE001\tliver\n")],
    [textPart("__mask__", "cell_type\tH3K4me3\tH3K9me3\nE000\t1\t1\nE001\t1\t1\n")],
    ...sequenceSeeds(members),
  ];
}

/** Files with DNA of 10 bases of genes 100 to 102, each with another of its members to damage. */
function sequenceSeeds(members: readonly ZipMember[]): Seed[] {
  const sequence = { bases: 10, orientation: "transcript", unknownAs: "none" };
  const comment = JSON.stringify({ histone: { ...RECORD, sequence } });
  const bytesOf = (
    dtype: NpyDtype,
    shape: number[],
    values: Uint8Array | Uint32Array | Float64Array,
  ) => concatenate(formatNpyHeader(dtype, shape), new Uint8Array(values.slice().buffer));
  const dna = [
    ["__sequence__", bytesOf("uint8", [2, 3], Uint8Array.of(27, 0, 3, 255, 3, 0))],
    ["__sequence_genes__", bytesOf("float64", [3, 2], Float64Array.of(100, 0, 101, 1, 102, 0))],
    ["__sequence_unknown__", bytesOf("uint32", [2, 3], Uint32Array.of(0, 5, 2, 1, 9, 1))],
    ["__sequence_soft_masked__", bytesOf("uint32", [2, 3], Uint32Array.of(0, 0, 4, 0, 6, 4))],
  ] as const;
  return dna.map(([name, bytes]) => [npyPart(bytes, (damaged) => {
    const others = dna.map(([other, own]) => ({
      name: `${other}.npy`,
      bytes: other === name ? damaged : own,
    }));
    return writeZip([...members, ...others], { comment }).finish();
  })]);
}

/** The genes of `competitionSeeds`, 100 to 103. */
const GENE_TABLE = [
  "number\tgene_id\tsymbol\tchrom\ttss\tstrand",
  "100\tENSG00000000100.3\tA1BG\tchr19\t58352928\t-",
  "101\tENSMUSG00000000101.2\t\t\t\t",
  "102\tPF3D7_0100100\tVAR\tPf3D7_01_v3\t29509\t+",
  "103\t103\t\t1\t0\t",
  "",
].join("\n");

const COMPETITION: Target = {
  name: "competition",
  seeds: competitionSeeds,
  async read([file]) {
    const columns = await readCompetition(file);
    // Throws where columns contradict each other.
    const data = new Dataset(columns);
    const values = data.length * columns.bins * columns.record.marks.length;
    expectSound(columns.signal.length === values, "signal does not fill the samples");
    expectSound(
      columns.signal.every((value) => value >= 0 && value < Infinity),
      "a count is impossible",
    );
    const { signalValues: table } = columns;
    expectSound(
      table === undefined || columns.signal.every((count) => table[count] !== undefined),
      "a stored count has no value",
    );
    if (table !== undefined) await expectOwnValues(file, columns);
    expectSound(columns.labels?.every(Number.isFinite) ?? true, "a label is not finite");
    const { cellTypes, cellTypeGroups = cellTypes, markMask } = columns;
    expectSound(cellTypeGroups.length === cellTypes.length, "groups differ from cell types");
    expectSound(markMask?.every((value) => value < 2) ?? true, "a mask has other values");
    const { sequences } = columns;
    expectSound(
      sequences === undefined || faultOfSequences(sequences) === undefined,
      "sequences are not sound",
    );
    const details = columns.geneDetails;
    expectSound(details === undefined || details.length === columns.genes.length, "genes differ");
  },
};

/** What is kept as counts must give the file's own values back. */
async function expectOwnValues(file: ByteSource, columns: PackedColumns): Promise<void> {
  const decoded = decodeValues(columns.signal, columns.signalValues);
  const { cellTypes, labels, record: { marks } } = columns;
  const width = marks.length + (labels === undefined ? 1 : 2);
  using npz = await openNpz(file);
  let at = 0;
  for (const cellType of cellTypes) {
    let place = 0;
    for await (const piece of npz.numbers(cellType)) {
      for (const value of piece) {
        const column = place++ % width;
        if (column === 0 || column > marks.length) continue;
        expectSound(decoded[at++] === value, "a value differs from the file's");
      }
    }
  }
}

/** Readers of arrays. */
export const ARRAY_TARGETS: readonly Target[] = [
  NPY,
  npzTarget("npz-stored", {}),
  npzTarget("npz-deflated", { deflate: true }),
  npzTarget("npz-zip64", { zip64: true }),
  COMPETITION,
];
