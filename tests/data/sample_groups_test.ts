import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { Dataset, type Fold, FOLD_SCHEMES, type FoldScheme, kFold } from "../../src/data/mod.ts";
import type { SampleColumns } from "../../src/io/columns.ts";
import { fingerprintDataset, fingerprintValue } from "../../src/training/fingerprint.ts";
import { foldAnyhow } from "../helpers/folds.ts";
import { geneGroupsIn, groupedData, groupsIn, pairsIn } from "../helpers/grouped.ts";
import { tableColumns, tableDataset } from "../helpers/samples.ts";
import { packedSignal } from "../helpers/packed.ts";

/** A table of four cell types, of which the first and the last are replicates of one. */
function replicates(genes = 6): SampleColumns {
  return { ...tableColumns(4, genes), cellTypeGroups: ["liver", "E002", "E003", "liver"] };
}

/** Folds, or `undefined` where random groups leave too few for them. */
function tryFolds(data: Dataset, scheme: FoldScheme, seed: number): Fold[] | undefined {
  try {
    return foldAnyhow(data, { folds: 2, scheme, seed });
  } catch (error) {
    ok(error instanceof RangeError, String(error));
    return undefined;
  }
}

for (const scheme of FOLD_SCHEMES) {
  Deno.test(`${scheme} folds never separate samples that belong together`, () => {
    let split = 0;
    fc.assert(fc.property(groupedData, fc.nat(), (data, seed) => {
      const folds = tryFolds(data, scheme, seed);
      if (folds === undefined) return;
      split++;
      for (const { training, validation } of folds) {
        ok(pairsIn(training).isDisjointFrom(pairsIn(validation)));
        if (!["contiguous", "shuffled", "by-cell-type", "by-group"].includes(scheme)) {
          ok(geneGroupsIn(training).isDisjointFrom(geneGroupsIn(validation)));
        }
        if (scheme.endsWith("by-both") || scheme.endsWith("cell-type")) {
          ok(groupsIn(training).isDisjointFrom(groupsIn(validation)));
        }
      }
      if (scheme === "by-both" || scheme === "by-chromosome-and-cell-type") return;
      const judged = folds.flatMap(({ validation }) => [...validation.rows]);
      deepStrictEqual(judged.toSorted(), [...data.rows].toSorted());
    }));
    ok(split > 50, `${split} of 100 data sets could be split`);
  });
}

Deno.test("folds of data without groups are those of earlier versions, row for row", async () => {
  const data = tableDataset(9, 14);
  const digests: Readonly<Partial<Record<FoldScheme, string>>> = {
    "contiguous": "0b71c53b256135670af57b3638580499",
    "shuffled": "305471fa96acbc912bb71473d51f8029",
    "by-gene": "1a9102a2618b59eefd208d3cfcdc23a4",
    "by-cell-type": "db2375364e8bb118239140ab2d4809ec",
    "by-both": "414437f1a35d41c3bdac0b4e9df58589",
  };
  const trivial = new Dataset({ ...data.columns, cellTypeGroups: data.columns.cellTypes });
  for (const scheme of Object.keys(digests) as FoldScheme[]) {
    for (const samples of [data, trivial]) {
      const rows = [2, 3, 5].flatMap((folds) =>
        [0, 7].flatMap((seed) => kFold(samples, { folds, scheme, seed }))
      ).map(({ training, validation }) => [[...training.rows], [...validation.rows]]);
      strictEqual(await fingerprintValue(rows), digests[scheme], scheme);
    }
  }
});

Deno.test("contiguous folds of replicates cut groups of samples evenly, in the order of the data", () => {
  const data = new Dataset(replicates(4));
  const [first, second, third] = kFold(data, { folds: 3, scheme: "contiguous" });
  deepStrictEqual([...first!.validation.rows], [0, 1, 2, 3, 12, 13, 14, 15]);
  deepStrictEqual([...second!.validation.rows], [4, 5, 6, 7]);
  deepStrictEqual([...third!.validation.rows], [8, 9, 10, 11]);
});

Deno.test("too few groups for the folds are counted as groups", () => {
  const columns = replicates(3);
  const data = new Dataset(columns);
  throws(
    () => kFold(data, { folds: 4, scheme: "by-cell-type" }),
    /there are only 3 cell type groups, expected at least 4\. Take 3 folds/,
  );
  const all = new Dataset({ ...columns, cellTypeGroups: columns.cellTypes.map(() => "liver") });
  throws(
    () => kFold(all, { folds: 2, scheme: "by-cell-type" }),
    /there is only 1 cell type group, .* Split the data by gene \(--scheme by-gene\)$/,
  );
  throws(() => kFold(all, { folds: 4, scheme: "shuffled" }), /only 3 sample groups/);
});

