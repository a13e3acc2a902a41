/** Counts one file. */

import { ContractError } from "../errors.ts";
import { formatCountOf } from "../base/count.ts";
import { collectGarbage } from "../base/free.ts";
import { checkValues } from "./_check_values.ts";
import { checkAccessions } from "./_contig_assembly.ts";
import { checkAssembly } from "./chromosomes.ts";
import type { Gene } from "./gene.ts";
import { type BandCounts, type CountOrigins, takeBand } from "./_kept_file.ts";
import type {
  ControlInput,
  CountedFileFacts,
  OpenedSignal,
  PrepareOptions,
} from "./prepare_options.ts";
import type { BandSeen, FileTally } from "./_file_tally.ts";
import type { GeneBand } from "./_gene_bands.ts";
import type { CountCrew } from "./signal/count_crew.ts";
import { isShared } from "./signal/count_shares.ts";
import { judgePairs } from "./signal/pairs.ts";
import type {
  CountOptions,
  PairsSeen,
  SignalCounts,
  SignalFormat,
  SignalTrack,
} from "./signal/track.ts";
import type { Progress } from "../progress.ts";

/** Options of {@linkcode countFile}. */
export interface CountFileOptions
  extends Omit<PrepareOptions, "onProgress">, Pick<CountOptions, "chromosomes"> {
  /** All genes. */
  readonly genes: readonly Gene[];
  /** The genes that are counted now. */
  readonly band: GeneBand;
  /** What was seen of the file in other bands. */
  readonly tally: FileTally;
  /** The assembly of the data, or `unknown`. */
  readonly assembly: string;
  /** Whether the number of reads in the whole file is needed. */
  readonly totalReads: boolean;
  /** The threads that count. */
  readonly crew: CountCrew;
  /** What the counts of files depend on, to find those that are kept. */
  readonly origins: CountOrigins;
  /** Called with what counting found, before it is judged. */
  readonly onCounted?: ((found: BandCounts) => void) | undefined;
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
  const { name, assembly } = control;
  return { name, assembly, open: () => control.open(), cellType, mark: `control of ${mark}` };
}

/** Counts a file near the genes of a band, and closes it. Bins are by ascending coordinate. */
export async function countFile(
  file: CountedFile,
  options: CountFileOptions,
): Promise<SignalCounts> {
  const { genes, band, tally, onWarning } = options;
  const { windows } = band;
  options.signal?.throwIfAborted();
  const { cellType, mark } = file;
  const opened = await file.open();
  const { track } = opened;
  try {
    const found = await takeKept(opened, file, options) ?? await countBand(track, options);
    options.onCounted?.(found);
    const { counts, pairs } = found;
    if (track.contigs === undefined) {
      checkAccessions(counts.contigs, { file: file.name, assembly: options.assembly });
      const place = { file: file.name, aliases: windows.chromosomeAliases };
      for (const message of checkAssembly(genes, counts.contigs, place)) onWarning?.(message);
    }
    checkValues(counts.values, file, band);
    options.onValues?.({ name: file.name, cellType, mark }, counts.values);
    const { readsInWindows } = counts;
    const reads = counts.reads ?? tally.reads;
    const isEmpty = counts.values.every((value) => value === 0);
    const seen = tally.add(band.number, { reads, readsInWindows, isEmpty, pairs });
    if (seen !== undefined) judge(seen, file, { ...options, format: track.format });
    return { ...counts, reads };
  } finally {
    opened.close();
    // What is shared out is counted in memory that is used again.
    if (!isShared(track)) collectGarbage();
  }
}

/** Takes what was counted before; `undefined` if it was not. */
async function takeKept(
  opened: OpenedSignal,
  { name }: CountedFile,
  { kept, origins, band, onProgress, onWarning }: CountFileOptions,
): Promise<BandCounts | undefined> {
  const numbers = await kept?.find(name, await origins.of(opened, name));
  if (numbers === undefined) return undefined;
  const found = await takeBand(numbers, band, name);
  for (const warning of found.warnings) onWarning?.(warning);
  onProgress(band.genes.length);
  return found;
}

async function countBand(track: SignalTrack, options: CountFileOptions): Promise<BandCounts> {
  const { tally, band: { windows } } = options;
  const warnings: string[] = [];
  let pairs: PairsSeen | undefined;
  const counting = {
    ...options,
    onProgress: ({ done }: Progress) => options.onProgress(done),
    // A CRAM file is read as a whole for this number.
    totalReads: options.totalReads && tally.reads === undefined,
    onPairs: (seen: PairsSeen) => {
      pairs = seen;
    },
    onWarning: (message: string) => {
      warnings.push(message);
      options.onWarning?.(message);
    },
  };
  const counts = isShared(track)
    ? await track.countTogether(windows, counting, options.crew)
    : await track.count(windows, counting);
  return { counts, pairs, warnings };
}

/** Says what was seen of a file near all genes. */
function judge(
  seen: BandSeen,
  file: CountedFile,
  options: CountFileOptions & { readonly format: SignalFormat },
): void {
  const { onWarning, onFile } = options;
  if (seen.pairs !== undefined) judgePairs(seen.pairs, { file: file.name, onWarning });
  if (seen.isEmpty) warnOfEmptiness(file, options);
  onFile?.(factsOf(file, { seen, options }));
}

function factsOf(
  { name, cellType, mark }: CountedFile,
  { seen: { reads, readsInWindows }, options }: {
    readonly seen: BandSeen;
    readonly options: CountFileOptions & { readonly format: SignalFormat };
  },
): CountedFileFacts {
  // A row of BED is a whole fragment.
  const { format } = options;
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
function warnOfEmptiness(
  { name, cellType, mark }: CountedFile,
  { genes, minMappingQuality = 0, onWarning }: CountFileOptions,
): void {
  const filter = minMappingQuality === 0
    ? ""
    : `, or no read of mapping quality ${minMappingQuality} or more, which --min-mapping-quality asks for`;
  onWarning?.(
    `${name} (${mark} of ${cellType}) has nothing in any window of the ${
      formatCountOf(genes.length, "gene")
    }: all its values are zero. Does it hold other chromosomes or regions only${filter}?`,
  );
}
