/** Columns of samples that are held one by one. */

import type { OptionKind } from "../base/option_names.ts";
import { checkInteger } from "../base/check_integer.ts";
import { plainOptions } from "../base/plain_options.ts";
import { ContractError } from "../errors.ts";
import { geneKey } from "../gene_id.ts";
import type { PackedColumns } from "../io/columns.ts";
import { PackedBuilder } from "../io/packing.ts";
import { storeValues } from "../io/signal_values.ts";
import { showValue } from "../base/show_value.ts";
import type { DataRecord } from "../record.ts";
import { checkSamples, copySignal, refuseContradictions } from "./_check_samples.ts";
import { sequencesOfSamples } from "./_sample_sequences.ts";
import type { Sample } from "./sample.ts";

/** Options of `Dataset.fromSamples`. */
export interface FromSamplesOptions {
  /**
   * What the numbers are: assembly, counting rule, transform and the rest. For samples that a model is to see, the model's
   * `inputRecord`; for new data a record of your own.
   */
  readonly record: DataRecord;
  /**
   * Names of the marks, in the order of the signal's last axis.
   *
   * @default {Those of the record.}
   */
  readonly marks?: readonly string[] | undefined;
  /**
   * Number of bins.
   *
   * @default {The number of values of the first sample, divided by the number of marks.}
   */
  readonly bins?: number | undefined;
}

const OPTIONS = { record: "object", marks: "list", bins: "number" } as const satisfies Record<
  keyof FromSamplesOptions,
  OptionKind
>;

/**
 * Makes columns of samples.
 *
 * @param samples The samples; their signals are copied.
 * @param options What their numbers are.
 * @returns The columns.
 * @throws {TypeError} If there is no record, a gene or a cell type is no text or empty, a label is no number, a signal has
 * another number of values than is expected, or an option or a field of the first sample is misspelt or something else.
 * @throws {RangeError} If the bins are no integer of at least 1.
 * @throws {ContractError} If some samples lack a label that others have, two labels are of one gene in one cell type and
 * differ, or sequences are impossible.
 */
export function columnsOfSamples(
  samples: readonly Sample[],
  options: FromSamplesOptions,
): PackedColumns {
  const { record: given, ...others } = plainOptions(options, {
    action: "make samples",
    kinds: OPTIONS,
  });
  // Programs in plain JavaScript leave it out, and nothing else says what the numbers are.
  if (given === undefined) {
    throw new TypeError(
      "Cannot make samples: found no record of what their numbers are, expected one, such as { record: model.inputRecord }",
    );
  }
  const { marks = given.marks } = others;
  if (!Array.isArray(marks)) {
    throw new TypeError(
      `Cannot make samples: marks are ${showValue(marks)}, expected an array of names`,
    );
  }
  checkSamples(samples);
  const { bins = binsOf(samples, marks) } = others;
  checkInteger(bins, { action: "make samples", name: "bins", least: 1 });
  const record = { ...given, marks };
  const size = bins * marks.length;
  const signal = new PackedBuilder(samples.length * size);
  samples.forEach((sample, position) => {
    const values = copySignal(sample, position);
    if (values.length !== size) {
      throw new TypeError(
        `Cannot make samples: the signal of sample ${position} (${sample.gene} in ${sample.cellType}) has ` +
          `${values.length} values, expected ${size}: ${bins} bins × ${marks.length} marks`,
      );
    }
    signal.append(values);
  });
  const [cellTypes, cellTypeIndex] = numberNames(samples.map(({ cellType }) => cellType));
  const [genes, geneIndex] = numberNames(samples.map(({ gene }) => gene), geneKey);
  const names = { cellTypes, cellTypeIndex, genes, geneIndex };
  const labels = labelsOf(samples);
  if (labels !== undefined) refuseContradictions(names, labels);
  const sequences = sequencesOfSamples(samples, { geneIndex, genes: genes.length, record });
  return {
    ...names,
    // Logarithms are kept as readers of files keep them, so that they are predicted with the same bits.
    ...storeValues(signal.finish(), record.transform),
    labels,
    bins,
    record,
    ...(sequences && { sequences }),
  };
}

function binsOf([first]: readonly Sample[], marks: readonly string[]): number {
  const values = first?.signal.length ?? 0;
  const bins = values / marks.length;
  if (first !== undefined && Number.isInteger(bins) && bins > 0) return bins;
  const found = first === undefined ? "0 samples" : `a signal of ${values} values`;
  throw new TypeError(
    `Cannot make samples: found ${found}, expected a number of bins in the options, or samples with a number of values for ` +
      `each of ${marks.length} marks: ${marks.join(", ")}`,
  );
}

function labelsOf(samples: readonly Sample[]): Float64Array<ArrayBuffer> | undefined {
  const labels = samples.flatMap(({ label }) => label ?? []);
  if (labels.length === 0) return undefined;
  if (labels.length === samples.length) return Float64Array.from(labels);
  throw new ContractError(
    `Cannot make samples: ${labels.length} of ${samples.length} have a label, expected all or none`,
  );
}

/**
 * The distinct names, each as it is first spelled, and for each place the number of its name. Names with one key are
 * one name.
 */
function numberNames(
  names: readonly string[],
  keyOf = (name: string) => name,
): [distinct: string[], index: Uint32Array<ArrayBuffer>] {
  const distinct: string[] = [];
  const numbers = new Map<string, number>();
  const index = Uint32Array.from(names, (name) => {
    const number = numbers.get(keyOf(name)) ?? distinct.push(name) - 1;
    numbers.set(keyOf(name), number);
    return number;
  });
  return [distinct, index];
}
