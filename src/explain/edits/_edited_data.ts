/** Makes data sets of edited samples. */

import { packSequences } from "../../base/sequence_packer.ts";
import { NO_SEQUENCE, sequenceLetters } from "../../base/sequences.ts";
import { Dataset } from "../../data/dataset.ts";
import type { SampleColumns } from "../../io/columns.ts";
import { PackedBuilder } from "../../io/packing.ts";
import { editedColumns, genesOf } from "../edited_columns.ts";
import type { EditedSample } from "./_make_steps.ts";
import type { SampleValues } from "./_sample_values.ts";
import type { EditScope } from "./_scope.ts";

/** Edited samples as a data set. */
export interface EditedData {
  readonly data: Dataset;
  /** The place in the list of samples of each of its own, `[position]`. */
  readonly places: Uint32Array;
}

/** What all data sets of a run are made from. */
export interface EditedDataOptions {
  readonly scope: EditScope;
  readonly values: SampleValues;
  /** Whether the genes' DNA is needed. */
  readonly needsSequences: boolean;
  /**
   * Whether all genes of the data must be named, with their DNA: a control model is shown that of others.
   *
   * @default {false}
   */
  readonly keepsGenes?: boolean | undefined;
}

/**
 * Makes data sets of edited samples: one, or several where the DNA of a gene differs between samples, since a data set has
 * one sequence for each gene.
 *
 * @param samples The samples.
 * @param options What they are samples of.
 * @returns The data sets; each sample is in one of them.
 */
export function editedData(
  samples: readonly EditedSample[],
  options: EditedDataOptions,
): EditedData[] {
  const groups: { readonly places: number[]; readonly sequences: Map<number, string> }[] = [];
  for (const [place, { position, sequence = "" }] of samples.entries()) {
    const gene = options.scope.geneAt(position);
    const fits = groups.find(({ sequences }) => (sequences.get(gene) ?? sequence) === sequence);
    const group = fits ?? { places: [], sequences: new Map<number, string>() };
    if (fits === undefined) groups.push(group);
    group.places.push(place);
    group.sequences.set(gene, sequence);
  }
  return groups.map(({ places, sequences }) => {
    const own = places.map((place) => samples[place]!);
    return { data: makeData(own, sequences, options), places: Uint32Array.from(places) };
  });
}

function makeData(
  samples: readonly EditedSample[],
  edited: ReadonlyMap<number, string>,
  { scope, values, needsSequences, keepsGenes = false }: EditedDataOptions,
): Dataset {
  const { data } = scope;
  const positions = samples.map(({ position }) => position);
  const genes = keepsGenes ? Uint32Array.from(data.columns.genes.keys()) : genesOf(data, positions);
  const builder = new PackedBuilder(samples.length * data.bins * data.marks.length);
  for (const sample of samples) builder.append(sample.values);
  return new Dataset(editedColumns(data, {
    positions,
    signal: builder.finish(),
    record: values.record,
    genes,
    sequences: !needsSequences || data.columns.sequences === undefined
      ? undefined
      : keepsGenes
      ? data.columns.sequences
      : sequencesOf(genes, { columns: data.columns, edited }),
  }));
}

/** The DNA of some genes, of which some was edited. */
function sequencesOf(
  genes: Uint32Array,
  { columns: { sequences, record }, edited }: {
    readonly columns: SampleColumns;
    readonly edited: ReadonlyMap<number, string>;
  },
): NonNullable<SampleColumns["sequences"]> {
  const letters: string[] = [];
  const entryOf = Uint32Array.from(genes, (gene) => {
    const entry = sequences!.entryOf[gene]!;
    if (entry === NO_SEQUENCE) return NO_SEQUENCE;
    return letters.push(edited.get(gene) || sequenceLetters(sequences!, entry)) - 1;
  });
  // A gene without letters has bases that are not known; so has a row of N, which a table without any needs.
  const rows = letters.length > 0 ? letters : ["N".repeat(sequences!.bases)];
  return { ...packSequences(rows, { unknownAs: record.sequence!.unknownAs }), entryOf };
}
