/** Which columns of a table make which cell type. */

import { ContractError } from "../../errors.ts";
import { endsInPath } from "../sheet_paths.ts";
import { listSome, showName } from "../wording.ts";
import { describeDifferences } from "./_differences.ts";
import { areGenes, describeNames } from "./_gene_names.ts";
import type { Layout, ValueColumn } from "./_layout.ts";
import { LONG_FORMAT } from "./_long_format.ts";
import { plainSampleName, syntacticName } from "./_sample_names.ts";
import { kindOfTitle, VALUE_KIND_NAMES, VALUE_KINDS, type ValueKind } from "./value_kinds.ts";

/** Which columns are wanted. */
export interface WantedColumns {
  /** The samples of each cell type that is wanted; where there are none, the cell type's own name is looked for. */
  readonly samples: ReadonlyMap<string, readonly string[]>;
  /** The file that says which samples make which cell type, if there is one. */
  readonly samplesFile?: string | undefined;
  /** Which kind of values, where there are several. */
  readonly value?: ValueKind | undefined;
  /** Whether the file is of one cell type, whatever its column is called. */
  readonly isOwn: boolean;
  readonly file: string;
}

/** Columns that were chosen. */
export interface ChosenColumns {
  /** The columns of each cell type, in the order in which they are wanted. */
  readonly columns: readonly (readonly ValueColumn[])[];
  /** What all of them measure, if that is known. */
  readonly kind?: ValueKind;
  /** What was chosen where there was a choice. */
  readonly notes: readonly string[];
}

/** Chooses columns; throws where a name fits none or several. */
export function chooseColumns(layout: Layout, asked: WantedColumns): ChosenColumns {
  const wanted = { ...asked, samples: keepOwnNames(layout, asked) };
  const { samples } = wanted;
  if (samples.size === 0) fail(wanted, "no column of values is there or asked for", "some");
  const chosen = layout.ofOneSample
    ? [chooseOnly(layout, wanted)]
    : chooseNamed(layout, wanted) ?? [chooseOnly(layout, wanted)];
  const kinds = new Set(chosen.flat().flatMap(({ kind }) => kind ?? []));
  const [kind] = kinds;
  if (kinds.size > 1) {
    const names = [...kinds].map((kind) => VALUE_KIND_NAMES[kind]).join(" and of ");
    fail(wanted, `the columns wanted are of ${names}`, "one kind of values");
  }
  checkRepeats(chosen, [...samples.keys()], wanted);
  return { columns: chosen, kind, notes: describeChoice(layout, chosen, wanted) };
}

/** Of replicates in files of their own, the name that is this file's: the others are not to be looked for here. */
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

/** The column of a file that holds one sample. */
function chooseOnly(layout: Layout, wanted: WantedColumns): ValueColumn[] {
  const { samples, isOwn, file } = wanted;
  const what = layout.program === undefined ? "" : `, as ${layout.program} writes,`;
  if (samples.size > 1) {
    fail(
      wanted,
      `it holds one sample${what} and ${samples.size} cell types are wanted`,
      'one file a cell type, in a column "expression" of the sample sheet',
    );
  }
  const [[, names]] = samples;
  if (!isOwn && names.length > 0) {
    const own = plainSampleName(file);
    const other = names.find((name) => plainSampleName(name) !== own);
    if (other !== undefined) {
      fail(
        wanted,
        `it holds one sample${what} and is not called "${other}"`,
        "a file of that name",
      );
    }
  }
  const values = layout.ofOneSample ? layout.values : layout.values.filter(isOfAnySample);
  return [pickKind(values, wanted)];
}

/** The columns by the names of samples; `undefined` if the columns are named after kinds of values. */
function chooseNamed(layout: Layout, wanted: WantedColumns): ValueColumn[][] | undefined {
  const { samples, isOwn } = wanted;
  const index = new NameIndex(layout.values);
  const found = [...samples].map(([cellType, names]) =>
    names.length === 0
      ? [index.findCellType(cellType)]
      : names.map((name) => index.findSample(name))
  );
  const isFound = found.flat().every((values) => values.length > 0);
  if (!isFound && samples.size === 1) {
    if (layout.values.some(isOfAnySample)) return undefined;
    if (isOwn && layout.values.length === 1) return [[layout.values[0]]];
  }
  return [...samples].map(([cellType, names], i) =>
    (names.length === 0 ? [cellType] : names).map((name, j) => {
      const values = found[i][j];
      if (values.length === 0) failMissing(name, { cellType, layout, wanted });
      return pickOne(name, values, wanted);
    })
  );
}

/** Whether a column is named after a kind of values alone, and so after no sample in particular. */
function isOfAnySample({ name }: ValueColumn): boolean {
  return kindOfTitle(name) !== undefined;
}

/** Columns by their names: as they stand, as R would write the name that is looked for, and without endings. */
class NameIndex {
  readonly #exact = new Map<string, ValueColumn[]>();
  readonly #plain = new Map<string, ValueColumn[]>();

