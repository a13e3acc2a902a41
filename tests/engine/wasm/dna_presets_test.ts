/** The presets that read marks and DNA, with fewer bases and filters than theirs, against the reference in tf.js. */

import { createWasmEngine } from "../../../src/engine/wasm/engine.ts";
import { DNA_PRESET_NAMES, type DnaPresetName, presetSpec } from "../../../src/model/presets.ts";
import type { BranchedSpec, LayerSpec } from "../../../src/model/spec.ts";
import { parseBranched } from "../../helpers/branched.ts";
import { subjectOf } from "../../helpers/one_model.ts";
import { checkAgainstTfjs } from "../conformance_branches.ts";

const wasm = subjectOf(createWasmEngine(), 1);

/** Presets that are as small the same as another one. */
const TWINS: readonly DnaPresetName[] = [
  "waka-dna-figure",
  "waka-dna-experiment3",
  "waka-dna-experiment5",
];

for (const name of DNA_PRESET_NAMES.filter((name) => !TWINS.includes(name))) {
  // Enough for one position after all pools.
  const spec = makeSmall(presetSpec(name, { bins: 45, marks: 3, bases: 288 }));
  Deno.test(`wasm trains a small ${name} as tf.js does, including dropout`, () =>
    checkAgainstTfjs(wasm, spec));
}

/** The same layers with a fraction of the filters and units: tf.js takes minutes for the whole. */
function makeSmall(spec: BranchedSpec): BranchedSpec {
  const shrink = (layer: LayerSpec): LayerSpec => {
    if ("filters" in layer) return { ...layer, filters: Math.ceil(layer.filters / 12) };
    return "units" in layer ? { ...layer, units: Math.ceil(layer.units / 12) } : layer;
  };
  return parseBranched({
    ...spec,
    branches: spec.branches.map(({ name, input, layers = [] }) => ({
      name,
      input,
      layers: layers.map(shrink),
    })),
    head: { ...spec.head, layers: spec.head.layers.map(shrink) },
  });
}
