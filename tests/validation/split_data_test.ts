/** Training, validation and test data: shares, names, and what is never in two parts. */

import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { Dataset, FOLD_SCHEMES } from "../../src/data/mod.ts";
import { findChromosomes } from "../../src/data/chromosomes.ts";
import {
  classifyRows,
  type DataSplit,
  SPLIT_PARTS,
  splitData,
  type SplitDataOptions,
} from "../../src/validation/mod.ts";
import { groupsInTurn, placeInTurn } from "../helpers/folds.ts";
import { geneGroupsIn, groupedData, groupsIn, pairsIn } from "../helpers/grouped.ts";
import { tableColumns, tableDataset } from "../helpers/samples.ts";

/** Splits by any scheme, with the chromosomes and groups that some need. */
function splitAnyhow(data: Dataset, options: SplitDataOptions): DataSplit {
  const groups = options.scheme === "by-group" ? groupsInTurn(data) : undefined;
  return splitData(placeInTurn(data), { ...options, groups });
}

function rowsOf(split: DataSplit): number[][] {
  return [...SPLIT_PARTS, "leftOut" as const].map((part) => [...split[part].rows]);
}

for (const scheme of FOLD_SCHEMES) {
  Deno.test(`a split ${scheme} has every sample in one part, and never what belongs together in two`, () => {
    let split = 0;
    fc.assert(
      fc.property(groupedData, fc.nat(), fc.boolean(), (data, seed, keepCrossing) => {
        let parts: DataSplit;
        try {
          const shares = { testShare: 0.3, validationShare: 0.2 };
          parts = splitAnyhow(data, { scheme, ...shares, seed, keepCrossing });
        } catch (error) {
          ok(error instanceof RangeError, String(error));
          return;
        }
        split++;
        deepStrictEqual(rowsOf(parts).flat().toSorted(), [...data.rows].toSorted());
        if (keepCrossing) strictEqual(parts.leftOut.length, 0);
        const { train, validation, test } = parts;
        for (const [a, b] of [[train, validation], [train, test], [validation, test]] as const) {
          ok(pairsIn(a).isDisjointFrom(pairsIn(b)));
          if (keepCrossing) continue;
          if (/by-(gene|both|chromosome)/.test(scheme)) {
            ok(geneGroupsIn(a).isDisjointFrom(geneGroupsIn(b)));
          }
          if (/by-both|cell-type/.test(scheme)) ok(groupsIn(a).isDisjointFrom(groupsIn(b)));
        }
        for (const judged of [validation, test]) {
          ok(!classifyRows(train, judged).includes("trained"));
        }
      }),
      { numRuns: 60 },
    );
    ok(split > 10, `${split} of 60 data sets could be split`);
  });
}

Deno.test("shares are of genes, or of cell types, and a share of nothing is no part", () => {
  const data = tableDataset(10, 40);
  const genes = splitData(data, { scheme: "by-gene", testShare: 0.25, validationShare: 0.1 });
  deepStrictEqual(
    [genes.train, genes.validation, genes.test].map((part) => geneGroupsIn(part).size),
    [26, 4, 10],
  );
  const cellTypes = splitData(data, { scheme: "by-cell-type" });
  deepStrictEqual(
    [cellTypes.train, cellTypes.validation, cellTypes.test].map((part) => part.length),
    [320, 0, 80],
  );
  const both = splitData(data, { scheme: "by-both", testShare: 0.5 });
  deepStrictEqual(rowsOf(both).map(({ length }) => length), [100, 0, 100, 200]);
  const crossing = splitData(data, { scheme: "by-both", testShare: 0.5, keepCrossing: true });
  deepStrictEqual(rowsOf(crossing).map(({ length }) => length), [100, 0, 300, 0]);
  deepStrictEqual(crossing.train.rows, both.train.rows);
  const kinds = new Set(classifyRows(crossing.train, crossing.test));
  deepStrictEqual(kinds, new Set(["newGene", "newCellType", "bothNew"]));
  // A share that is less than one is one.
  const little = splitData(data, {
    scheme: "by-cell-type",
    testShare: 0.01,
    validationShare: 0.01,
  });
  deepStrictEqual(rowsOf(little).map(({ length }) => length), [320, 40, 40, 0]);
  const whole = splitData(data, { scheme: "by-gene", testShare: 0, validationShare: 0.5 });
  deepStrictEqual(rowsOf(whole).map(({ length }) => length), [200, 200, 0, 0]);
});

Deno.test("shares that floating point adds up to a little less than 1 give each part what it asks for", () => {
  const data = tableDataset(1, 10);
  for (
    const [testShare, validationShare] of [[0.1, 0.2], [0.2, 0.1], [0.3, 0.3], [0.7, 0.1]] as const
  ) {
    const split = splitData(data, { scheme: "by-gene", testShare, validationShare });
    strictEqual(split.test.length, Math.round(10 * testShare));
    strictEqual(split.validation.length, Math.round(10 * validationShare));
  }
});

Deno.test("a split depends on the seed, and not on the order of the options", () => {
  const data = tableDataset(6, 30);
  const options = { scheme: "by-both", testShare: 0.3, validationShare: 0.3 } as const;
  deepStrictEqual(
    rowsOf(splitData(data, options)),
    rowsOf(splitData(data, { ...options, seed: 0 })),
  );
  notDeepStrictEqual(
    rowsOf(splitData(data, options)),
    rowsOf(splitData(data, { ...options, seed: 1 })),
  );
});

