import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { packSequences } from "../../src/base/sequence_packer.ts";
import { NO_SEQUENCE, sequenceLetters } from "../../src/base/sequences.ts";
import {
  bytesSource,
  type CompetitionBlock,
  type GeneSequences,
  type NpzMemberData,
  openNpz,
  readCompetition,
  type ReadCompetitionOptions,
  type SampleColumns,
  writeCompetition,
  type WriteCompetitionOptions,
} from "../../src/io/mod.ts";
import { type DataRecord, DEEPCHROME_RECORD } from "../../src/record.ts";
import { withDirectory } from "../helpers/command.ts";
import { runNumpy, testWith } from "../helpers/require.ts";
import { randomRows, sequenceRecord } from "../helpers/sequences.ts";
import { collect, npzBytes } from "./_npz_helpers.ts";

const GENES = ["ENSG00000000419.14", "ENSMUSG00000000001", "ENSG00000000457"];
const BASES = 37;
const RECORD: DataRecord = {
  ...DEEPCHROME_RECORD,
  marks: ["H3K4me3"],
  sequence: { ...sequenceRecord(BASES), source: "toy.fa" },
};
const ROWS = randomRows(3, BASES);

function block(cellType: string, genes = GENES): CompetitionBlock {
  return { cellType, genes, signal: genes.map((_, gene) => gene + 1) };
}

function sequencesOf(rows: readonly string[], entryOf: readonly number[]): GeneSequences {
  return { ...packSequences(rows), entryOf: Uint32Array.from(entryOf) };
}

async function written(
  options: Partial<WriteCompetitionOptions> = {},
  blocks: readonly CompetitionBlock[] = [block("E003")],
): Promise<Uint8Array<ArrayBuffer>> {
  const sequences = { genes: GENES, sequences: sequencesOf(ROWS, [0, 1, 2]) };
  return await collect((sink) =>
    writeCompetition(sink, blocks, { record: RECORD, sequences, ...options })
  );
}

const readBytes = (bytes: Uint8Array<ArrayBuffer>, options?: ReadCompetitionOptions) =>
  readCompetition(bytesSource(bytes, "x.npz"), options);

/** The letters of each gene, by its identifier. */
function lettersOf({ genes, sequences }: SampleColumns): Record<string, string | undefined> {
  return Object.fromEntries(genes.map((id, gene) => {
    const entry = sequences!.entryOf[gene]!;
    return [id, entry === NO_SEQUENCE ? undefined : sequenceLetters(sequences!, entry)];
  }));
}

const WANTED = Object.fromEntries(GENES.map((id, gene) => [id, ROWS[gene]!]));

Deno.test("sequences are written and read, with N, lower case and the record", async () => {
  for (const compress of [false, true]) {
    const columns = await readBytes(await written({ compress }));
    deepStrictEqual(lettersOf(columns), WANTED);
    deepStrictEqual(columns.record, RECORD);
  }
});

Deno.test("genes may share a sequence, and have none", async () => {
  const sequences = { genes: GENES, sequences: sequencesOf(ROWS, [2, NO_SEQUENCE, 2]) };
  const columns = await readBytes(await written({ sequences }));
  deepStrictEqual(lettersOf(columns), {
    [GENES[0]!]: ROWS[2],
    [GENES[1]!]: undefined,
    [GENES[2]!]: ROWS[2],
  });
  // Only the sequence that is needed is kept.
  strictEqual(columns.sequences!.packed.length, Math.ceil(BASES / 4));
});

Deno.test("genes that no block has are left out; cell types in any order keep their genes' sequences", async () => {
  const blocks = [block("E003", [GENES[2]!]), block("E004", [GENES[1]!, GENES[2]!])];
  const bytes = await written({}, blocks);
  const all = await readBytes(bytes);
  deepStrictEqual(lettersOf(all), { [GENES[2]!]: ROWS[2], [GENES[1]!]: ROWS[1] });
  const one = await readBytes(bytes, { cellTypes: ["E004"] });
  deepStrictEqual(lettersOf(one), { [GENES[1]!]: ROWS[1], [GENES[2]!]: ROWS[2] });
});

Deno.test("a record that was given keeps the file's own of its sequences, unless it has one", async () => {
  const { sequence, ...others } = RECORD;
  const bytes = await written();
  const record = { ...others, source: "given" };
  deepStrictEqual((await readBytes(bytes, { record })).record, { ...record, sequence });
  const other = { ...record, sequence: { ...sequence!, orientation: "genomic" as const } };
  deepStrictEqual((await readBytes(bytes, { record: other })).record, other);
  const plain = await collect((sink) => writeCompetition(sink, [block("E003")], { record }));
  deepStrictEqual((await readBytes(plain, { record: other })).record, record);
});

Deno.test("data without sequences have the bytes that they had", async () => {
  const { sequence: _, ...record } = RECORD;
  const bytes = await written({ record, sequences: undefined });
  const names = (await openNpz(bytesSource(bytes))).members.map(({ name }) => name);
  deepStrictEqual(names, ["E003", "__genes__"]);
  strictEqual((await readBytes(bytes)).sequences, undefined);
});

Deno.test("sequences that contradict the record or the genes are not written", async () => {
  const { sequence: _, ...without } = RECORD;
  const sequences = { genes: GENES, sequences: sequencesOf(ROWS, [0, 1, 2]) };
  await rejects(written({ record: without, sequences }), /found 37 bases, the record says none/);
  await rejects(written({ sequences: undefined }), /found none, the record says 37 bases/);
  const short = { genes: GENES, sequences: sequencesOf(["ACG"], [0, 0, 0]) };
  await rejects(written({ sequences: short }), /found 3 bases, the record says 37 bases/);
  const others = { genes: GENES, sequences: sequencesOf(ROWS, [0, 1, 3]) };
  await rejects(written({ sequences: others }), /sequence 3, expected one of 3/);
});