Deno.test("a view knows the groups and the missing marks of its samples", () => {
  const columns = replicates();
  const markMask = Uint8Array.of(1, 1, 1, 0, 0, 1, 1, 1);
  const signal = packedSignal(columns).map((value, i) => {
    const cellType = columns.cellTypeIndex[i >> 1]!;
    return markMask[2 * cellType + i % 2] === 0 ? 0 : value;
  });
  const data = new Dataset({ ...columns, signal, markMask });
  strictEqual(data.groupOf(0), "liver");
  strictEqual(data.groupOf(7), "E002");
  strictEqual(tableDataset(2, 2).groupOf(3), "E002");
  deepStrictEqual(data.missingMarks, new Map([["E002", ["H3K9me3"]], ["E003", ["H3K4me3"]]]));
  const view = data.subset([23, 12, 0]);
  deepStrictEqual([view.groupOf(0), view.groupOf(1), view.groupOf(2)], ["liver", "E003", "liver"]);
  deepStrictEqual(view.missingMarks, new Map([["E003", ["H3K4me3"]]]));
  deepStrictEqual([view.hasMark(1, "H3K4me3"), view.hasMark(1, "H3K9me3")], [false, true]);
  strictEqual(view.hasMark(0, "H3K4me3"), true);
  strictEqual(tableDataset(2, 2).hasMark(0, "H3K4me3"), true);
  throws(() => view.hasMark(0, "H3K27ac"), /RangeError: .*"H3K27ac".*H3K4me3, H3K9me3/);
  for (const position of [-1, 3, 0.5]) {
    throws(() => view.groupOf(position), RangeError);
    throws(() => view.hasMark(position, "H3K4me3"), RangeError);
  }
});

Deno.test("groups and masks that contradict the data are refused", () => {
  const columns = tableColumns(3, 2);
  const cases: [Partial<SampleColumns>, RegExp][] = [
    [{ cellTypeGroups: ["a", "a"] }, /TypeError: .*cellTypeGroups has 2 values, expected 3/],
    [{ cellTypeGroups: ["a", "", "a"] }, /ContractError: .*group of cell type "E002": it is empty/],
    [{ cellTypeGroups: ["a", "__b", "a"] }, /"__b" starts with "__"/],
    [{ cellTypeGroups: ["E002", "b", "c"] }, /"E001" is in group "E002", but cell type "E002" is/],
    [
      { markMask: new Uint8Array(5).fill(1) },
      /mask of marks is wrong: it has 5 values, expected 6/,
    ],
    [{ markMask: Uint8Array.of(1, 1, 1, 2, 1, 1) }, /it has the value 2, expected 0 or 1/],
    [{ markMask: Uint8Array.of(1, 1, 0, 0, 1, 1) }, /no mark was measured in "E002"/],
    [
      { markMask: Uint8Array.of(1, 1, 1, 0, 1, 1) },
      /H3K9me3 was not measured in E002, but its signal in row 2 is 5, expected 0/,
    ],
    [
      { geneDetails: [{ gene: "ENSG00000000002.7" }, { gene: "other" }] },
      /gene "ENSG00000000001" is in group "ENSG00000000002", but gene "ENSG00000000002" is in/,
    ],
  ];
  for (const [change, message] of cases) {
    throws(() => new Dataset({ ...columns, ...change }), (error) => {
      ok(message.test(String(error)), `${error}\n${message}`);
      return true;
    });
  }
});

Deno.test("a fingerprint tells groups and masks apart, and data without them keep theirs", async () => {
  const columns = tableColumns(9, 14);
  const data = new Dataset(columns);
  strictEqual(await fingerprintDataset(data), "b99ec681d6a303e569c3b51642612ea9");
  strictEqual(await fingerprintDataset(data.subset([3, 1])), "889ca0ac25cea1127f91456328a48a21");
  const silent = { ...columns, signal: new Uint16Array(columns.signal.length) };
  const groups = columns.cellTypes.map((_, i) => `group ${i % 4}`);
  const mask = new Uint8Array(18).fill(1);
  const variants: SampleColumns[] = [
    silent,
    { ...silent, cellTypeGroups: groups },
    { ...silent, cellTypeGroups: groups.toReversed() },
    { ...silent, cellTypeGroups: columns.cellTypes.map((name) => `${name}, alone`) },
    { ...silent, markMask: mask.with(3, 0) },
    { ...silent, markMask: mask.with(4, 0) },
    { ...silent, geneDetails: columns.genes.map((_, i) => ({ gene: `gene ${i % 5}` })) },
  ];
  const found = await Promise.all(variants.map((own) => fingerprintDataset(new Dataset(own))));
  strictEqual(new Set(found).size, variants.length);
  const plain = { ...silent, cellTypeGroups: columns.cellTypes, markMask: mask };
  strictEqual(await fingerprintDataset(new Dataset(plain)), found[0]);
});
