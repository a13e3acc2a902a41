/** What edits name must be there, and what cannot be made is said. */

import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert";
import { Dataset } from "../../../src/data/dataset.ts";
import { ContractError, FormatError } from "../../../src/errors.ts";
import { checkEdits, type Edit, type EditStep } from "../../../src/explain/mod.ts";
import { effectsOf, linearColumns, linearData, linearModel, randomWeights } from "./_linear.ts";
import { packedSignal } from "../../helpers/packed.ts";

const MODEL = linearModel(randomWeights(5));

const check = (edits: readonly Edit[], data = linearData(2, 6)) =>
  checkEdits([MODEL], data, { edits });

const editOf = (step: EditStep, more: Partial<Edit> = {}): Edit => ({
  id: "e",
  steps: [step],
  ...more,
});

Deno.test("names that the data lack are refused, with names that they have", () => {
  const remove: EditStep = { kind: "remove", marks: ["H3K4me3"] };
  const faults: readonly (readonly [Edit, RegExp])[] = [
    [
      editOf(remove, { gene: "SYM33" }),
      /Cannot make edit "e": column "gene": .*"SYM33".* did you mean/,
    ],
    [
      editOf(remove, { cellType: "cell9" }),
      /column "cell_type": the data have no cell type "cell9", expected cell0, cell1/,
    ],
    [
      editOf({ kind: "remove", marks: ["H3K27ac"] }),
      /column "mark": the data have no mark "H3K27ac", expected H3K4me3/,
    ],
    [editOf({ kind: "remove", marks: [] }), /it names no marks/],
    [
      editOf({ kind: "remove", startBin: 3, endBin: 3 }),
      /its bins are 3 to 3, expected a start below the end, from 0 to 6/,
    ],
    [editOf({ kind: "remove", endBin: 7 }), /its bins are 0 to 7/],
    [editOf({ kind: "remove", startBin: -1 }), /its bins are -1 to 6/],
    [editOf({ kind: "remove", startBin: 0.5 }), /its bins are 0.5 to 6/],
    [
      editOf({ kind: "remove", startBp: 300 }),
      /no bin has its middle from 300 to 300 bp, expected a range within -300 to 300 bp/,
    ],
    [editOf({ kind: "remove", startBp: 60, endBp: 90 }), /no bin has its middle from 60 to 90 bp/],
    [editOf({ kind: "remove", startBp: NaN }), /column "start_bp": it is NaN/],
    [
      editOf({ kind: "remove", startBp: 0, endBin: 3 }),
      /its range is given in base pairs and in bins/,
    ],
    [
      editOf({ kind: "move", shiftBp: 50 }),
      /it moves by 50 bp, expected a multiple of the bins' 100 bp/,
    ],
    [
      editOf({ kind: "move", shiftBins: 6 }),
      /it moves by 6 bins, expected fewer than the window's 6/,
    ],
    [editOf({ kind: "move" }), /it has both shift_bp and shift_bins, or neither/],
    [editOf({ kind: "scale", factor: NaN }), /its factor is NaN/],
    [editOf({ kind: "scale", factor: -1 }), /its factor is -1/],
    [editOf({ kind: "swap" }), /it names neither from_gene nor from_cell_type/],
    [editOf({ kind: "swap", fromGene: "SYM77" }), /column "from_gene": .*"SYM77"/],
    [
      editOf({ kind: "swap", fromCellType: "x" }),
      /column "from_cell_type": the data have no cell type "x"/,
    ],
    [
      editOf({ kind: "substitute", letters: "A", startBp: 0 }),
      /it changes DNA, but the model reads no DNA/,
    ],
    [
      editOf({ kind: "knock" } as unknown as EditStep),
      /column "edit": it is "knock", expected remove/,
    ],
    [{ id: "e", steps: [] }, /it has no steps/],
  ];
  for (const [edit, message] of faults) {
    throws(
      () => check([edit]),
      (error) => error instanceof ContractError && message.test(error.message),
      String(message),
    );
  }
  const read = { ...editOf(remove, { gene: "nobody" }), source: { file: "edits.tsv", lines: [7] } };
  throws(
    () => check([read]),
    (error) =>
      error instanceof FormatError && error.line === 7 && /edits.tsv, line 7/.test(error.message),
  );
});

Deno.test("samples to which an edit cannot be made are left out of those that it does not name, and counted", () => {
  const move = editOf({ kind: "move", marks: ["H3K4me3"], shiftBp: 100 });
  const { samples, leftOut } = check([move, { ...move, id: "f", cellType: "cell0" }]);
  strictEqual(samples, 8 + 4);
  deepStrictEqual(leftOut, [
    '6 samples left out of edits "e", "f": the strand of the gene is not known, which base pairs from the TSS depend ' +
    "on, expected bins, or a range that is the same on both strands",
  ]);
  throws(
    () => check([{ ...move, gene: "gene2" }]),
    /Cannot make edit "e": the strand of the gene is not known/,
  );
});

