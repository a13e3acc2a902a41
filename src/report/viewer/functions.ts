/** All functions that the scripts of pages hold. A page fails in the browser if one is missing, which tests look for. */

import type { PageFunction } from "./embed.ts";
import { decodeFloats } from "./floats.ts";
import * as geneScript from "./gene_script.ts";
import * as geneValues from "./gene_values.ts";
import * as gestures from "./gestures.ts";
import * as numbers from "./numbers.ts";
import * as paths from "./paths.ts";
import * as stage from "./stage.ts";
import * as viewWindow from "./window.ts";

/** What pages with tracks have in common. */
const STAGE_FUNCTIONS: readonly PageFunction[] = [numbers, viewWindow, stage, gestures]
  .flatMap((module) => Object.values<PageFunction>(module));

/** The functions of a gene's page, but for the one that starts it. */
export const GENE_FUNCTIONS: readonly PageFunction[] = [
  ...STAGE_FUNCTIONS,
  ...[paths, geneValues].flatMap((module) => Object.values<PageFunction>(module)),
  decodeFloats,
  ...Object.values<PageFunction>(geneScript).filter((each) => each.name !== "startGenePage"),
];
