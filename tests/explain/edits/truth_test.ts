/** Edits of simulated samples, of which it is known how expression and marks go together. */

import { ok } from "node:assert";
import { Dataset } from "../../../src/data/dataset.ts";
import { type Edit, type EditEffect, knockOuts } from "../../../src/explain/mod.ts";
import { simulateColumns } from "../../../src/simulate/mod.ts";
import { fit } from "../../../src/training/mod.ts";
import { effectsOf } from "./_linear.ts";

const meanOf = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const meanEffect = (effects: readonly EditEffect[]) => meanOf(effects.map(({ effect }) => effect));

Deno.test("in simulated data H3K4me3 goes with expression: less of it lowers predictions, more of it raises them", async () => {
  const size = { cellTypes: 2, genes: 500, newGenes: 1, newCellTypes: 1, seed: 4 };
  const data = new Dataset(simulateColumns(size).train);
  const { model } = await fit("wakawaka", data, {
    epochs: 8,
    batchSize: 25,
    engine: "wasm",
    threads: 1,
  });
  const marks = ["H3K4me3"];
  const edits: Edit[] = [
    ...knockOuts(data.marks),
    ...knockOuts(data.marks, { to: "low" }).map((edit) => ({ ...edit, id: `low ${edit.id}` })),
    { id: "double", steps: [{ kind: "scale", marks, factor: 2 }] },
    { id: "half", steps: [{ kind: "scale", marks, factor: 0.5 }] },
    { id: "alike", steps: [{ kind: "replace", marks }] },
  ];
  const effects = await effectsOf([model], data, { edits, draws: 4 });
  const of = (id: string) => effects.filter(({ edit }) => edit.id === id);

  const [removed, low] = [of("remove H3K4me3"), of("low remove H3K4me3")].map(meanEffect);
  ok(removed! < -0.1 && low! < -0.1, `${removed} ${low}`);
  ok(meanEffect(of("half")) < 0 && meanEffect(of("double")) > 0);
  // No other mark matters as much.
  for (const { id } of knockOuts(data.marks)) {
    if (id !== "remove H3K4me3") ok(Math.abs(meanEffect(of(id))) < -removed! / 1.5, id);
  }
  // Genes of high expression lose most, and the profiles of genes of like expression change least.
  const labels = data.labels();
  const sorted = of("remove H3K4me3").toSorted((a, b) => labels[a.position]! - labels[b.position]!);
  ok(meanEffect(sorted.slice(-300)) < meanEffect(sorted.slice(0, 300)));
  ok(Math.abs(meanEffect(of("alike"))) < Math.abs(low!) / 3);

  // Zeros lie outside the data more often than profiles that real genes have.
  const shareUnlike = (start: string) => {
    const own = effects.filter(({ edit: { id } }) => id.startsWith(start));
    return own.filter(({ typicality }) => typicality! < 0.01).length / own.length;
  };
  const [zeros, real] = [shareUnlike("remove"), shareUnlike("low")];
  ok(real < 0.04 && zeros > 1.5 * real, `${zeros} ${real}`);
});
