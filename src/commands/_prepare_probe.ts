/** How long files take to count, and how much memory: measured on one of them before a plan is written. */

import { fileSize } from "../files/file.ts";
import { isAddress } from "../files/http_address.ts";
import { countApart, type FileToCount } from "../genome/count_apart.ts";
import { isText } from "../genome/signal/track.ts";
import { peakMemory } from "./_peak_memory.ts";
import type { PrepareInputs } from "./_prepare_inputs.ts";

/** The smallest file is counted around so many genes, which takes seconds at most where there is an index. */
const PROBED_GENES = 200;
/** A count as it is summed up, as it is kept, and as it is encoded: 8 bytes each at most. */
const BYTES_PER_COUNT = 24;

/** What counting is expected to take. */
export interface CountingCost {
  /** Seconds for a file; `undefined` if its size is not known. */
  readonly secondsOf: (file: string) => number | undefined;
  readonly memoryBytes: number | undefined;
}

/**
 * Counts the smallest file around some neighbouring genes, twice: the first time includes what is done once, such as making
 * the decoder. The time of a file is that of the second in proportion to size and genes.
 *
 * @param overheadSeconds What a unit takes before it counts.
 * @returns `undefined` if no file is on disk, or this one cannot be counted: its unit will say why.
 */
export async function probeCounting(
  { genes, inputs, options }: PrepareInputs,
  files: readonly FileToCount[],
  overheadSeconds: number,
): Promise<CountingCost | undefined> {
  const sizes = new Map<string, number>();
  for (const { name } of files) {
    // Decoding takes time even for a file that is nearly empty.
    if (!isAddress(name)) sizes.set(name, Math.max(1, await fileSize(name)));
  }
  const [smallest] = [...sizes].sort(([, one], [, other]) => one - other);
  if (smallest === undefined) return undefined;
  const [file, size] = smallest;
  const first = Math.max(0, Math.floor((genes.length - PROBED_GENES) / 2));
  const probed = genes.slice(first, first + PROBED_GENES);
  const own = { ...options, labels: undefined, onWarning: undefined, file };
  const started = performance.now();
  let warm: number;
  try {
    await countApart(probed, inputs, own);
    warm = performance.now();
    await countApart(probed, inputs, own);
  } catch {
    options.signal?.throwIfAborted();
    return undefined;
  }
  const seconds = (performance.now() - warm) / 1000;
  const once = overheadSeconds + (warm - started) / 1000;
  // Text is read from its start to its end for any number of genes.
  const share = await isTextFile(inputs, file) ? 1 : probed.length / genes.length;
  const { binSizeBp = 100, halfWidthBp = 5000 } = options;
  const peak = peakMemory();
  const counts = genes.length * 2 * halfWidthBp / binSizeBp;
  return {
    secondsOf(name) {
      const bytes = sizes.get(name);
      return bytes && once + seconds / share * bytes / size;
    },
    memoryBytes: peak && peak + BYTES_PER_COUNT * counts,
  };
}

async function isTextFile(inputs: PrepareInputs["inputs"], name: string): Promise<boolean> {
  const controls = inputs.flatMap(({ control }) => control ?? []);
  const { track, close } = await [...inputs, ...controls].find((file) => file.name === name)!
    .open();
  close();
  return isText(track.format);
}
