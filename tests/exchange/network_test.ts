/** Networks of other programs become models only with a record that fits them. */

import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { adoptNetwork } from "../../src/exchange/mod.ts";
import { presetSpec } from "../../src/model/presets.ts";
import { COMPETITION_RECORD, DEEPCHROME_RECORD } from "../../src/record.ts";
import { trainedOf } from "../helpers/exchanged_models.ts";

const spec = presetSpec("experiment1");
const { weights } = trainedOf(spec);
const network = { spec, weights, origin: "keras 3.15.1", notes: [] };

Deno.test("the record is the one that is given, and training says where the model is from", () => {
  const model = adoptNetwork(network, {
    record: COMPETITION_RECORD,
    labelScale: { mean: 1, sd: 2 },
  });
  deepStrictEqual(model.record, COMPETITION_RECORD);
  deepStrictEqual(model.inputRecord, DEEPCHROME_RECORD);
  deepStrictEqual(model.labelScale, { mean: 1, sd: 2 });
  const { importedFrom, epochs, samples } = model.training;
  deepStrictEqual([importedFrom, epochs, samples], ["keras 3.15.1", 0, 0]);
});

Deno.test("a transform in the graph becomes the model's, and contradicts another one", () => {
  const own = { ...network, transform: "log1p" } as const;
  for (const record of [DEEPCHROME_RECORD, COMPETITION_RECORD]) {
    strictEqual(adoptNetwork(own, { record }).record.transform, "log1p");
  }
  throws(
    () => adoptNetwork(own, { record: { ...DEEPCHROME_RECORD, transform: "asinh" } }),
    /fed values after asinh, and the network applies log1p itself/,
  );
});

Deno.test("a record of other marks or without DNA, and a network with a panel, are refused", () => {
  const record = { ...DEEPCHROME_RECORD, marks: ["H3K4me3"] };
  throws(() => adoptNetwork(network, { record }), /names 1 marks \(H3K4me3\), expected 5/);
  for (
    const [name, said] of [
      ["waka-dna-experiment5", /the record has no sequence/],
      ["waka3", /reads a reference panel, which the file does not hold/],
    ] as const
  ) {
    const other = presetSpec(name, { bases: 640, references: 4 });
    const given = { ...network, spec: other, weights: trainedOf(other).weights };
    throws(() => adoptNetwork(given, { record: DEEPCHROME_RECORD }), said);
  }
});
