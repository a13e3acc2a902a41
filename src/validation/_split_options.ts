import type { SplitDataOptions } from "./split_data.ts";

/** The names of the options of `splitData`. */
export const SPLIT_OPTIONS: ReadonlySet<string> = new Set(Object.keys(
  {
    scheme: true,
    testShare: true,
    validationShare: true,
    named: true,
    keepCrossing: true,
    seed: true,
    stratified: true,
    groups: true,
  } satisfies Record<keyof SplitDataOptions, true>,
));
