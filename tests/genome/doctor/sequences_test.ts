import { deepStrictEqual, match, strictEqual } from "node:assert";
import { packSequences } from "../../../src/base/sequence_packer.ts";
import { NO_SEQUENCE } from "../../../src/base/sequences.ts";
import { checkSequences } from "../../../src/genome/doctor/sequences.ts";
import { reverseComplement } from "../../../src/genome/sequence/reverse_complement.ts";
import type { SampleColumns } from "../../../src/io/columns.ts";
import { deriveKey, RandomStream } from "../../../src/random.ts";
import { ensemblGeneId } from "../../../src/gene_id.ts";
import { tableColumns } from "../../helpers/samples.ts";
import { sequenceRecord } from "../../helpers/sequences.ts";

const BASES = 2000;
const STREAM = new RandomStream(deriveKey(2, "dna"));
const random = (bases: number) =>
  Array.from({ length: bases }, () => "ACGT"[Math.floor(4 * STREAM.uniform())]).join("");

/** Ten genes with random DNA of their own. */
const PLAIN = Array.from({ length: 10 }, () => random(BASES));

function columnsOf(rows: readonly (string | undefined)[], firstGene = 1): SampleColumns {
  const columns = tableColumns(2, rows.length);
  let entry = 0;
  const entryOf = Uint32Array.from(rows, (row) => row === undefined ? NO_SEQUENCE : entry++);
  return {
    ...columns,
    genes: rows.map((_, i) => ensemblGeneId(firstGene + i)),
    record: { ...columns.record, sequence: sequenceRecord(BASES) },
    sequences: { ...packSequences(rows.filter((row) => row !== undefined)), entryOf },
  };
}

const turned = (letters: string) => {
  const bytes = new TextEncoder().encode(letters);
  reverseComplement(bytes);
  return new TextDecoder().decode(bytes);
};

Deno.test("genes with DNA of their own have nothing to find, and so have data without DNA", () => {
  deepStrictEqual(checkSequences(columnsOf(PLAIN), undefined), []);
  deepStrictEqual(
    checkSequences(columnsOf(PLAIN), columnsOf(PLAIN.map(() => random(BASES)), 50)),
    [],
  );
  deepStrictEqual(checkSequences(tableColumns(2, 3), undefined), []);
});

Deno.test("genes without DNA are a note, many of them a warning", () => {
  const [note] = checkSequences(columnsOf(PLAIN.with(3, undefined!)), undefined);
  strictEqual(note?.severity, "note");
  match(note.message, /1 of 10 genes have no DNA/);
  match(note.where, /ENSG00000000004/);
  const [warning] = checkSequences(
    columnsOf(PLAIN.map((row, i) => i < 2 ? undefined : row)),
    undefined,
  );
  strictEqual(warning?.severity, "warning");
});

Deno.test("DNA that is mostly N is found", () => {
  const half = "N".repeat(BASES / 2) + random(BASES / 2);
  const found = checkSequences(
    columnsOf(PLAIN.with(0, half).with(1, half.slice(1) + "A")),
    undefined,
  );
  deepStrictEqual(found.map(({ check }) => check), ["unknown-bases", "shared-dna"]);
  match(found[0]!.message, /at least half of the bases of 1 of 10 genes are not known/);
});

Deno.test("windows that overlap by half or more are found, on either strand; less is not", () => {
  const long = random(2 * BASES);
  const window = (start: number) => long.slice(start, start + BASES);
  const cases: readonly (readonly [row: string, isShared: boolean])[] = [
    [window(0), true],
    [window(BASES * 0.2), true],
    [turned(window(BASES * 0.2)), true],
    [turned(window(0)), true],
    [window(BASES * 0.8), false],
    [window(BASES), false],
  ];
  for (const [row, isShared] of cases) {
    const found = checkSequences(columnsOf(PLAIN.with(4, window(0)).with(7, row)), undefined);
    strictEqual(found.length, isShared ? 1 : 0);
    if (isShared) {
      match(found[0]!.message, /2 of 10 genes have at least half of their DNA in common/);
    }
  }
});

Deno.test("repeats in lower case are not what genes share, nor is the DNA of one gene's transcripts", () => {
  const repeat = random(BASES * 0.7);
  const rows = (change: (text: string) => string) =>
    PLAIN.with(1, change(repeat) + random(BASES * 0.3)).with(
      2,
      change(repeat) + random(BASES * 0.3),
    );
  strictEqual(checkSequences(columnsOf(rows((text) => text)), undefined).length, 1);
  strictEqual(checkSequences(columnsOf(rows((text) => text.toLowerCase())), undefined).length, 0);
  const transcripts = columnsOf(PLAIN.with(1, PLAIN[0]!));
  const geneDetails = transcripts.genes.map((gene, i) => ({ gene: i < 2 ? "g" : gene }));
  strictEqual(checkSequences(transcripts, undefined).length, 1);
  strictEqual(checkSequences({ ...transcripts, geneDetails }, undefined).length, 0);
});

Deno.test("new test genes whose DNA was trained on are a warning", () => {
  const rows = PLAIN.map(() => random(BASES));
  const test = columnsOf(rows.with(5, PLAIN[2]!), 101);
  const [found] = checkSequences(columnsOf(PLAIN), test);
  strictEqual(found?.severity, "warning");
  match(found.message, /1 test genes that are not trained on have at least half/);
  match(found.where, /ENSG00000000106 of the test data/);
  // The same genes in other cell types are another check's.
  deepStrictEqual(checkSequences(columnsOf(PLAIN), columnsOf(PLAIN)), []);
});
