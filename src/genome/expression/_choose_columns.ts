/** Chooses the columns of a table for each cell type. */

import { endsInPath } from "../sheet_paths.ts";
import { listSome, showName } from "../wording.ts";
import type { Layout, ValueColumn } from "./_layout.ts";
import { failMissing } from "./_missing_column.ts";
import { NameIndex } from "./_name_index.ts";
import { checkOwner } from "./_owner.ts";
import { plainSampleName } from "./_sample_names.ts";
import { kindOfTitle, VALUE_KIND_NAMES, VALUE_KINDS, type ValueKind } from "./value_kinds.ts";
import { areOfOneGroup, failChoice, groupOf, type WantedColumns } from "./_wanted_columns.ts";

/** The chosen columns. */
export interface ChosenColumns {
  /** The columns of each cell type, in the order of the wanted cell types. */
  readonly columns: readonly (readonly ValueColumn[])[];
  /** What all columns measure, if that is known. */
  readonly kind?: ValueKind | undefined;
  /** Notes about the choices that were made. */
  readonly notes: readonly string[];
}

/** Chooses columns. Throws if a name matches no column or several. */
export function chooseColumns(layout: Layout, asked: WantedColumns): ChosenColumns {
  const wanted = { ...asked, samples: keepOwnNames(layout, asked) };
  const { samples } = wanted;
  if (samples.size === 0) failChoice(wanted, "no column of values is there or wanted", "some");
  const named = layout.ofOneSample ? undefined : chooseNamed(layout, wanted);
  const chosen = named ?? chooseShared(layout, wanted);
  const kinds = new Set(chosen.flat().flatMap(({ kind }) => kind ?? []));
  const [kind] = kinds;
  if (kinds.size > 1) {
    const names = [...kinds].map((kind) => VALUE_KIND_NAMES[kind]).join(" and of ");
    failChoice(wanted, `the wanted columns are of ${names}`, "one kind of values");
  }
  checkRepeats(chosen, [...samples.keys()], wanted);
  return { columns: chosen, kind, notes: describeChoice(layout, chosen, wanted) };
}

/** If replicates have separate files, keeps only this file's name: the others are not in this file. */
function keepOwnNames(
  { values }: Layout,
  { samples, isOwn, file }: WantedColumns,
): WantedColumns["samples"] {
  if (!isOwn) return samples;
  const own = plainSampleName(file);
  const holdsOneSample = values.every(({ name }) => plainSampleName(name) === own);
  return new Map([...samples].map(([cellType, names]) => {
    const name = names.find((name) => endsInPath(file, name)) ??
      (holdsOneSample ? names.find((name) => plainSampleName(name) === own) : undefined);
    return [cellType, name === undefined ? names : [name]];
  }));
}

/** Chooses the one column of a file for all wanted cell types, which are one or replicates of one. */
function chooseShared(layout: Layout, wanted: WantedColumns): ValueColumn[][] {
  const only = chooseOnly(layout, wanted);
  return Array.from(wanted.samples.keys(), () => only);
}

/** Chooses the column of a file that holds one sample. */
function chooseOnly(layout: Layout, wanted: WantedColumns): ValueColumn[] {
  const { samples, isOwn, file } = wanted;
  const what = layout.program === undefined ? "" : `, as ${layout.program} writes,`;
  if (!areOfOneGroup(wanted)) {
    failChoice(
      wanted,
      `it holds one sample${what} and ${samples.size} cell types are wanted`,
      'one file for each cell type, in a column "expression" of the sample sheet',
    );
  }
  const [names = []] = samples.values();
  if (!isOwn) {
    const own = plainSampleName(file);
    const other = names.find((name) => plainSampleName(name) !== own);
    if (other !== undefined) {
      failChoice(
        wanted,
        `it holds one sample${what} and is not called "${other}"`,
        "a file of that name",
      );
    }
  }
  const values = layout.ofOneSample ? layout.values : layout.values.filter(isOfAnySample);
  return [pickKind(values, wanted)];
}

/** Chooses columns by the names of samples. Returns `undefined` if the columns are named after kinds of values. */
function chooseNamed(layout: Layout, wanted: WantedColumns): ValueColumn[][] | undefined {
  const { samples, isOwn } = wanted;
  const index = new NameIndex(layout.values);
  const found = Array.from(samples, ([cellType, names]) => ({
    cellType,
    matches: names.length === 0
      ? [findCellType(cellType, index, wanted)]
      : names.map((name) => ({ name, values: index.findSample(name) })),
  }));
  const isFound = found.every(({ matches }) => matches.every(({ values }) => values.length > 0));
  if (!isFound && areOfOneGroup(wanted)) {
    if (layout.values.some(isOfAnySample)) return undefined;
    const [only, second] = layout.values;
    if (isOwn && only !== undefined && second === undefined) {
      checkOwner({ names: [only.name] }, wanted, "its only column of values is called");
      return found.map(() => [only]);
    }
  }
  return found.map(({ cellType, matches }) =>
    matches.map(({ name, values }) => {
      if (values.length === 0) failMissing(name, { cellType, layout, wanted });
      return pickOne(name, values, wanted);
    })
  );
}