  constructor(values: readonly ValueColumn[]) {
    for (const value of values) {
      append(this.#exact, value.name, value);
      append(this.#plain, plainSampleName(value.name), value);
    }
  }

  find(name: string): readonly ValueColumn[] {
    for (const index of [this.#exact, this.#plain]) {
      const found = index.get(name) ?? index.get(syntacticName(name));
      if (found !== undefined) return found;
    }
    return [];
  }

  /** The columns that may be a cell type's: R and pandas call a second `liver` of a header `liver.1`. */
  findCellType(name: string): readonly ValueColumn[] {
    return this.find(name).flatMap((value) => [
      value,
      ...this.#exact.get(`${value.name}.1`) ?? [],
    ]);
  }

  /** The columns of a sample, which may have the name of a file as columns do. */
  findSample(name: string): readonly ValueColumn[] {
    const found = this.find(name);
    return found.length > 0 ? found : this.#plain.get(plainSampleName(name)) ?? [];
  }
}

function append(index: Map<string, ValueColumn[]>, name: string, value: ValueColumn): void {
  const values = index.get(name);
  if (values === undefined) index.set(name, [value]);
  else values.push(value);
}

/** One of several columns that a name fits, if they are of different kinds. */
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
    fail(wanted, `column ${names[0]} stands in the header twice`, "once: rename or remove one");
  }
  return fail(
    wanted,
    `"${name}" may be column ${listSome(names)}`,
    "one: say which columns make which cell type by --expression-samples",
  );
}

/** The column of the kind that is asked for, else of the first kind that there is. */
function pickKind(values: readonly ValueColumn[], wanted: WantedColumns): ValueColumn {
  const { value: asked } = wanted;
  if (asked === undefined) {
    return VALUE_KINDS.map((kind) => values.find((value) => value.kind === kind))
      .find((value) => value !== undefined) ?? values[0];
  }
  const found = values.find(({ kind }) => kind === asked);
  if (found !== undefined) return found;
  const kinds = values.flatMap(({ kind }) => kind === undefined ? [] : VALUE_KIND_NAMES[kind]);
  if (kinds.length === 0) return values[0];
  return fail(wanted, `it has ${kinds.join(" and ")}`, VALUE_KIND_NAMES[asked]);
}

/** So many columns are listed where one is missing. */
const LISTED = 20;

interface MissingPlace {
  readonly cellType: string;
  readonly layout: Layout;
  readonly wanted: WantedColumns;
}

function failMissing(name: string, place: MissingPlace): never {
  const { cellType, layout, wanted } = place;
  const names = layout.values.map(({ name }) => name);
  const other = names.find((other) => other.toLowerCase() === name.toLowerCase());
  const like = other === undefined ? "" : ` ("${showName(other)}" is written otherwise)`;
  const { samplesFile } = wanted;
  const what = isListed(place)
    ? `it has no sample "${name}" for cell type "${cellType}"${like}`
    : `it has no cell type "${name}" of the sample sheet${like}` +
      (samplesFile === undefined ? "" : `, and ${samplesFile} has no sample of it`);
  const found = names.length === 0 ? "no column of values" : listSome(names, LISTED);
  throw new ContractError(
    `Cannot take expression from ${wanted.file}: ${what}; it has ${found}. ` +
      adviseOnColumns(names, place),
  );
}

/** Whether the list of samples has some of the cell type. */
function isListed({ cellType, wanted }: MissingPlace): boolean {
  return wanted.samples.get(cellType)!.length > 0;
}

function adviseOnColumns(names: readonly string[], place: MissingPlace): string {
  const { layout: { sampleColumns, differences } } = place;
  if (sampleColumns.length > 0) {
    return `The column "${showName(sampleColumns[0].title)}" tells the sample: ${LONG_FORMAT}`;
  }
  if (differences.length > 0) return `Also, ${describeDifferences(differences)}`;
  if (areGenes(names)) {
    return `The columns are ${describeNames(names)}: turn the table, for genes are rows`;
  }
  const turned = names.length > MOST_SAMPLES ? "; if they are genes, turn the table" : "";
  return adviseOnSamples(place) + turned;
}

function adviseOnSamples(place: MissingPlace): string {
  const { cellType, wanted: { samplesFile } } = place;
  if (samplesFile === undefined) {
    return "Columns with other names: --expression-samples says which make which cell type";
  }
  return isListed(place)
    ? `Name a column in ${samplesFile}`
    : `Say in ${samplesFile} which columns make "${cellType}"`;
}

/** Where there are more columns they may well be genes. */
const MOST_SAMPLES = 5000;

function fail(wanted: WantedColumns, found: string, expected: string): never {
  throw new ContractError(
    `Cannot take expression from ${wanted.file}: ${found}, expected ${expected}`,
  );
}

/** Two names may fit one column: its values would count twice, or pose as those of two cell types. */
function checkRepeats(
  chosen: readonly (readonly ValueColumn[])[],
  cellTypes: readonly string[],
  wanted: WantedColumns,
): void {
  const owners = new Map<number, string>();
  for (const [i, values] of chosen.entries()) {
    for (const { column, name } of values) {
      const owner = owners.get(column);
      if (owner !== undefined) {
        fail(
          wanted,
          `column "${showName(name)}" would be taken for "${owner}" and for "${cellTypes[i]}"`,
          "each column once",
        );
      }
      owners.set(column, cellTypes[i]);
    }
  }
}

function describeChoice(
  layout: Layout,
  chosen: readonly (readonly ValueColumn[])[],
  { value, file }: WantedColumns,
): string[] {
  const [[first]] = chosen;
  const kinds = VALUE_KINDS.filter((kind) => layout.values.some((value) => value.kind === kind));
  if (value !== undefined && first.kind === undefined) {
    return [
      `${file}: --expression-value is of no use, for the columns do not tell what they measure`,
    ];
  }
  if (first.kind === undefined || kinds.length < 2 || value !== undefined) return [];
  const others = kinds.filter((kind) => kind !== first.kind).map((kind) => VALUE_KIND_NAMES[kind]);
  return [
    `${file}: the values taken are ${VALUE_KIND_NAMES[first.kind]}, not ${others.join(" or ")} ` +
    "(--expression-value chooses)",
  ];
}
