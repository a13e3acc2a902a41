/** Options of an evaluation by regime, as programs without types give them. */

import { checkConfidence } from "../base/check_confidence.ts";
import { type OptionKind, refuseUnknownNames } from "../base/option_names.ts";
import { showValue } from "../base/show_value.ts";
import { RESAMPLED, type Resampled } from "./_groups.ts";
import type { Baseline } from "./baselines/baseline.ts";

/** Options of {@linkcode evaluateRegimes}. */
export interface EvaluateRegimesOptions {
  /**
   * Baselines to compare with.
   *
   * @default {makeBaselines()}
   */
  readonly baselines?: readonly Baseline[] | undefined;
  /**
   * The groups that are redrawn for a bootstrap sample. Redrawing cell types alone gives the spread over cell types for
   * exactly these genes. To forecast a score on other new genes, such as the competition's, redraw genes too: in 24
   * forecasts on 8 small simulations, the 95% intervals then held the truth 24 times, those over cell types alone 15
   * times. For 177,032 samples this takes about 15 seconds instead of half a second. Redrawing genes alone gives the
   * spread over genes for exactly these cell types; one cell type is enough.
   *
   * @default {"cell-types"}
   */
  readonly resampled?: Resampled | undefined;
  /**
   * Number of bootstrap samples.
   *
   * @default {1000}
   */
  readonly bootstrapSamples?: number | undefined;
  /**
   * Share of bootstrap samples that an interval holds, above 0 and below 1.
   *
   * @default {0.95}
   */
  readonly confidence?: number | undefined;
  /**
   * Seed of the bootstrap.
   *
   * @default {0}
   */
  readonly seed?: number | undefined;
  /**
   * Whether the test samples may be windows around genes in another build of the training samples' species; see
   * `ReconcileOptions`.
   *
   * @default {false}
   */
  readonly acceptAssembly?: boolean | undefined;
}

const OPTIONS = {
  baselines: "list",
  resampled: "string",
  bootstrapSamples: "number",
  confidence: "number",
  seed: "number",
  acceptAssembly: "boolean",
} as const satisfies Record<keyof EvaluateRegimesOptions, OptionKind>;

/** The options with their defaults, but for the baselines. */
export interface ResolvedEvaluation {
  readonly baselines: readonly Baseline[] | undefined;
  readonly resampled: Resampled;
  readonly bootstrapSamples: number;
  readonly confidence: number;
  readonly seed: number;
  readonly acceptAssembly: boolean;
}

/**
 * Fills in the options of an evaluation. JSON has `null` for one that is not given.
 *
 * @throws {TypeError} If the name of one is misspelt.
 * @throws {RangeError} If one is out of range.
 */
export function resolveOptions(
  options: EvaluateRegimesOptions | null | undefined,
): ResolvedEvaluation {
  const given = options ?? {};
  const action = "evaluate by regime";
  const names = { known: Object.keys(OPTIONS), kinds: OPTIONS, mayHaveMore: true };
  refuseUnknownNames(given, { action, ...names });
  const resolved = {
    baselines: given.baselines ?? undefined,
    resampled: given.resampled ?? "cell-types",
    bootstrapSamples: given.bootstrapSamples ?? 1000,
    confidence: given.confidence ?? 0.95,
    seed: given.seed ?? 0,
    acceptAssembly: given.acceptAssembly ?? false,
  };
  if (!Array.isArray(resolved.baselines ?? [])) {
    throw new TypeError(
      `Cannot ${action}: baselines is ${showValue(resolved.baselines)}, expected an array`,
    );
  }
  checkBootstrap(resolved);
  return resolved;
}

function checkBootstrap({ resampled, bootstrapSamples, confidence }: {
  readonly resampled: Resampled;
  readonly bootstrapSamples: number;
  readonly confidence: number;
}): void {
  if (!RESAMPLED.includes(resampled)) {
    throw new RangeError(
      `Cannot evaluate by regime: resampled is "${resampled}", expected one of ` +
        RESAMPLED.join(", "),
    );
  }
  if (!Number.isInteger(bootstrapSamples) || bootstrapSamples < 1) {
    throw new RangeError(
      `Cannot evaluate by regime: bootstrapSamples is ${
        showValue(bootstrapSamples)
      }, expected an ` +
        `integer >= 1`,
    );
  }
  checkConfidence(confidence, "evaluate by regime");
}
