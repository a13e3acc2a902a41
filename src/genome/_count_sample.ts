/** Counts one file into the numbers of one mark in one cell type. */

import { formatCountOf } from "../base/count.ts";
import { freeArray } from "../base/free.ts";
import { ContractError } from "../errors.ts";
import { checkValues } from "./_check_values.ts";
import { checkAccessions } from "./_contig_assembly.ts";
import { checkAssembly } from "./chromosomes.ts";
import type { Gene } from "./gene.ts";
import type { PrepareOptions, SignalInput } from "./prepare_options.ts";
import type { CountOptions, SignalCounts } from "./signal/track.ts";
import { flipBins, type GeneWindows } from "./windows.ts";

/** The numbers of a file, `[gene, bin]` row-major. */
export type SampleCounts =
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>;

/** Options of {@linkcode countSample}. */
export interface CountSampleOptions extends
  Pick<
    PrepareOptions,
    | "rule"
    | "extendBp"
    | "fragments"
    | "minMappingQuality"
    | "excludedFlags"
    | "blacklist"
    | "normalisation"
    | "orientation"
    | "onWarning"
  >,
  Pick<CountOptions, "chromosomes"> {
  readonly genes: readonly Gene[];
  readonly windows: GeneWindows;
  /** The assembly of the data, or `unknown`. */
  readonly assembly: string;
  readonly onProgress: (genesDone: number) => void;
}

/** Counts a file and closes it. */
export async function countSample(
  input: SignalInput,
  options: CountSampleOptions,
): Promise<SampleCounts> {
  const { genes, windows, orientation = "genomic", normalisation = "none" } = options;
  const { track, close } = await input.open();
  try {
    const counts = await track.count(windows, { ...options, totalReads: normalisation === "rpm" });
    if (track.contigs === undefined) {
      checkAccessions(counts.contigs, { file: input.name, assembly: options.assembly });
      for (
        const message of checkAssembly(genes, counts.contigs, {
          file: input.name,
          aliases: windows.chromosomeAliases,
        })
      ) {
        options.onWarning?.(message);
      }
    }
    checkValues(counts.values, input, options);
    warnIfEmpty(counts.values, input, options);
    if (normalisation === "rpm") normalise(counts, input);
    if (orientation === "transcript") flipBins(counts.values, genes, { bins: windows.bins });
    const values = narrow(counts.values, options);
    freeArray(counts.values);
    return values;
  } finally {
    close();
  }
}

/** Stores plain counts as integers and everything else as float32, in a quarter or half of the memory. */
function narrow(
  values: Float64Array,
  { rule, normalisation }: Pick<PrepareOptions, "rule" | "normalisation">,
): SampleCounts {
  if (rule !== "reads" || normalisation === "rpm") return new Float32Array(values);
  return values.some((value) => value > 0xffff) ? new Uint32Array(values) : new Uint16Array(values);
}

function normalise({ values, reads }: SignalCounts, { name }: SignalInput): void {
  if (reads === undefined || reads === 0) {
    throw new ContractError(
      `Cannot normalise ${name}: its index does not say how many reads it has. Make the index again ` +
        "with a recent samtools or tabix",
    );
  }
  for (let i = 0; i < values.length; i++) values[i]! *= 1e6 / reads;
}

/** Warns of each empty file separately: the user must know which marks of which cell types will be zero. */
function warnIfEmpty(
  values: Float64Array,
  { name, cellType, mark }: SignalInput,
  { genes, minMappingQuality = 0, onWarning }: CountSampleOptions,
): void {
  if (values.some((value) => value !== 0)) return;
  const filter = minMappingQuality === 0
    ? ""
    : `, or no read of mapping quality ${minMappingQuality} or more, which --min-mapping-quality asks for`;
  onWarning?.(
    `${name} (${mark} of ${cellType}) has nothing in any window of the ${
      formatCountOf(genes.length, "gene")
    }: all its values are zero. Does it hold other chromosomes or regions only${filter}?`,
  );
}
