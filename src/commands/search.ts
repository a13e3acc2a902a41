/** Command `search`: finds the best model of a space by cross-validation. */

import type { CommandDefinition } from "./flags.ts";
import { runSearch } from "./_run_search.ts";
import { searchUnits } from "./_search_units.ts";
import { declareSearch, type SearchFlags } from "./_search_flags.ts";

/** Command `search`. */
export const command: CommandDefinition<SearchFlags> = {
  name: "search",
  summary: "Searches a space of models and ranks them by cross-validated loss.",
  examples: [
    ["deno task search --data train.npz --trials 50", "50 random models around wakawaka"],
    [
      "deno task search --data train.npz --trials 81 --halving",
      "81 models, most of them for few epochs",
    ],
    [
      "deno task search --data train.npz --space space.json --method grid",
      "every model of a space",
    ],
    ["deno task search --resume runs/search", "resume a search that was stopped"],
    ["deno task search --resume runs/search --trials 100", "more models, after the first 50"],
  ],
  declare: declareSearch,
  run: (flags, call) => runSearch(flags, call),
  units: searchUnits,
};
