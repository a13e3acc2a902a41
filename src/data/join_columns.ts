/** Joins the samples of several files to one data set. */

import { showValue } from "../base/show_value.ts";
import type { PackedArray } from "../base/arrays.ts";
import { ContractError } from "../errors.ts";
import type { GeneDetails } from "../gene_id.ts";
import type { SampleColumns } from "../io/columns.ts";
import { joinSignals, storedValues } from "../io/joined_signal.ts";
import { PackedBuilder } from "../io/packing.ts";
import { decodeValues, type SignalValues } from "../io/signal_values.ts";
import { isStored } from "../io/stored_signal.ts";
import { PairNumbers } from "./_pair_numbers.ts";
import { differingField, isSame } from "./differing_field.ts";

/** The samples of a file. */
export interface NamedColumns {
  /** The file's name, for messages. */
  readonly name: string;
  readonly columns: SampleColumns;
}

/**
 * Joins samples: those of the first file, then those of the second, and so on. Genes are matched by their whole
 * identifiers, cell types by their names; a cell type may be in several files, with other genes.
 *
 * @param files The samples, and what they are called in messages.
 * @returns Their columns. The signal is in memory if that of all files is.
 * @throws {ContractError} If two files have the same gene of a cell type, contradict each other in a field of their records, in
 * bins, labels, groups, missing marks or details of genes, or have DNA.
 */
export async function joinColumns(files: readonly NamedColumns[]): Promise<SampleColumns> {
  const [first, ...others] = files as readonly [NamedColumns, ...NamedColumns[]];
  if (others.length === 0) return first.columns;
  for (const other of others) checkForm(first, other);
  const cellTypes = joinNames(files, ({ cellTypes, cellTypeIndex }) => [cellTypes, cellTypeIndex]);
  const genes = joinNames(files, ({ genes, geneIndex }) => [genes, geneIndex]);
  refuseRepeated(files, { cellTypes, genes });
  const { bins, record, labels } = first.columns;
  const cellTypeGroups = joinFacts(files, cellTypes.names, {
    what: "the group of cell type",
    of: ({ cellTypes, cellTypeGroups }) => [cellTypes, cellTypeGroups ?? cellTypes],
  });
  const masks = joinFacts(files, cellTypes.names, {
    what: "the marks that were measured in cell type",
    of: ({ cellTypes, markMask, record: { marks } }) => [
      cellTypes,
      rowsOf(markMask, {
        rows: cellTypes.length,
        width: marks.length,
      }),
    ],
  });
  const details = joinFacts<GeneDetails>(files, genes.names, {
    what: "what is known of gene",
    of: ({ genes, geneDetails }) => [geneDetails === undefined ? [] : genes, geneDetails ?? []],
  });
  const markMask = Uint8Array.from(masks.flatMap((row) => [...row!]));
  return {
    ...await joinValues(files),
    labels: labels && joinNumbers(files.map(({ columns }) => columns.labels!)),
    cellTypes: cellTypes.names,
    cellTypeIndex: cellTypes.index,
    ...(cellTypeGroups.some((group, i) => group !== cellTypes.names[i]) && {
      cellTypeGroups: cellTypeGroups as string[],
    }),
    ...(markMask.includes(0) && { markMask }),
    genes: genes.names,
    geneIndex: genes.index,
    ...(details.some((one) => one !== undefined) && {
      geneDetails: details.map((one) => one ?? {}),
    }),
    bins,
    record,
  };
}

function cannotJoin(first: NamedColumns, other: NamedColumns, why: string): ContractError {
  return new ContractError(`Cannot join ${first.name} and ${other.name}: ${why}`);
}

/** Refuses files whose samples have different forms. */
function checkForm(first: NamedColumns, other: NamedColumns): void {
  const [one, two] = [first.columns, other.columns];
  const field = differingField(one.record, two.record);
  if (field !== undefined) {
    const [found, wanted] = [one, two].map(({ record }) => showValue(record[field]));
    throw cannotJoin(
      first,
      other,
      `${field} of their data records is ${found} and ${wanted}, expected the same`,
    );
  }
  if (one.bins !== two.bins) {
    throw cannotJoin(
      first,
      other,
      `they have ${one.bins} and ${two.bins} bins, expected the same number`,
    );
  }
  if ((one.labels === undefined) !== (two.labels === undefined)) {
    throw cannotJoin(first, other, "only one of them has labels, expected both or neither");
  }
  if (one.sequences !== undefined || two.sequences !== undefined) {
    throw cannotJoin(
      first,
      other,
      "DNA of several files is not joined, expected data without it, or --sequences",
    );
  }
}

/** Names of all files in the order of their first samples, and the place of each sample's. */
function joinNames(
  files: readonly NamedColumns[],
  of: (columns: SampleColumns) => readonly [names: readonly string[], index: Uint32Array],
): JoinedNames {
  const places = new Map<string, number>();
  const all = files.map(({ columns }) => of(columns));
  const index = new Uint32Array(all.reduce((sum, [, own]) => sum + own.length, 0));
  let row = 0;
  for (const [names, own] of all) {
    const placeOf = Uint32Array.from(names, (name) => {
      const place = places.get(name) ?? places.size;
      places.set(name, place);
      return place;
    });
    for (let i = 0; i < own.length; i++) index[row++] = placeOf[own[i]!]!;
  }
  return { names: [...places.keys()], index };
}

