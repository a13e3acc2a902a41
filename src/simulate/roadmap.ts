/**
 * The names, the order and the lineages of the simulated cell types.
 *
 * @module
 */

import { NEW_CELL_TYPE_AFTER, TRAIN_CELL_TYPES } from "../atlas/competition_cell_types.ts";

/**
 * Lineages: a coarse reading of the GROUP and ANATOMY columns of the metadata table of the Roadmap
 * Epigenomics Consortium (2015, Nature 518:317), in which cell lines belong to the tissue that they came from.
 */
const LINEAGES: readonly (readonly string[])[] = [
  "E003 E016 E024", // embryonic stem cells
  "E004 E005 E006 E007 E011 E012 E013", // derived from embryonic stem cells
  "E027 E028 E057 E058 E059 E061 E117 E119 E127", // skin, breast and cervix
  "E055 E056 E096 E114 E122 E128", // fibroblasts, lung and endothelium
  "E037 E038 E047 E050 E062 E112 E113 E116 E123", // blood, thymus and spleen
  "E053 E054 E070 E071 E082", // brain
  "E065 E095 E100 E104 E105 E120", // heart, vessels and muscle
  "E066 E079 E084 E085 E087 E094 E097 E098 E106 E109 E118", // digestive tract, liver, glands
].map((names) => names.split(" "));

/** Number of lineages. */
export const LINEAGE_COUNT = LINEAGES.length;

/** Finds the lineage of a Roadmap cell type, from 0; `undefined` for an invented cell type. */
export function lineageOf(name: string): number | undefined {
  const lineage = LINEAGES.findIndex((names) => names.includes(name));
  return lineage < 0 ? undefined : lineage;
}

/** Names the first `count` training cell types: the competition's 50, then `S051`, `S052`, … */
export function trainCellTypeNames(count: number): string[] {
  return Array.from(
    { length: count },
    (_, i) => TRAIN_CELL_TYPES[i] ?? `S${String(i + 1).padStart(3, "0")}`,
  );
}

/** Names the first `count` new cell types: the competition's 6, then `N007`, `N008`, … */
export function newCellTypeNames(count: number): string[] {
  const known = [...NEW_CELL_TYPE_AFTER.keys()];
  return Array.from(
    { length: count },
    (_, i) => known[i] ?? `N${String(i + 1).padStart(3, "0")}`,
  );
}

/**
 * Orders the cell types of eval.npz: the training cell types, and each new one after the one that it follows in the
 * competition's file, or after all of them if that one is missing.
 */
export function evalCellTypeNames(train: readonly string[], fresh: readonly string[]): string[] {
  const waiting = [...fresh];
  const takeBefore = (place: number): string[] => {
    const later = waiting.findIndex((name) => placeOf(name) >= place);
    return waiting.splice(0, later < 0 ? waiting.length : later);
  };
  const names = train.flatMap((name, place) => [...takeBefore(place), name]);
  return [...names, ...waiting];
}

/** Finds the place of the training cell type that a new one follows; an invented one follows all of them. */
function placeOf(name: string): number {
  const before = NEW_CELL_TYPE_AFTER.get(name);
  return before === undefined ? Number.MAX_VALUE : TRAIN_CELL_TYPES.indexOf(before);
}
