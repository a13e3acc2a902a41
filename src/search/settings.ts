import { showValue } from "../base/show_value.ts";
import { checkInteger } from "../base/check_integer.ts";
import type { FoldScheme } from "../data/fold_scheme.ts";
import { parseSchedule, type Schedule } from "../model/schedule.ts";
import type { Transform } from "../record.ts";
import { parseSpace } from "./parse_space.ts";
import { countPoints } from "./points.ts";
import { DEFAULT_SPACE, type SearchSpace } from "./space.ts";

/** How points are taken from a space; see `gridPoints` and `randomPoints`. */
export type SearchMethod = "random" | "grid";

/** Every {@linkcode SearchMethod}. */
export const SEARCH_METHODS: readonly SearchMethod[] = ["random", "grid"];

/** What decides the result of a search, together with the data. */
export interface SearchSettings {
  /**
   * What to choose from.
   *
   * @default {DEFAULT_SPACE}
   */
  readonly space?: SearchSpace | undefined;
  /**
   * How points are taken.
   *
   * @default {"random"}
   */
  readonly method?: SearchMethod | undefined;
  /**
   * Points of a random search, invalid ones included; fewer if the space has fewer. A grid takes them all.
   *
   * @default {30}
   */
  readonly trials?: number | undefined;
  /**
   * Seed of the points, the folds, and of every trial's weights, order and dropout. These are the same for all trials,
   * so that they differ by their choices alone.
   *
   * @default {0}
   */
  readonly seed?: number | undefined;
  /**
   * Number of folds.
   *
   * @default {4}
   */
  readonly folds?: number | undefined;
  /**
   * How samples are divided into folds; see `kFold`. A search takes the best of many models, so it finds anything that
   * a score rewards. Where a gene or a cell type is on both sides, remembering it is rewarded. With a single cell type
   * take `by-gene`.
   *
   * @default {"by-both"}
   */
  readonly scheme?: FoldScheme | undefined;
  /**
   * Whether to distribute the labels alike over the folds; see `kFold`.
   *
   * @default {false}
   */
  readonly stratified?: boolean | undefined;
  /** The group of each sample, `[position]`, which scheme `by-group` needs. */
  readonly groups?: readonly string[] | undefined;
  /**
   * Passes over the training data; with successive halving, of the last rung.
   *
   * @default {15}
   */
  readonly epochs?: number | undefined;
  /**
   * Successive halving: one trial in this many advances to the next rung, an integer ≥ 2.
   *
   * @default {all train in full}
   */
  readonly keepOneIn?: number | undefined;
  /**
   * Applied to the counts.
   *
   * @default {"none"}
   */
  readonly transform?: Transform | undefined;
  /**
   * How the learning rate of every trial changes from step to step; the space has its peak.
   *
   * @default {{ type: "constant" }}
   */
  readonly schedule?: Schedule | undefined;
  /**
   * Decoupled weight decay of kernels in every trial.
   *
   * @default {0}
   */
  readonly weightDecay?: number | undefined;
  /**
   * Samples that are shuffled together in every trial, rounded up to whole batches; see `FitOptions.window`.
   *
   * @default {all samples are shuffled together, if they are in memory}
   */
  readonly window?: number | undefined;
}

/** {@linkcode SearchSettings} with every default filled in. */
export interface ResolvedSettings {
  /** What to choose from. */
  readonly space: SearchSpace;
  /** How points are taken. */
  readonly method: SearchMethod;
  /** Points of the search, invalid ones included. */
  readonly trials: number;
  /** Seed of the points, the folds, and of every trial. */
  readonly seed: number;
  /** Number of folds. */
  readonly folds: number;
  /** How samples are divided into folds. */
  readonly scheme: FoldScheme;
  /** Whether the labels are distributed alike over the folds; missing if not, as in searches of earlier versions. */
  readonly stratified?: true;
  /** Passes over the training data. */
  readonly epochs: number;
  /** Applied to the counts. */
  readonly transform: Transform;
  /** As in {@linkcode SearchSettings}; `null` for none. */
  readonly keepOneIn: number | null;
  /** How the learning rate changes; missing if it is constant, as in searches of earlier versions. */
  readonly schedule?: Schedule;
  /** Decoupled weight decay; missing if it is 0, as in searches of earlier versions. */
  readonly weightDecay?: number;
  /** Samples that are shuffled together; missing if no number was given, as in searches of earlier versions. */
  readonly window?: number;
}

