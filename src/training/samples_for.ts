import { signalShape } from "../model/inputs.ts";
import { Dataset } from "../data/dataset.ts";
import { ContractError } from "../errors.ts";
import { geneKey } from "../gene_id.ts";
import { PackedBuilder } from "../io/packing.ts";
import { storeValues } from "../io/signal_values.ts";
import { inputRecordOf, type TrainedModel } from "../model/trained_model.ts";
import type { Transform } from "../record.ts";
import { sequencesOfSamples } from "./_sample_sequences.ts";

/** One gene in one cell type. */
export interface Sample {
  /** Id of the gene, such as `ENSG00000000419.14`. */
  readonly gene: string;
  /** Name of the cell type. */
  readonly cellType: string;
  /**
   * Plain counts, `[bin, mark]` row-major, marks in the order of the model's `inputRecord.marks`; not transformed, since
   * the model does that, unless the options name the transform.
   */
  readonly signal: ArrayLike<number>;
  /**
   * The DNA around the gene's TSS, for models that read it: as many letters as `inputRecord.sequence.bases`, in its
   * orientation. All samples of a gene have the same.
   *
   * @default {bases that are not known}
   */
  readonly sequence?: string | undefined;
  /** The measured expression, on the scale of the model's training labels. Give it for all samples or for none. */
  readonly label?: number | undefined;
}

/** Options of {@linkcode samplesFor}. */
export interface SamplesForOptions {
  /**
   * The transform that the signals already carry, such as `log1p` for values of the competition's files.
   *
   * @default {"none"}
   */
  readonly transform?: Transform | undefined;
}

/**
 * Makes samples for a model to predict on, or to be measured by.
 *
 * @param model The model; it says how many bins and which marks a sample has.
 * @param samples The samples, in the order in which they are to be predicted; the signal is copied.
 * @param options The transform of the signals.
 * @returns A data set of these samples.
 * @throws {ContractError} If only some samples have labels, a value is negative or not finite, the values are logarithms
 * of counts though no transform is named, the model reads no signal, or a sequence has the wrong number of letters or is
 * not read.
 * @throws {RangeError} If a sequence has a letter that IUPAC does not have.
 * @throws {TypeError} If a signal does not have as many values as the model takes.
 *
 * @example A sample of a data set, predicted by itself
 * ```ts
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { Dataset } from "@waka/histone/data";
 * import { fit, predict, samplesFor } from "@waka/histone/training";
 * import { deepStrictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 }).train);
 * const { model } = await fit("experiment1", data, { epochs: 1, engine: "wasm", transform: "log1p" });
 * const [gene, cellType, signal] = [data.geneOf(3), data.cellTypeOf(3), data.countsOf(3)];
 * const one = samplesFor(model, [{ gene, cellType, signal }]);
 * const all = await predict(model, data, { engine: "wasm" });
 * deepStrictEqual([...await predict(model, one, { engine: "wasm" })], [all[3]]);
 * ```
 */
export function samplesFor(
  model: TrainedModel,
  samples: readonly Sample[],
  { transform = "none" }: SamplesForOptions = {},
): Dataset {
  const record = { ...inputRecordOf(model.record), transform };
  const bins = model.panel?.bins ?? signalShape(model.spec)?.bins;
  if (bins === undefined) {
    throw new ContractError(
      `Cannot make samples: "${model.spec.name}" reads no signal, expected a model that does`,
    );
  }
  const size = bins * record.marks.length;
  const signal = new PackedBuilder(samples.length * size);
  samples.forEach((sample, position) => {
    const values = Float64Array.from(sample.signal);
    if (values.length !== size) {
      throw new TypeError(
        `Cannot make samples: the signal of sample ${position} (${sample.gene} in ${sample.cellType}) has ` +
          `${values.length} values, expected ${size}: ${bins} bins × ${record.marks.length} marks`,
      );
    }
    signal.append(values);
  });
  const [cellTypes, cellTypeIndex] = numberNames(samples.map(({ cellType }) => cellType));
  const [genes, geneIndex] = numberNames(samples.map(({ gene }) => gene), geneKey);
  const names = { cellTypes, cellTypeIndex, genes, geneIndex };
  const sequences = sequencesOfSamples(samples, { geneIndex, genes: genes.length, record });
  return new Dataset({
    ...names,
    // Logarithms are kept as readers of files keep them, so that they are predicted with the same bits.
    ...storeValues(signal.finish(), transform),
    labels: labelsOf(samples),
    bins,
    record,
    ...(sequences && { sequences }),
  });
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