/** Finds the columns of a cell type by its own name, or else by that of its group. */
function findCellType(
  cellType: string,
  index: NameIndex,
  wanted: WantedColumns,
): { readonly name: string; readonly values: readonly ValueColumn[] } {
  const values = index.findCellType(cellType);
  const group = groupOf(wanted, cellType);
  if (values.length > 0 || group === cellType) return { name: cellType, values };
  return { name: group, values: index.findCellType(group) };
}

/** Whether a column is named only after a kind of values, and so not after a particular sample. */
function isOfAnySample({ name }: ValueColumn): boolean {
  return kindOfTitle(name) !== undefined;
}

/** Picks one of several columns that a name matches, if they are of different kinds. */
function pickOne(
  name: string,
  values: readonly ValueColumn[],
  wanted: WantedColumns,
): ValueColumn {
  const kinds = new Set(values.map(({ kind }) => kind));
  if (values.length === 1 || kinds.size === values.length && !kinds.has(undefined)) {
    return pickKind(values, wanted);
  }
  const names = values.map(({ name }) => `"${showName(name)}"`);
  const isSame = new Set(names).size < names.length;
  if (isSame) {
    failChoice(wanted, `column ${names[0]} is in the header twice`, "once: rename or remove one");
  }
  return failChoice(
    wanted,
    `"${name}" may be column ${listSome(names)}`,
    "one: list the columns of each cell type in a file for --expression-samples",
  );
}

/** Picks the column of the wanted kind, or else of the first kind that there is. */
function pickKind(values: readonly ValueColumn[], wanted: WantedColumns): ValueColumn {
  const { value: asked } = wanted;
  const [first] = values;
  if (first === undefined) failChoice(wanted, "it has no column of values", "one");
  if (asked === undefined) {
    return VALUE_KINDS.map((kind) => values.find((value) => value.kind === kind))
      .find((value) => value !== undefined) ?? first;
  }
  const found = values.find(({ kind }) => kind === asked);
  if (found !== undefined) return found;
  const kinds = values.flatMap(({ kind }) => kind === undefined ? [] : VALUE_KIND_NAMES[kind]);
  if (kinds.length === 0) return first;
  return failChoice(wanted, `it has ${kinds.join(" and ")}`, VALUE_KIND_NAMES[asked]);
}

/** Throws if two names match one column: its values would count twice, or pose as those of two cell types. */
function checkRepeats(
  chosen: readonly (readonly ValueColumn[])[],
  cellTypes: readonly string[],
  wanted: WantedColumns,
): void {
  const owners = new Map<number, string>();
  for (const [i, values] of chosen.entries()) {
    const cellType = cellTypes[i] ?? "";
    for (const { column, name } of values) {
      const owner = owners.get(column);
      if (owner !== undefined && (owner === cellType || !isShared(owner, cellType, wanted))) {
        failChoice(
          wanted,
          `column "${showName(name)}" would be taken for "${owner}" and for "${cellType}"`,
          "each column once",
        );
      }
      owners.set(column, cellType);
    }
  }
}

/** Whether two cell types are replicates of one, whose expression both may have. */
function isShared(one: string, other: string, wanted: WantedColumns): boolean {
  return groupOf(wanted, one) === groupOf(wanted, other);
}

function describeChoice(
  layout: Layout,
  chosen: readonly (readonly ValueColumn[])[],
  { value, file }: WantedColumns,
): string[] {
  const kind = chosen[0]?.[0]?.kind;
  const kinds = VALUE_KINDS.filter((kind) => layout.values.some((value) => value.kind === kind));
  if (value !== undefined && kind === undefined) {
    return [
      `${file}: --expression-value has no effect, since the columns do not say what they measure`,
    ];
  }
  if (kind === undefined || kinds.length < 2 || value !== undefined) return [];
  const others = kinds.filter((other) => other !== kind).map((other) => VALUE_KIND_NAMES[other]);
  return [
    `${file}: the values taken are ${VALUE_KIND_NAMES[kind]}, not ${others.join(" or ")} ` +
    "(--expression-value chooses)",
  ];
}
