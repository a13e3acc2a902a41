/** The page about the explained gene. */

import { ContractError } from "../../../errors.ts";
import { type GenePageInput, renderGenePage } from "../../../report/mod.ts";
import { STEPS } from "../explain_gene.ts";
import type { Download, DownloadSource } from "./download.ts";
import { transpose } from "./transpose.ts";

/**
 * Makes the page.
 *
 * @throws {ContractError} If no gene was explained.
 */
export async function makeExplanationPage(
  { held, explained, context }: DownloadSource,
): Promise<Download> {
  if (explained === undefined) {
    throw new ContractError(
      "Cannot save a page: no gene was explained, expected that one is first",
    );
  }
  const { explanation, position } = explained;
  const { data } = await held.data(context);
  const { model } = await held.state();
  const { gene: id, symbol, cellType, prediction, baseline, signal, attributions } = explanation;
  const { chromosome, tss, strand } = data.geneDetailsOf(position) ?? {};
  const isPlaced = chromosome !== undefined && tss !== undefined && strand !== undefined;
  const label = data.hasLabels ? data.labels()[position] : undefined;
  const input: GenePageInput = {
    gene: { id, symbol, ...(isPlaced && { position: { chromosome, tss, strand } }) },
    run: model?.name ?? "model",
    record: data.record,
    bins: data.bins,
    method: {
      method: "integrated-gradients",
      baseline: "zero",
      steps: STEPS,
      models: 1,
      notes: explanation.notes,
    },
    cellTypes: [{
      cellType,
      prediction,
      baselinePrediction: baseline,
      label,
      signal: transpose(signal),
      attributions: transpose(attributions),
    }],
  };
  const html = await renderGenePage(input);
  return {
    name: `${symbol ?? id}-${cellType}.html`,
    file: new Blob([html], { type: "text/html" }),
  };
}
