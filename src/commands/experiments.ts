/** Command `experiments`: the report's experiments in one table. */

import type { CommandDefinition } from "./flags.ts";
import { declareExperiments, type ExperimentsFlags } from "./_experiment_flags.ts";
import { experimentUnits } from "./_experiment_units.ts";
import { tabulateExperiments } from "./_tabulate_experiments.ts";

/** Command `experiments`. */
export const command: CommandDefinition<ExperimentsFlags> = {
  name: "experiments",
  summary:
    "Trains the report's eight experiments, its three bidirectional GRUs and DeepChrome, and sets " +
    "their errors side by side. A finished experiment is not run again.",
  examples: [
    [
      "deno task experiments --data train.npz --out runs/experiments",
      "a tenth of the genes held out",
    ],
    [
      "deno task experiments --data train.npz --test valid.npz --competition",
      "measured on separate data, with the report's figures beside ours",
    ],
    ["deno task experiments --data train.npz --only experiment1,experiment8", "two of them"],
    [
      "deno task experiments --data train.npz --dna --out runs/dna-experiments",
      "the later report's models of marks and DNA, its errors beside ours",
    ],
    ["deno task experiments --resume runs/experiments", "resumes experiments that were stopped"],
  ],
  declare: declareExperiments,
  run: (flags, call) => tabulateExperiments(flags, call),
  units: experimentUnits,
};
