/** The example: everything from files to an explanation, after one click. */

import { EXAMPLE } from "../protocol.ts";
import type { App } from "./app.ts";
import { showHeading, showStep } from "./focus.ts";
import { countSignal } from "./steps/counts.ts";
import { train } from "./steps/model.ts";
import { predictAll } from "./steps/predictions.ts";
import { explainGene } from "./steps/why.ts";

/** Runs the example; ends where something fails or is cancelled, which that step then says. */
export async function tryExample(app: App): Promise<void> {
  showStep("files");
  const inputs = await app.run("takeExample", {}, { step: "files", title: "Taking the example" });
  if (inputs === undefined) return;
  showStep("counts");
  if (!await countSignal(app, EXAMPLE.count)) return;
  showStep("model");
  if (await train(app, EXAMPLE.train) === undefined) return;
  showStep("predictions");
  if (!await predictAll(app)) return;
  const top = await app.ask("rows", {
    offset: 0,
    limit: 1,
    sortBy: "prediction",
    descending: true,
  }, "predictions");
  const row = top?.rows[0];
  if (row && !await explainGene(app, row, { isLed: false })) return;
  showHeading("predictions");
}
