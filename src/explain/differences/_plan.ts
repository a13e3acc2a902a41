/** Which samples of which genes are compared. */

import { showValue } from "../../base/show_value.ts";
import { checkConfidence } from "../../base/check_confidence.ts";
import { checkInteger } from "../../base/check_integer.ts";
import { listSome, showName } from "../../base/wording.ts";
import type { Dataset } from "../../data/dataset.ts";
import { findCellTypes, presentCellTypes } from "../../data/find_cell_types.ts";
import { ContractError } from "../../errors.ts";
import { type Direction, directionsOf, strandsOf } from "../bin_places.ts";
import { MOST_STEPS } from "../quadrature.ts";
import type { DifferenceOptions } from "./difference_types.ts";

const ACTION = "compare cell types";

/** The samples of one gene, as positions in the data set. */
export interface ComparedGene {
  /** Place in the columns' `genes`. */
  readonly gene: number;
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** How its bins run. */
  readonly direction: Direction;
}

/** What to do, whatever the models. */
export interface DifferencePlan {
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly genes: readonly ComparedGene[];
  readonly steps: number;
  readonly confidence: number;
  readonly keepsPlaces: boolean;
  /** `[position]`; absent if nothing was measured. */
  readonly measured: ArrayLike<number> | undefined;
}

/**
 * Checks options, and finds the samples to compare.
 *
 * @throws As `explainDifferences` does.
 */
export function planDifferences(data: Dataset, options: DifferenceOptions): DifferencePlan {
  const { steps = 50, confidence = 0.95, keepsPlaces = false } = options ?? {};
  checkInteger(steps, { action: ACTION, name: "steps", least: 1, most: MOST_STEPS });
  checkConfidence(confidence, ACTION);
  const from = findSide(data, options?.from, "from");
  const to = findSide(data, options?.to, "to");
  const both = from.find((cellType) => to.includes(cellType));
  const { cellTypes } = data.columns;
  if (both !== undefined) {
    throw new ContractError(
      `Cannot ${ACTION}: ${showName(cellTypes[both]!)} is on both sides, expected it on one`,
    );
  }
  const namesOf = (places: readonly number[]) => places.map((place) => cellTypes[place]!);
  const names = { from: namesOf(from), to: namesOf(to) };
  const found = findGenesOnBothSides(data, { from, to });
  const wanted = options.genes && new Set(checkGenes(options.genes, data));
  const genes = wanted === undefined ? found : found.filter(({ gene }) => wanted.has(gene));
  if (genes.length === 0) {
    throw new ContractError(
      `Cannot ${ACTION}: ${wanted === undefined ? "no gene" : "none of the genes"} has samples in ${
        listSome(names.from)
      } and in ${listSome(names.to)}, expected data that have both`,
    );
  }
  const measured = options.measured ?? (data.hasLabels ? data.labels() : undefined);
  if (measured !== undefined && measured.length !== data.length) {
    throw new TypeError(
      `Cannot ${ACTION}: found ${measured.length} measured values, expected ${data.length}, one for each sample`,
    );
  }
  return { ...names, genes, steps, confidence, keepsPlaces, measured };
}

function checkGenes(genes: ArrayLike<number>, { columns }: Dataset): number[] {
  const places = Array.from(genes);
  const bad = places.find((gene) => columns.genes[gene] === undefined);
  if (bad === undefined) return places;
  throw new RangeError(
    `Cannot ${ACTION}: gene ${bad} was asked for, expected integers from 0 to ${
      columns.genes.length - 1
    }`,
  );
}

/** The places of cell types by their names, or by the names of their groups, in the order of the names. */
function findSide(data: Dataset, names: readonly string[], side: "from" | "to"): number[] {
  // The letters of a name are no names.
  if (!Array.isArray(names)) {
    throw new TypeError(
      `Cannot ${ACTION}: \`${side}\` is ${showValue(names)}, expected an array of cell types`,
    );
  }
  if (names.length === 0) {
    throw new TypeError(`Cannot ${ACTION}: \`${side}\` has no names, expected one or more`);
  }
  const found = new Set<number>();
  for (const name of names) {
    const places = findCellTypes(data, name);
    if (places.length === 0) {
      const known = presentCellTypes(data).map((place) => data.columns.cellTypes[place]!);
      throw new ContractError(
        `Cannot ${ACTION}: the data have no cell type ${showName(name)}, found ${
          listSome(known, 10)
        }`,
      );
    }
    for (const place of places) found.add(place);
  }
  return [...found];
}

/** The genes with samples on both sides, in the order of the columns. */
function findGenesOnBothSides(
  data: Dataset,
  { from, to }: { readonly from: readonly number[]; readonly to: readonly number[] },
): ComparedGene[] {
  const [starts, ends] = [new Set(from), new Set(to)];
  const cellTypes = data.cellTypeIndices();
  const samples = new Map<number, { from: number[]; to: number[] }>();
  for (const [position, gene] of data.geneIndices().entries()) {
    const cellType = cellTypes[position]!;
    if (!starts.has(cellType) && !ends.has(cellType)) continue;
    const own = samples.get(gene) ?? { from: [], to: [] };
    samples.set(gene, own);
    own[starts.has(cellType) ? "from" : "to"].push(position);
  }
  const directions = directionsOf(strandsOf(data.columns), data.record);
  return [...samples].filter(([, own]) => own.from.length > 0 && own.to.length > 0)
    .map(([gene, own]) => ({ gene, ...own, direction: directions[gene]! }))
    .sort((a, b) => a.gene - b.gene);
}
