/** Errors by subset of marks in saved calibrations: kept exactly, refused if damaged, absent from older models. */

import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { parseCalibration } from "../../src/model/calibration.ts";
import type { MarkErrors } from "../../src/model/mark_errors.ts";

const MARK_ERRORS: MarkErrors = {
  marks: ["H3K4me3", "H3K9me3"],
  samples: { newGene: 40, bothNewInPanel: 20 },
  subsets: [
    { missing: [], mse: { newGene: 1.5, bothNewInPanel: 2 } },
    { missing: ["H3K9me3"], mse: { newGene: 1.5, bothNewInPanel: 2 } },
  ],
};
const CALIBRATION = { folds: 4, least: -1, greatest: 9.5, cellTypes: ["E003"], regimes: {} };

function parse(markErrors: unknown) {
  const calibration = JSON.parse(JSON.stringify({ ...CALIBRATION, markErrors }));
  return parseCalibration(calibration, "model.json");
}

Deno.test("errors by subset are read as they were written, and may be absent", () => {
  deepStrictEqual(parse(MARK_ERRORS).markErrors, MARK_ERRORS);
  strictEqual("markErrors" in parse(undefined), false);
  const later = { ...MARK_ERRORS, later: 1 };
  deepStrictEqual(parse(later).markErrors, MARK_ERRORS);
});

const [WHOLE, ONE] = MARK_ERRORS.subsets as [
  MarkErrors["subsets"][number],
  MarkErrors["subsets"][number],
];
const FAULTS: Record<string, unknown> = {
  "markErrors is null": null,
  "markErrors.marks[1] is": { ...MARK_ERRORS, marks: ["H3K4me3", "H3K4me3"] },
  "markErrors.samples.newGene is 0": { ...MARK_ERRORS, samples: { newGene: 0 } },
  "markErrors.subsets is": { ...MARK_ERRORS, subsets: [] },
  "subsets[0].missing has 1 marks, expected none": { ...MARK_ERRORS, subsets: [ONE, WHOLE] },
  'subsets[1].missing has "H2A.Z", expected marks among H3K4me3, H3K9me3': {
    ...MARK_ERRORS,
    subsets: [WHOLE, { ...ONE, missing: ["H2A.Z"] }],
  },
  "subsets[1].missing has every mark": {
    ...MARK_ERRORS,
    subsets: [WHOLE, { ...ONE, missing: ["H3K9me3", "H3K4me3"] }],
  },
  "subsets[2].missing is there twice": { ...MARK_ERRORS, subsets: [WHOLE, ONE, ONE] },
  "subsets[1].mse is of newGene, expected bothNewInPanel,newGene": {
    ...MARK_ERRORS,
    subsets: [WHOLE, { ...ONE, mse: { newGene: 1 } }],
  },
  "subsets[1].mse.newGene is -1": {
    ...MARK_ERRORS,
    subsets: [WHOLE, { ...ONE, mse: { ...ONE.mse, newGene: -1 } }],
  },
};

for (const [message, value] of Object.entries(FAULTS)) {
  Deno.test(`errors by subset are refused: ${message}`, () => {
    throws(() => parse(value), (error: Error) => {
      strictEqual(error.name, "FormatError");
      strictEqual(error.message.includes(message), true, error.message);
      return true;
    });
  });
}