type Change = (member: NpzMemberData) => Partial<NpzMemberData> | undefined;

/** The file, with some members changed or left out. */
async function damaged(
  changes: Readonly<Record<string, Change>>,
  record: DataRecord = RECORD,
): Promise<Uint8Array<ArrayBuffer>> {
  const npz = await openNpz(bytesSource(await written()));
  const members: NpzMemberData[] = [];
  for (const { name } of npz.members) {
    const { dtype, shape, data } = await npz.read(name);
    const member = { name, dtype, shape, data };
    const change = name in changes ? changes[name]!(member) : {};
    if (change !== undefined) members.push({ ...member, ...change });
  }
  return await npzBytes(members, { comment: JSON.stringify({ histone: record }) });
}

/** A change of some values of a member. */
function set(...values: readonly (readonly [place: number, value: number])[]): Change {
  return ({ data }) => {
    const copy = (data as Float64Array<ArrayBuffer>).slice();
    for (const [place, value] of values) copy[place] = value;
    return { data: copy };
  };
}

const BAD: Readonly<
  Record<string, readonly [changes: Readonly<Record<string, Change>>, message: RegExp]>
> = {
  "no genes of the sequences": [{ __sequence_genes__: () => undefined }, /no member __sequence_g/],
  "rows of another width": [
    { __sequence__: ({ data }) => ({ shape: [6, 5], data }) },
    /uint8 \[6, 5\], expected uint8 \[rows, 10\]/,
  ],
  "another type": [
    {
      __sequence_unknown__: ({ data }) => ({
        dtype: "int32",
        data: new Int32Array(data as Uint32Array),
      }),
    },
    /int32 .*expected uint32 \[rows, 3\]/,
  ],
  "bits after the last base": [{ __sequence__: set([9, 255]) }, /bits after its last base/],
  "a gene of a sequence that does not exist": [
    { __sequence_genes__: set([1, 3]) },
    /row 0 is 419 and 3, expected .* one of 3 sequences/,
  ],
  "a gene's number with a fraction": [{ __sequence_genes__: set([2, 0.5]) }, /row 1 is 0.5 and 1/],
  "a gene's number that is NaN": [{ __sequence_genes__: set([2, NaN]) }, /row 1 is NaN and 1/],
  "a gene twice": [{ __sequence_genes__: set([4, 419]) }, /row 2 has gene 419 again/],
  "runs out of order": [{ __sequence_soft_masked__: set([0, 2]) }, /in their order/],
  "a run of a sequence that does not exist": [
    {
      __sequence_soft_masked__: ({ data }) =>
        set([(data as Uint32Array).length - 3, 3])({ data } as NpzMemberData),
    },
    /is of sequence 3, expected one of 3/,
  ],
  "a run past the end": [{ __sequence_soft_masked__: set([2, 99]) }, /of 99 bases from base/],
  "a run so long that it wraps": [
    { __sequence_soft_masked__: set([1, 0xffffffff], [2, 0xffffffff]) },
    /4294967295 bases from base 4294967295/,
  ],
  "a letter that is unknown": [
    { __sequence_unknown__: set([0, 0], [1, 0], [2, BASES]) },
    /is unknown but has a letter|apart from/,
  ],
};

for (const [what, [changes, message]] of Object.entries(BAD)) {
  Deno.test(`sequences with ${what} are refused`, async () => {
    await rejects(async () => await readBytes(await damaged(changes)), (error: Error) => {
      strictEqual(error.name, "FormatError");
      match(error.message, message);
      match(error.message, /x\.npz/);
      return true;
    });
  });
}

Deno.test("sequences without a record, and a record without sequences, are refused", async () => {
  const { sequence, ...without } = RECORD;
  await rejects(
    async () => await readBytes(await damaged({}, without)),
    /its data record does not say what they are/,
  );
  ok((await readBytes(await damaged({}, without), { record: RECORD })).sequences !== undefined);
  const lost = { __sequence__: () => undefined };
  await rejects(async () => await readBytes(await damaged(lost)), /no member __sequence__/);
  const short = { ...RECORD, sequence: { ...sequence!, bases: 4 } };
  await rejects(
    async () => await readBytes(await damaged({}, short)),
    /expected uint8 \[rows, 1\]/,
  );
});

testWith("numpy", "numpy unpacks the sequences as the docs say", async () => {
  await withDirectory(async (directory) => {
    const file = `${directory}/x.npz`;
    await Deno.writeFile(file, await written());
    const script = `
import numpy as np, sys
npz = np.load(sys.argv[1])
packed = npz["__sequence__"]
codes = (packed[:, :, None] >> np.arange(0, 8, 2, dtype=np.uint8)) & 3
letters = np.array(list("ACGT"))[codes.reshape(len(packed), -1)[:, :${BASES}]]
for entry, start, length in npz["__sequence_unknown__"]: letters[entry, start:start + length] = "N"
for entry, start, length in npz["__sequence_soft_masked__"]:
    letters[entry, start:start + length] = np.char.lower(letters[entry, start:start + length])
for number, entry in npz["__sequence_genes__"]: print("".join(letters[int(entry)]))
`;
    deepStrictEqual((await runNumpy(script, [file])).trim().split("\n"), ROWS);
  });
});
