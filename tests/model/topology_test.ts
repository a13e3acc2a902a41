/** The layers in `model.json`, which are written without tf.js, against those that tf.js writes. */

import { deepStrictEqual } from "node:assert";
import { describeTopology } from "../../src/model/_topology.ts";
import { initialWeights, PRESET_NAMES, presetSpec } from "../../src/model/mod.ts";
import { assembleModel } from "../../src/model/tfjs/build_model.ts";

/** What tf.js writes too: what training starts with or is restricted by, and defaults that are not ours to set. */
const LEFT_OUT =
  /initializer|regularizer|constraint|trainable|noise_shape|seed|sparse|ragged|implementation|dropout$|return_state|stateful|unroll|unit_forget_bias|data_format|dtype|num_constants|input_spec/;

/** The fields of a value that another one has too, or that may not be left out, with layers by their names. */
function comparable(value: unknown, ours: unknown): unknown {
  if (Array.isArray(value)) {
    const named = value.every((item) => typeof Object(item).config?.name === "string");
    const own = Array.isArray(ours) ? ours : [];
    const place = (item: unknown, i: number) =>
      named ? own.find((other) => Object(other).config?.name === Object(item).config.name) : own[i];
    const items = value.map((item, i) => comparable(item, place(item, i)));
    return named ? items.sort(byName) : items;
  }
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => key in Object(ours) || !LEFT_OUT.test(key));
  return Object.fromEntries(
    kept.map(([key, part]) => [key, comparable(part, Object(ours)[key])]).sort(),
  );
}

function byName(a: unknown, b: unknown): number {
  return Object(a).config.name < Object(b).config.name ? -1 : 1;
}

for (const name of PRESET_NAMES) {
  Deno.test(`the layers of ${name} are those that tf.js writes`, () => {
    const spec = presetSpec(name, { bins: 100, marks: 5 });
    const model = assembleModel(spec, initialWeights(spec, 0));
    const theirs = model.toJSON(null, false);
    model.dispose();
    const ours = JSON.parse(JSON.stringify(describeTopology(spec)));
    deepStrictEqual(comparable(ours, ours), comparable(theirs, ours));
  });
}
