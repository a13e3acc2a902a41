import { cutSequences } from "../base/cut_sequences.ts";
import { Dataset } from "../data/dataset.ts";
import { controlSequences } from "../data/sequence_control.ts";
import type { SampleColumns } from "../io/columns.ts";
import { modelInputs } from "../model/inputs.ts";
import type { ModelSpec } from "../model/spec.ts";
import type { TrainedModel } from "../model/trained_model.ts";

// Engines may keep a copy of the samples for as long as they see the same columns.
const known = new WeakMap<SampleColumns, Map<number, SampleColumns>>();

/**
 * The data with the bases that a model reads: where it reads fewer than the data have, those around the TSS, as many on
 * either side. The record says so.
 *
 * @param spec The model.
 * @param data The samples.
 * @returns A view of the same samples; `data` itself where nothing is to be cut, or fewer bases are there than the model
 *   reads.
 */
export function withModelBases(spec: ModelSpec, data: Dataset): Dataset {
  const { columns } = data;
  const { sequences, record } = columns;
  const input = modelInputs(spec).find(({ name }) => name === "sequence");
  if (input?.name !== "sequence" || sequences === undefined || record.sequence === undefined) {
    return data;
  }
  const { bases } = input;
  const { tssBase } = record.sequence;
  // Where a file does not say where the TSS is, it is in the middle.
  const start = Math.floor(tssBase ?? sequences.bases / 2) - Math.floor(bases / 2);
  if (bases >= sequences.bases || start < 0 || start + bases > sequences.bases) return data;
  const byBases = known.get(columns) ?? new Map<number, SampleColumns>();
  known.set(columns, byBases);
  const cut = byBases.get(bases) ?? {
    ...columns,
    record: {
      ...record,
      sequence: {
        ...record.sequence,
        bases,
        ...(tssBase !== undefined && { tssBase: tssBase - start }),
      },
    },
    sequences: { ...cutSequences(sequences, { start, bases }), entryOf: sequences.entryOf },
  };
  byBases.set(bases, cut);
  return new Dataset(cut, data.rows);
}

/**
 * The data with the letters that a model reads: the bases of {@linkcode withModelBases}, and random letters if the model is
 * a control that learned from these. Shuffled sequences stay with their genes: all genes together have the same letters.
 *
 * @param model The model.
 * @param data The samples.
 * @returns A view of the same samples.
 */
export function withModelLetters(
  { spec, record }: Pick<TrainedModel, "spec" | "record">,
  data: Dataset,
): Dataset {
  const { columns, rows } = withModelBases(spec, data);
  const control = record.sequence?.control;
  const isRandom = control?.kind === "random-code" && columns.sequences !== undefined;
  if (!isRandom) return new Dataset(columns, rows);
  return new Dataset({ ...columns, sequences: controlSequences(columns, control) }, rows);
}
