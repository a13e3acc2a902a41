/** The doctor reports exactly the known peculiarities of real data, and faults that are planted into them. */

import { deepStrictEqual, match, ok } from "node:assert";
import { examineSamples } from "../../../src/genome/doctor/examine.ts";
import type { Finding } from "../../../src/genome/doctor/finding.ts";
import type { SampleColumns } from "../../../src/io/columns.ts";
import { readCompetition } from "../../../src/io/competition.ts";
import {
  exchangeMark,
  labelsOf,
  plantLabels,
  plantMark,
  plantReplicate,
  shuffled,
  valueOf,
} from "../../helpers/planted.ts";
import { sharedFile, testWith } from "../../helpers/require.ts";

function readReal(name: string): Promise<SampleColumns> {
  return readCompetition(sharedFile(`data/real/${name}.npz`));
}

/** The check, severity and place of each finding. */
function summarise(findings: readonly Finding[]): string[] {
  return findings.map(({ check, severity, where }) => `${severity} ${check}: ${where}`);
}

/** The known peculiarities: H3K4me1 of E119, and genes without any peak. */
const ODD_PEAKS = [
  /^warning weak-marks: H3K4me1 in E119$/,
  /^warning promoter-signal: gene .* 408 more$/,
];

const ODD: Readonly<Record<string, readonly RegExp[]>> = {
  peaks_log2: ODD_PEAKS,
  peaks_competition: ODD_PEAKS,
  peaks_four_marks_log2: [
    /^warning empty-samples: H3K4me1 in E114, E118, E120 and 1 more$/,
    /^warning promoter-signal: gene .* 437 more$/,
    /^warning mark-direction: H3K27me3 in E118$/,
  ],
  counts_log2: [],
  counts_competition: [],
};

for (const [name, odd] of Object.entries(ODD)) {
  testWith("shared", `exactly the known peculiarities of ${name} are reported`, async () => {
    const columns = await readReal(name);
    const findings = examineSamples(columns);
    const found = summarise(findings);
    deepStrictEqual(found.length, odd.length, found.join("\n"));
    for (const [i, pattern] of odd.entries()) match(found[i]!, pattern);
    const silent = findings.find(({ check }) => check === "promoter-signal")?.message;
    if (name.startsWith("peaks_log2")) {
      match(silent!, /^411 of 16,000 genes .* 284 lack signal in the/);
    }
  });
}

/** Faults, each with the finding that it must give with every kind of label. */
const FAULTS: readonly (readonly [string, (data: SampleColumns) => SampleColumns, RegExp])[] = [
  [
    "labels shuffled among the genes of one cell type",
    (data) => plantLabels(data, (labels, i) => i === 0 ? shuffled(labels) : labels),
    /unrelated-labels: labels of E123$/,
  ],
  [
    "labels shuffled in all",
    (data) => plantLabels(data, (labels) => shuffled(labels)),
    /unrelated-labels: labels of E123, E003$/,
  ],
  [
    "labels of two cell types exchanged",
    (data) => plantLabels(data, (_, i) => labelsOf(data, 1 - i)),
    /exchanged-cell-types: labels of E123 and E003$/,
  ],
  [
    "files of one mark exchanged",
    (data) => exchangeMark(data, "H3K4me3"),
    /exchanged-cell-types: H3K4me3 in E123 and E003$/,
  ],
  [
    "labels of one for all",
    (data) => plantLabels(data, () => labelsOf(data, 0)),
    /alike-cell-types: labels of E123 = E003$/,
  ],
  ["a replicate", (data) => plantReplicate(data), /alike-cell-types: E123 and E003$/],
  [
    "the file of another mark",
    (data) =>
      plantMark(data, ["H3K27me3", 0], (_, place) => valueOf(data, ["H3K36me3", 0], place) * 1.01),
    /mark-direction: H3K27me3 in E123$/,
  ],
  [
    "the label as a mark",
    (data) => plantMark(data, ["H3K9me3", 0], (_, { gene }) => labelsOf(data, 0)[gene]! + 6),
    /leaked-labels: H3K9me3 in E123$/,
  ],
  [
    "a mark that was not measured",
    (data) => plantMark(data, ["H3K36me3", 1], () => 0),
    /empty-samples: H3K36me3 in E003$/,
  ],
  [
    "plain expression",
    (data) =>
      plantLabels(data, (labels) => labels.map((x) => Math.sign(x) * Math.expm1(Math.abs(x)))),
    /label-scale: labels of E123, E003$/,
  ],
];

for (const name of ["counts_log2", "counts_competition"]) {
  testWith(
    "shared",
    `faults planted into ${name} are found with both kinds of label`,
    async () => {
      const data = await readReal(name);
      for (const [fault, plant, expected] of FAULTS) {
        const found = summarise(examineSamples(plant(data)));
        ok(found.some((line) => expected.test(line)), `${fault}: ${found.join("; ")}`);
      }
    },
  );
}

testWith(
  "shared",
  "exchanged and shuffled labels of four real cell types are found",
  async () => {
    const data = await readReal("peaks_competition");
    const clean = summarise(examineSamples(data));
    const added = (planted: SampleColumns) =>
      summarise(examineSamples(planted)).filter((line) => !clean.includes(line));
    const exchanged = plantLabels(data, (own, i) => i < 2 ? labelsOf(data, 1 - i) : own);
    deepStrictEqual(added(exchanged), ["warning exchanged-cell-types: labels of E116 and E119"]);
    const mixed = plantLabels(data, (own, i) => i === 1 ? shuffled(own) : own);
    deepStrictEqual(added(mixed), ["warning unrelated-labels: labels of E119"]);
    const twice = plantLabels(
      data,
      (own) => own.map((x) => Math.sign(x) * Math.log1p(Math.abs(x))),
    );
    deepStrictEqual(added(twice), ["warning label-scale: labels of E116, E119, E122 and 1 more"]);
  },
);
