/** Counts one file. */

import { ContractError } from "../errors.ts";
import { formatCountOf } from "../base/count.ts";
import { checkValues } from "./_check_values.ts";
import { checkAccessions } from "./_contig_assembly.ts";
import { checkAssembly } from "./chromosomes.ts";
import type { Gene } from "./gene.ts";
import type { ControlInput, CountedFileFacts, PrepareOptions } from "./prepare_options.ts";
import type { CountOptions, SignalCounts, SignalFormat } from "./signal/track.ts";
import type { GeneWindows } from "./windows.ts";

/** Options of {@linkcode countFile}. */
export interface CountFileOptions
  extends Omit<PrepareOptions, "onProgress">, Pick<CountOptions, "chromosomes"> {
  readonly genes: readonly Gene[];
  readonly windows: GeneWindows;
  /** The assembly of the data, or `unknown`. */
  readonly assembly: string;
  /** Whether the number of reads in the whole file is needed. */
  readonly totalReads: boolean;
  readonly onProgress: (genesDone: number) => void;
}

/** A file, and what it is of. */
export interface CountedFile extends ControlInput {
  readonly cellType: string;
  readonly mark: string;
}

/** A control as a file that is counted for the first file that needs it. */
export function asControl(
  control: ControlInput,
  { cellType, mark }: Pick<CountedFile, "cellType" | "mark">,
): CountedFile {
  const { name } = control;
  return { name, open: () => control.open(), cellType, mark: `control of ${mark}` };
}

/** Counts a file and closes it. Bins are by ascending coordinate. */
export async function countFile(
  file: CountedFile,
  options: CountFileOptions,
): Promise<SignalCounts> {
  const { genes, windows } = options;
  const { track, close } = await file.open();
  try {
    const counts = await track.count(windows, options);
    if (track.contigs === undefined) {
      checkAccessions(counts.contigs, { file: file.name, assembly: options.assembly });
      const place = { file: file.name, aliases: windows.chromosomeAliases };
      for (const message of checkAssembly(genes, counts.contigs, place)) {
        options.onWarning?.(message);
      }
    }
    checkValues(counts.values, file, options);
    warnIfEmpty(counts.values, file, options);
    options.onFile?.(factsOf(file, { counts, format: track.format, options }));
    return counts;
  } finally {
    close();
  }
}

function factsOf(
  { name, cellType, mark }: CountedFile,
  { counts: { reads, readsInWindows }, format, options }: {
    readonly counts: SignalCounts;
    readonly format: SignalFormat;
    readonly options: CountFileOptions;
  },
): CountedFileFacts {
  // A row of BED is a whole fragment.
  const readsEach = options.fragments && format !== "bed" ? 2 : 1;
  const isKnown = readsInWindows !== undefined && reads !== undefined && reads > 0;
  return {
    name,
    cellType,
    mark,
    format,
    reads,
    readsInWindows,
    shareInWindows: isKnown ? Math.min(1, readsInWindows * readsEach / reads) : undefined,
  };
}

/**
 * Returns the number of reads in a file.
 *
 * @param why What the number is needed for, to begin the error with.
 * @throws {ContractError} If the file does not say.
 */
export function readsOf({ reads }: SignalCounts, name: string, why: string): number {
  if (reads !== undefined) return reads;
  throw new ContractError(
    `Cannot ${why} ${name}: its index does not say how many reads it has. Make the index again ` +
      "with a recent samtools or tabix",
  );
}

/** Warns of each empty file separately: the user must know which marks of which cell types will be zero. */
function warnIfEmpty(
  values: Float64Array,
  { name, cellType, mark }: CountedFile,
  { genes, minMappingQuality = 0, onWarning }: CountFileOptions,
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