Deno.test("named chromosomes are in their parts, however they are spelled, and shares divide the rest", () => {
  const data = placeInTurn(tableDataset(2, 35));
  const chromosomesIn = (part: Dataset) =>
    part.length === 0 ? [] : findChromosomes(part).names.map((name) => name.slice(3)).join("");
  const fixed = splitData(data, {
    scheme: "by-chromosome",
    named: { chromosomes: { test: ["chr2", "5"], validation: ["CHR7"] } },
  });
  deepStrictEqual(SPLIT_PARTS.map((part) => chromosomesIn(fixed[part])), ["1346", "7", "25"]);
  deepStrictEqual(fixed.axes, [{
    what: "chromosome",
    names: {
      train: ["chr1", "chr3", "chr4", "chr6"],
      validation: ["chr7"],
      test: ["chr2", "chr5"],
    },
  }]);
  const shared = splitData(data, {
    scheme: "by-chromosome",
    named: { chromosomes: { test: ["1"] } },
    validationShare: 0.3,
  });
  strictEqual(chromosomesIn(shared.test), "1");
  strictEqual(new Set(findChromosomes(shared.validation).names).size, 2);
  const only = splitData(data, {
    scheme: "by-chromosome",
    named: { chromosomes: { validation: ["3"] } },
  });
  deepStrictEqual([chromosomesIn(only.validation), only.test.length], ["3", 0]);
});

Deno.test("replicates go with their cell type, transcripts with their gene, and joined groups with each of their names", () => {
  const columns = tableColumns(4, 3);
  const data = new Dataset({
    ...columns,
    cellTypeGroups: ["liver", "liver", "E003", "E004"],
    geneDetails: [{ gene: "ENSG00000000009" }, { gene: "ENSG00000000009" }, {}],
  });
  const cellTypesOf = (part: Dataset) => [...new Set(part.cellTypeIndices())].join("");
  for (const name of ["liver", "E001", "E002"]) {
    const { test } = splitData(data, {
      scheme: "by-cell-type",
      named: { cellTypes: { test: [name] } },
    });
    strictEqual(cellTypesOf(test), "01", name);
  }
  const { test } = splitData(data, {
    scheme: "by-gene",
    named: { genes: { test: ["ENSG00000000009.4"] } },
  });
  deepStrictEqual([...new Set(test.geneIndices())], [0, 1]);
  const donors = ["a", "b", "c", "d"];
  const groups = Array.from(data.cellTypeIndices(), (cellType) => donors[cellType]!);
  for (const name of ["a", "b", "a + b"]) {
    const split = splitData(data, {
      scheme: "by-group",
      groups,
      named: { groups: { test: [name] } },
    });
    strictEqual(cellTypesOf(split.test), "01", name);
  }
});

Deno.test("what cannot be split, or would leave a part empty, is refused in words that lead on", () => {
  const data = placeInTurn(tableDataset(4, 20));
  const cases: [SplitDataOptions, RegExp][] = [
    [{ scheme: "by-gene", testShare: 1 }, /testShare is 1, expected 0 or more, below 1/],
    [{ scheme: "by-gene", validationShare: -0.1 }, /validationShare is -0\.1/],
    [{ scheme: "by-gene", validationShare: NaN }, /validationShare is NaN/],
    [{ scheme: "by-gene", testShare: 0.5, validationShare: 0.5 }, /leaves none to train on/],
    [
      { scheme: "by-cell-type", testShare: 0.6, validationShare: 0.39 },
      /with at least one of 4 cell types in each part nothing is left to train on, expected smaller/,
    ],
    [
      { scheme: "by-chromosome-and-cell-type", testShare: 0.6, validationShare: 0.39 },
      /4 cell types in each part/,
    ],
    [
      { scheme: "by-gene", named: { chromosomes: { test: ["1"] } } },
      /names of chromosomes: scheme by-gene does not divide/,
    ],
    [
      { scheme: "shuffled", named: { cellTypes: { test: ["E001"] } } },
      /names of cell types: scheme shuffled/,
    ],
    [
      { scheme: "by-chromosome", named: { chromosomes: { test: ["chr8"] } } },
      /the data have no "chr8"; they have chr1, chr2, chr3, chr4, chr5, chr6, chr7$/,
    ],
    [
      { scheme: "by-cell-type", named: { cellTypes: { test: ["E001"], validation: ["E001"] } } },
      /"E001" is to be both validated and tested on/,
    ],
    [
      { scheme: "by-cell-type", named: { cellTypes: { test: ["E001", "E002", "E003", "E004"] } } },
      /no samples are left for train/,
    ],
    [
      { scheme: "by-both", named: { cellTypes: { test: ["E001"] } } },
      /no samples are left for test, expected some\. Each part needs a share, or names, of both/,
    ],
    [{ scheme: "by-something" as "by-gene" }, /by "by-something": expected one of contiguous/],
  ];
  for (const [options, message] of cases) {
    throws(() => splitData(data, options), (error) => {
      ok(error instanceof RangeError && message.test(String(error)), `${error}\n${message}`);
      return true;
    });
  }
  throws(
    () => splitData(tableDataset(2, 3), { scheme: "by-chromosome" }),
    /ContractError|unknown for 3 of 3/,
  );
});