/** A grid is meant to be finished. */
const MAX_GRID = 100_000;

/**
 * Fills in the defaults of a search and refuses what is out of range.
 *
 * @param settings What was given.
 * @throws {RangeError} Naming the setting; also for a grid over a range, and for one of over 100,000 points.
 * @returns The same settings, complete.
 * @throws {FormatError} If the space is not valid.
 */
export function resolveSearchSettings(settings: SearchSettings): ResolvedSettings {
  const { method = "random", seed = 0, folds = 4, scheme = "by-both", epochs = 15 } = settings;
  const { keepOneIn = null, transform = "none" } = settings;
  const space = parseSpace(settings.space ?? DEFAULT_SPACE);
  const points = countPoints(space);
  if (!SEARCH_METHODS.includes(method)) {
    throw new RangeError(
      `Cannot search by "${method}": expected one of ${SEARCH_METHODS.join(", ")}`,
    );
  }
  if (method === "grid") checkGrid(points, settings.trials);
  const trials = Math.min(points, method === "grid" ? points : settings.trials ?? 30);
  const least = { trials: 1, seed: 0, folds: 2, epochs: 1, keepOneIn: 2 };
  const given = { trials, seed, folds, epochs, keepOneIn: keepOneIn ?? 2 };
  for (const [name, value] of Object.entries(given)) {
    const bound = least[name as keyof typeof least];
    checkInteger(value, { action: "search", name, least: bound });
  }
  if (trials > MAX_GRID) {
    throw new RangeError(`Cannot search: trials is ${trials}, expected at most ${MAX_GRID}`);
  }
  return {
    space,
    method,
    trials,
    seed,
    folds,
    scheme,
    ...(settings.stratified === true && { stratified: true as const }),
    epochs,
    keepOneIn,
    transform,
    ...optimiserOf(settings),
  };
}

/** The settings of the optimiser that are not the defaults. */
function optimiserOf(
  { schedule, weightDecay = 0, window }: SearchSettings,
): Pick<ResolvedSettings, "schedule" | "weightDecay" | "window"> {
  if (window !== undefined) checkInteger(window, { action: "search", name: "window", least: 1 });
  if (!(Number.isFinite(weightDecay) && weightDecay >= 0)) {
    throw new RangeError(
      `Cannot search: weightDecay is ${showValue(weightDecay)}, expected a number >= 0`,
    );
  }
  // This throws if it is no schedule.
  const parsed = schedule && parseSchedule(schedule);
  return {
    ...(parsed && parsed.type !== "constant" && { schedule: parsed }),
    ...(weightDecay > 0 && { weightDecay }),
    ...(window !== undefined && { window }),
  };
}

function checkGrid(points: number, trials: number | undefined): void {
  if (points === Infinity) {
    throw new RangeError(
      "Cannot search a grid: the space has a range, expected an array of candidates",
    );
  }
  if (trials !== undefined) {
    throw new RangeError(
      `Cannot search a grid for ${trials} trials: it takes all of its ${points} points. Leave the ` +
        "number out, or search at random",
    );
  }
  if (points > MAX_GRID) {
    throw new RangeError(
      `Cannot search a grid of ${points.toLocaleString("en-US")} points: expected at most ` +
        `${MAX_GRID.toLocaleString("en-US")}. Narrow the space, or search at random`,
    );
  }
}
