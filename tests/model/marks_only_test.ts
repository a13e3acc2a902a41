import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { readsSequence } from "../../src/model/inputs.ts";
import { marksOnly } from "../../src/model/marks_only.ts";
import { parseSpec } from "../../src/model/parse_spec.ts";
import { DNA_PRESET_NAMES, presetSpec } from "../../src/model/presets.ts";
import { countParameters } from "../../src/model/shapes.ts";
import { isBranched } from "../../src/model/spec.ts";

Deno.test("every DNA preset has a twin without DNA that is a sound model", () => {
  for (const name of DNA_PRESET_NAMES) {
    const spec = presetSpec(name);
    const twin = parseSpec(marksOnly(spec));
    strictEqual(readsSequence(twin), false);
    strictEqual(twin.name, `${name}-marks-only`);
    strictEqual(countParameters(twin) < countParameters(spec), true);
    if (!isBranched(twin)) throw new Error("expected branches");
    deepStrictEqual(twin.inputs, [{ name: "signal", bins: 100, marks: 5 }]);
    deepStrictEqual(twin.head.layers, spec.head.layers);
  }
});

Deno.test("branches that share the layers of a branch over DNA are left out with it", () => {
  const spec = {
    name: "shared",
    inputs: [{ name: "signal", bins: 10, marks: 5 }, { name: "sequence", bases: 20 }],
    branches: [
      { name: "marks", input: "signal", layers: [{ type: "flatten" }] },
      { name: "dna", input: "sequence", layers: [{ type: "flatten" }] },
      { name: "again", input: "sequence", encoder: "dna" },
    ],
    head: {
      join: [
        { type: "output", branch: "again" },
        { type: "output", branch: "marks" },
        { type: "output", branch: "dna" },
      ],
      layers: [{ type: "dense", units: 1 }],
    },
    loss: "meanSquaredError",
  } as const;
  const twin = marksOnly(spec);
  deepStrictEqual(isBranched(twin) && twin.head.join, [{ type: "output", branch: "marks" }]);
});

Deno.test("models without DNA, and of DNA alone, have no twin", () => {
  throws(() => marksOnly(presetSpec("wakawaka")), /"wakawaka": it reads none/);
  const spec = {
    name: "alone",
    inputs: [{ name: "sequence", bases: 20 }],
    branches: [{ name: "dna", input: "sequence", layers: [{ type: "flatten" }] }],
    head: { join: [{ type: "output", branch: "dna" }], layers: [{ type: "dense", units: 1 }] },
    loss: "meanSquaredError",
  } as const;
  throws(() => marksOnly(spec), /reads nothing else/);
});