/** The names of all files, and the place of each sample's. */
interface JoinedNames {
  readonly names: readonly string[];
  readonly index: Uint32Array;
}

/** Refuses a gene of a cell type that two files have: its sample would count twice. */
function refuseRepeated(
  files: readonly NamedColumns[],
  { cellTypes, genes }: { readonly cellTypes: JoinedNames; readonly genes: JoinedNames },
): void {
  // Mostly each file has cell types of its own, and then there is nothing to look for.
  const mentions = files.reduce((sum, { columns }) => sum + columns.cellTypes.length, 0);
  if (mentions === cellTypes.names.length) return;
  const samples = cellTypes.index.length;
  const [firsts, seconds] = [cellTypes.names.length, genes.names.length];
  const pairs = new PairNumbers({ firsts, seconds, samples });
  /** The first file that has a pair, by the pair's number. */
  const owners = new Uint32Array(samples);
  let row = 0;
  for (const [place, file] of files.entries()) {
    for (const end = row + file.columns.geneIndex.length; row < end; row++) {
      const [cellType, gene] = [cellTypes.index[row]!, genes.index[row]!];
      const known = pairs.count;
      const number = pairs.numberOf(cellType, gene);
      if (number === known) owners[number] = place;
      const owner = owners[number]!;
      if (owner === place) continue;
      const names = `gene ${genes.names[gene]} of cell type ${cellTypes.names[cellType]}`;
      throw cannotJoin(files[owner]!, file, `both have ${names}, expected it in one of them`);
    }
  }
}

/** What files say of each name, which those that say anything must say alike. */
function joinFacts<Fact>(
  files: readonly NamedColumns[],
  names: readonly string[],
  { what, of }: {
    readonly what: string;
    readonly of: (columns: SampleColumns) => readonly [readonly string[], readonly Fact[]];
  },
): (Fact | undefined)[] {
  const known = new Map<string, { readonly fact: Fact; readonly file: NamedColumns }>();
  for (const file of files) {
    const [own, facts] = of(file.columns);
    for (const [i, name] of own.entries()) {
      const before = known.get(name);
      if (before === undefined) known.set(name, { fact: facts[i]!, file });
      else if (!isSame(before.fact, facts[i])) {
        throw cannotJoin(before.file, file, `they differ in ${what} ${name}`);
      }
    }
  }
  return names.map((name) => known.get(name)?.fact);
}

/** The rows of a mask; all ones where it is missing. */
function rowsOf(
  mask: Uint8Array | undefined,
  { rows, width }: { readonly rows: number; readonly width: number },
): number[][] {
  return Array.from(
    { length: rows },
    (_, row) => Array.from({ length: width }, (_, mark) => mask?.[row * width + mark] ?? 1),
  );
}

function joinNumbers(all: readonly Float64Array[]): Float64Array<ArrayBuffer> {
  const joined = new Float64Array(all.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const numbers of all) {
    joined.set(numbers, start);
    start += numbers.length;
  }
  return joined;
}

/** The signal of all files: counts, if that of each is, or is the logarithms of counts by one table. */
async function joinValues(
  files: readonly NamedColumns[],
): Promise<Pick<SampleColumns, "signal" | "signalValues">> {
  const all = files.map(({ columns }) => columns);
  const signals = all.map(({ signal }) => signal);
  const signalValues = commonTable(all.map((columns) => columns.signalValues));
  const values = signalValues === undefined
    ? await Promise.all(
      all.map(({ signal, signalValues: own }) =>
        isStored(signal) ? storedValues(signal, own) : decodeValues(signal, own)
      ),
    )
    : signals;
  const { bins, record: { marks } } = all[0]!;
  const signal = values.some(isStored)
    ? await joinSignals(values, bins * marks.length)
    : packAll(values as PackedArray[]);
  return { signal, ...(signalValues && { signalValues }) };
}

function packAll(signals: readonly PackedArray[]): PackedArray {
  const builder = new PackedBuilder(signals.reduce((sum, { length }) => sum + length, 0));
  for (const signal of signals) builder.append(signal);
  return builder.finish();
}

/** The table of which all others are the beginning; `undefined` if one is missing or they differ. */
function commonTable(tables: readonly (SignalValues | undefined)[]): SignalValues | undefined {
  const known = tables.filter((table) => table !== undefined);
  if (known.length < tables.length) return undefined;
  const longest = known.reduce((one, other) => other.length > one.length ? other : one);
  const isCommon = known.every((table) =>
    table.constructor === longest.constructor &&
    table.every((value, count) => Object.is(value, longest[count]))
  );
  return isCommon ? longest : undefined;
}
