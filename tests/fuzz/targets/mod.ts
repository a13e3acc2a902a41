/** Every reader that takes a file from outside. */

import type { Target } from "../seed.ts";
import { ANNDATA_TARGETS } from "./anndata.ts";
import { ARRAY_TARGETS } from "./arrays.ts";
import { CHANGE_TARGETS } from "./changes.ts";
import { EXCHANGE_TARGETS } from "./exchange.ts";
import { GENOME_TARGETS } from "./genomes.ts";
import { MODEL_TARGETS } from "./models.ts";
import { PANEL_TARGETS } from "./panel.ts";
import { SERVICE_TARGETS } from "./service.ts";
import { SIGNAL_TARGETS } from "./signal.ts";
import { TABLE_TARGETS } from "./tables.ts";
import { WINDOW_TARGETS } from "./windows.ts";

/** All readers, in the order of the report. */
export const TARGETS: readonly Target[] = [
  ...ARRAY_TARGETS,
  ...ANNDATA_TARGETS,
  ...TABLE_TARGETS,
  ...CHANGE_TARGETS,
  ...WINDOW_TARGETS,
  ...GENOME_TARGETS,
  ...MODEL_TARGETS,
  ...PANEL_TARGETS,
  ...EXCHANGE_TARGETS,
  ...SIGNAL_TARGETS,
  ...SERVICE_TARGETS,
];

/** The reader of that name. */
export function targetNamed(name: string): Target {
  const target = TARGETS.find((target) => target.name === name);
  if (target !== undefined) return target;
  const known = TARGETS.map(({ name }) => name).join(", ");
  throw new RangeError(`Cannot fuzz "${name}": expected one of ${known}`);
}
