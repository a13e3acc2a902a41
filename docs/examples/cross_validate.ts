/**
 * Cross-validates with splits of your own, side by side. Here each cell type is held out in turn; any lists of positions
 * will do, such as those of a chromosome, a donor or a family of genes.
 *
 *     deno run --v8-flags=--no-maglev-escape-analysis --allow-read docs/examples/cross_validate.ts fixtures/train.npz
 */

import { evaluatePredictions, predict, readDataset } from "@waka/histone";
import { fitMany } from "@waka/histone/training";

const [path = "fixtures/train.npz"] = Deno.args;
const data = await readDataset(path);
const positions = Array.from({ length: data.length }, (_, position) => position);

const { cellTypes } = data.columns;
const splits = cellTypes.map((heldOut) => ({
  heldOut,
  data: data.subset(positions.filter((position) => data.cellTypeOf(position) !== heldOut)),
  validation: data.subset(positions.filter((position) => data.cellTypeOf(position) === heldOut)),
}));

// Runs that share their settings train together, as many as the engine is good for.
const results = await fitMany("wakawaka", splits, { epochs: 3, transform: "log1p" });
for (const [fold, { model, diverged }] of results.entries()) {
  const { heldOut, validation } = splits[fold]!;
  if (diverged !== undefined) throw diverged;
  const { overall } = evaluatePredictions(validation, await predict(model, validation));
  // Null where it is not defined, as a correlation of constant predictions is not.
  const { mse, pearson } = overall;
  console.log(
    `${heldOut}: MSE ${mse?.toFixed(3)}, Pearson r ${pearson?.toFixed(3) ?? "undefined"}`,
  );
}