Deno.test("a mark that was not measured is not edited, neither is one taken from where it was not", async () => {
  const columns = linearColumns(2, 6);
  const signal = Uint8Array.from(
    packedSignal(columns),
    (count, i) => i >= 6 * 18 && i % 3 === 1 ? 0 : count,
  );
  const markMask = Uint8Array.of(1, 1, 1, 1, 0, 1); // H3K9me3 was not measured in cell1
  const data = new Dataset({ ...columns, signal, markMask });
  const remove = editOf({ kind: "remove", marks: ["H3K9me3"] });
  const { samples, leftOut } = check([remove], data);
  strictEqual(samples, 6);
  deepStrictEqual(leftOut, ['6 samples left out of edit "e": H3K9me3 was not measured in cell1']);
  throws(
    () => check([{ ...remove, cellType: "cell1" }], data),
    /H3K9me3 was not measured in cell1/,
  );
  throws(
    () => check([editOf({ kind: "swap", marks: ["H3K9me3"], fromCellType: "cell1" })], data),
    /H3K9me3 was not measured in cell1/,
  );
  // All marks are those that were measured.
  strictEqual(check([editOf({ kind: "remove" })], data).samples, 12);
  // A model without a panel needs every mark.
  await rejects(effectsOf([MODEL], data, { edits: [editOf({ kind: "remove" })] }), ContractError);
});

Deno.test("a mark that is treated as not measured is not edited by its name", () => {
  const data = linearData(2, 6);
  const options = { dropMarks: ["H3K4me3"] };
  const edits = [editOf({ kind: "remove", marks: ["H3K4me3"] })];
  throws(() => checkEdits([MODEL], data, { ...options, edits }), {
    message: /column "mark": H3K4me3 is treated as not measured, expected a mark that is read/,
  });
  const all = [editOf({ kind: "remove" })];
  strictEqual(checkEdits([MODEL], data, { ...options, edits: all }).samples, data.length);
});

Deno.test("draws need other genes, and swaps the other sample", () => {
  const columns = linearColumns(2, 6);
  const some = new Dataset(columns).subset([0, 1, 2, 6]);
  const replace = editOf({ kind: "replace", like: "any" });
  const { samples, leftOut } = check([replace], some);
  strictEqual(samples, 3);
  deepStrictEqual(leftOut, [
    '1 sample left out of edit "e": the data have no other genes in cell1, from which one could be drawn',
  ]);
  const swap = editOf({ kind: "swap", fromCellType: "cell1" });
  deepStrictEqual(check([swap], some).leftOut, [
    '2 samples left out of edit "e": the data have no sample of the other gene or cell type',
  ]);
});

Deno.test("genes are named by identifiers or symbols, cell types by their groups too, and transcripts go together", () => {
  const columns = linearColumns(2, 6);
  const remove: EditStep = { kind: "remove", marks: ["H3K4me3"] };
  const count = (edit: Partial<Edit>, data: Dataset) => check([editOf(remove, edit)], data).samples;
  const grouped = new Dataset({ ...columns, cellTypeGroups: ["liver", "liver"] });
  strictEqual(count({ cellType: "liver" }, grouped), 12);
  strictEqual(count({ cellType: "cell1" }, grouped), 6);
  strictEqual(count({ gene: "sym3" }, grouped), 2);
  const geneDetails = columns.geneDetails!.map((details, i) => ({
    ...details,
    gene: i < 3 ? "G" : `G${i}`,
  }));
  const transcripts = new Dataset({ ...columns, geneDetails });
  strictEqual(count({ gene: "G" }, transcripts), 6);
  throws(
    () => check([editOf({ kind: "swap", fromGene: "G" })], transcripts),
    /column "from_gene": "G" is the name of 3 in the data, expected that of one/,
  );
  // Transcripts of the gene itself are no other genes to draw from.
  const own = transcripts.subset([0, 1, 2]);
  throws(
    () => check([editOf({ kind: "replace", like: "any" })], own),
    /the data have no other genes/,
  );
});

Deno.test("options out of range, no models and equal ids are refused", () => {
  const edits = [editOf({ kind: "remove" })];
  const data = linearData(1, 3);
  throws(() => checkEdits([], data, { edits }), /there are 0 models/);
  throws(() => checkEdits([MODEL], data, { edits: [] }), /there are 0 edits/);
  throws(() => checkEdits([MODEL], data, { edits, draws: 0 }), /draws is 0/);
  throws(() => checkEdits([MODEL], data, { edits, draws: 1.5 }), /draws is 1.5/);
  throws(() => checkEdits([MODEL], data, { edits, confidence: 1 }), /confidence is 1/);
  throws(() => checkEdits([MODEL], data, { edits: [...edits, ...edits] }), /two have the id "e"/);
});
