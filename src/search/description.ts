import type { Dataset } from "../data/dataset.ts";
import { ContractError } from "../errors.ts";
import type { DataRecord } from "../record.ts";
import { fingerprintDataset, fingerprintValue } from "../training/fingerprint.ts";
import { type ResolvedSettings, resolveSearchSettings, type SearchSettings } from "./settings.ts";

/** What the data of a search are. */
export interface DataDescription {
  /** Number of samples. */
  readonly samples: number;
  /** Number of bins of a sample. */
  readonly bins: number;
  /** How the numbers were made. */
  readonly record: DataRecord;
  /** Digest of signal, labels, names and order. */
  readonly fingerprint: string;
}

/** All that decides the result of a search: searches with equal descriptions have equal scores. Plain JSON. */
export interface SearchDescription extends ResolvedSettings {
  /** The data. */
  readonly data: DataDescription;
  /** Digest of the group of each sample, for scheme `by-group`. */
  readonly groups?: string;
}

/**
 * Describes a search, to be kept with its trials.
 *
 * @param data Labelled samples.
 * @param settings As for `searchModels`.
 * @returns Settings with every default filled in, and what the data are.
 * @throws {RangeError} If a setting is out of range.
 * @throws {ContractError} If the data have no labels.
 *
 * @example The defaults of a search
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { describeSearch } from "@waka/histone/search";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { deepStrictEqual } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 });
 * const { folds, trials, data } = await describeSearch(new Dataset(train));
 * deepStrictEqual([folds, trials, data.samples], [4, 30, 16]);
 * ```
 */
export async function describeSearch(
  data: Dataset,
  settings: SearchSettings = {},
): Promise<SearchDescription> {
  if (!data.hasLabels) throw new ContractError("Cannot search: the data have no labels");
  const { length: samples, bins, record } = data;
  return {
    ...resolveSearchSettings(settings),
    data: { samples, bins, record, fingerprint: await fingerprintDataset(data) },
    ...(settings.groups && { groups: await fingerprintValue(settings.groups) }),
  };
}

/**
 * Throws unless the trials of an earlier search are trials of this one. A random search without successive halving may
 * have another number of trials, since the first ones are the same.
 *
 * @param earlier What {@linkcode describeSearch} returned then, as `JSON.parse` read it back.
 * @param now What it returns now.
 * @throws {ContractError} Naming the first difference with both values.
 *
 * @example More trials of a random search are the same search, another seed is not
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { checkSameSearch, describeSearch } from "@waka/histone/search";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { doesNotThrow, throws } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 });
 * const data = new Dataset(train);
 * const earlier = await describeSearch(data, { trials: 10 });
 * const longer = await describeSearch(data, { trials: 20 });
 * doesNotThrow(() => checkSameSearch(earlier, longer));
 * const another = await describeSearch(data, { trials: 10, seed: 1 });
 * throws(() => checkSameSearch(earlier, another), /seed was 0, is now 1/);
 * ```
 */
export function checkSameSearch(earlier: unknown, now: SearchDescription): void {
  const mayGrow = now.keepOneIn === null && now.method === "random";
  const adapted = mayGrow ? { ...Object(earlier), trials: now.trials } : earlier;
  const found = findDifference(adapted, JSON.parse(JSON.stringify(now)), "");
  if (found === undefined) return;
  const [place, before, after] = found;
  const show = (value: unknown) => JSON.stringify(value)?.slice(0, 80) ?? "missing";
  throw new ContractError(
    `Cannot resume the search: ${place} was ${show(before)}, is now ${show(after)}`,
  );
}

type Difference = readonly [place: string, before: unknown, after: unknown];

function findDifference(before: unknown, after: unknown, place: string): Difference | undefined {
  if (!isTree(before) || !isTree(after)) {
    const same = JSON.stringify(before) === JSON.stringify(after);
    return same ? undefined : [place, before, after];
  }
  for (const key of new Set([...Object.keys(after), ...Object.keys(before)])) {
    const inner = place === "" ? key : `${place}.${key}`;
    const found = findDifference(before[key], after[key], inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** An object, or an array of objects; a list of candidates is shown as a whole. */
function isTree(value: unknown): value is Record<string, unknown> {
  const isPlain = (part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part);
  return Array.isArray(value) ? value.length > 0 && value.every(isPlain) : isPlain(value);
}
