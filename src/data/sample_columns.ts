/** Columns of samples that are held one by one. */

import { showValue } from "../base/show_value.ts";
import { ContractError } from "../errors.ts";
import { geneKey } from "../gene_id.ts";
import type { PackedColumns } from "../io/columns.ts";
import { PackedBuilder } from "../io/packing.ts";
import { storeValues } from "../io/signal_values.ts";
import type { DataRecord } from "../record.ts";
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

/**
 * Makes columns of samples.
 *
 * @param samples The samples; their signals are copied.
 * @param options What their numbers are.
 * @returns The columns.
 * @throws {TypeError} If there is no record, a gene or a cell type is no text, or a signal has another number of values than
 * is expected.
 * @throws {ContractError} If some samples lack a label that others have, or sequences are impossible.
 */
export function columnsOfSamples(
  samples: readonly Sample[],
  options: FromSamplesOptions,
): PackedColumns {
  // Programs in plain JavaScript leave it out, and nothing else says what the numbers are.
  if ((options as FromSamplesOptions | undefined)?.record === undefined) {
    throw new TypeError(
      "Cannot make samples: found no record of what their numbers are, expected one, such as { record: model.inputRecord }",
    );
  }
  samples.forEach(checkParts);
  const { record: given, marks = given.marks, bins = binsOf(samples, marks) } = options;
  const record = { ...given, marks };
  const size = bins * marks.length;
  const signal = new PackedBuilder(samples.length * size);
  samples.forEach((sample, position) => {
    checkNumbers(sample, position);
    const values = Float64Array.from(sample.signal);
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
  const sequences = sequencesOfSamples(samples, { geneIndex, genes: genes.length, record });
  return {
    ...names,
    // Logarithms are kept as readers of files keep them, so that they are predicted with the same bits.
    ...storeValues(signal.finish(), record.transform),
    labels: labelsOf(samples),
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

/**
 * Refuses samples that lack a part. Rows of JSON may, and names that are no text would be trained on and saved before a
 * reader of the model refused them.
 */
function checkParts(sample: Sample | undefined, position: number): void {
  const { gene, cellType, signal } = Object(sample) as Partial<Sample>;
  if (typeof gene !== "string") failPart("gene", { position, value: gene });
  if (typeof cellType !== "string") failPart("cell type", { position, value: cellType });
  if (typeof Object(signal).length !== "number" || typeof signal === "string") {
    failPart("signal", { position, value: signal, wanted: "an array of numbers" });
  }
}

function failPart(
  part: string,
  { position, value, wanted = "a string" }: {
    readonly position: number;
    readonly value: unknown;
    readonly wanted?: string;
  },
): never {
  throw new TypeError(
    `Cannot make samples: ${part} of sample ${position} is ${showValue(value)}, expected ${wanted}`,
  );
}

/** Refuses values that are no numbers, which a typed array would take for some: JSON has `null` for NaN, which would be 0. */
function checkNumbers({ signal, gene, cellType }: Sample, position: number): void {
  if (!Array.isArray(signal)) return;
  const found = (signal as readonly unknown[]).findIndex((value) => typeof value !== "number");
  if (found < 0) return;
  throw new ContractError(
    `Cannot make samples: value ${found} of the signal of sample ${position} (${gene} in ${cellType}) is ` +
      `${showValue(signal[found])}, expected a number`,
  );
}
