/** Command `explain`: how much each bin of each mark adds to predictions, as tables, tracks and pages. */

import { MODEL_ARGUMENT } from "./_flag_aliases.ts";
import type { CommandDefinition } from "./flags.ts";
import { declareExplain, type ExplainFlags } from "./_explain_flags.ts";
import { explainUnits } from "./_explain_units.ts";
import { runExplanation } from "./_run_explanation.ts";

/** Command `explain`. */
export const command: CommandDefinition<ExplainFlags> = {
  name: "explain",
  summary:
    "Explains predictions: how much each bin of each mark, and each base of DNA, adds to them. Writes tables, tracks for " +
    "genome browsers, a page for each named gene and a page over all. A stopped run resumes when the same command is run again.",
  examples: [
    [
      "deno task explain runs/first --data train.npz --genes DPM1,FGR --gene-file genes.gtf --out explained",
      "two genes in every cell type: tables, a page for each, tracks; genes.gtf knows symbols and places",
    ],
    [
      "deno task explain runs/first --data train.npz --out explained --format parquet",
      "all genes, with the means by mark, distance from the TSS and expression",
    ],
    [
      "deno task explain runs/first --data train.npz --genes genes.txt --baseline matched --null matched --out explained",
      "compared with other genes of like signal, with q-values",
    ],
    [
      "deno task explain runs/dna --data train.npz --genes DPM1 --method mutagenesis --window 4900:5100 --out explained",
      "each base near the TSS changed to each other letter, for models that read DNA",
    ],
  ],
  aliases: [MODEL_ARGUMENT],
  declare: declareExplain,
  run: (flags, call) => runExplanation(flags, call),
  units: explainUnits,
};
