/** How data are to be split. */

import type { OptionKind } from "../base/option_names.ts";
import type { FoldScheme } from "../data/fold_scheme.ts";

/** What can be put into a part by its name. */
export type NamedUnit = "chromosomes" | "cellTypes" | "genes" | "groups";

/** Names for the parts that are not trained on. */
export interface NamedParts {
  /** Names of what is tested on. */
  readonly test?: readonly string[] | undefined;
  /** Names of what is validated on. */
  readonly validation?: readonly string[] | undefined;
}

/** Options of `splitData`. */
export interface SplitDataOptions {
  /** What is kept whole, as in `kFold`. */
  readonly scheme: FoldScheme;
  /**
   * The share of what the scheme divides (genes, say, or cell types) that is tested on, from 0 to less than 1: of all of
   * them or, with `named`, of those that have no name there.
   *
   * @default {named === undefined ? 0.2 : 0}
   */
  readonly testShare?: number | undefined;
  /**
   * The share that is validated on, from 0 to less than 1.
   *
   * @default {0}
   */
  readonly validationShare?: number | undefined;
  /**
   * What is tested and validated on by name, in place of shares: chromosomes (`chr8` or `8`), cell types (replicates by
   * their own name or that of their group), genes, or groups, whichever the scheme divides. The rest is divided by the
   * shares.
   *
   * @default {Drawn at random}
   */
  readonly named?: Readonly<Partial<Record<NamedUnit, NamedParts>>> | undefined;
  /**
   * Whether samples that share a gene or a cell type with the training samples, but not both, are validated and tested on
   * too, as in the competition: with the schemes that divide genes and cell types they are left out otherwise.
   *
   * @default {false}
   */
  readonly keepCrossing?: boolean | undefined;
  /**
   * Seed of the random choice.
   *
   * @default {0}
   */
  readonly seed?: number | undefined;
  /**
   * Whether to distribute the labels alike over the parts; see `kFold`.
   *
   * @default {false}
   */
  readonly stratified?: boolean | undefined;
  /** The group of each sample, `[position]`, which scheme `by-group` needs. */
  readonly groups?: readonly string[] | undefined;
}

/** The options of `splitData`, with what each takes. */
export const SPLIT_OPTIONS = {
  scheme: "string",
  testShare: "number",
  validationShare: "number",
  named: "object",
  keepCrossing: "boolean",
  seed: "number",
  stratified: "boolean",
  groups: "list",
} as const satisfies Record<keyof SplitDataOptions, OptionKind>;
