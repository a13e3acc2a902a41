/** All functions that the scripts of pages hold. A page fails in the browser if one is missing, which tests look for. */

import type { PageFunction } from "./embed.ts";
import { decodeBytes, decodeFloats, decodeRounded } from "./floats.ts";
import * as geneScript from "./gene_script.ts";
import * as geneValues from "./gene_values.ts";
import * as gestures from "./gestures.ts";
import * as numbers from "./numbers.ts";
import * as paths from "./paths.ts";
import * as profileScript from "./profile_script.ts";
import * as profileValues from "./profile_values.ts";
import * as sequenceScript from "./sequence_script.ts";
import * as sequenceValues from "./sequence_values.ts";
import * as stage from "./stage.ts";
import * as viewWindow from "./window.ts";

/** A module all of whose exports are functions that run in pages. */
type PageModule = Readonly<Record<string, PageFunction>>;

/** Lists the functions of modules, in an order that does not change. */
function functionsOf(...modules: readonly PageModule[]): PageFunction[] {
  return modules.flatMap((module) => Object.keys(module).sort().map((name) => module[name]!));
}

/** What pages with tracks have in common. */
const STAGE_FUNCTIONS: readonly PageFunction[] = [
  ...functionsOf(numbers, viewWindow, stage, gestures),
  decodeBytes,
  decodeFloats,
  decodeRounded,
];

/** The functions of a gene's page. */
export const GENE_FUNCTIONS: readonly PageFunction[] = [
  ...STAGE_FUNCTIONS,
  ...functionsOf(paths, geneValues, sequenceValues, sequenceScript, geneScript),
];

/** The functions of the page over all genes. */
export const PROFILE_FUNCTIONS: readonly PageFunction[] = [
  ...STAGE_FUNCTIONS,
  ...functionsOf(profileValues, profileScript),
];
