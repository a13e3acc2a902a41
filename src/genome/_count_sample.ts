/** Counts the files of one mark in one cell type into its numbers. */

import { narrowIntegers } from "../base/arrays.ts";
import { freeArray } from "../base/free.ts";
import { ContractError } from "../errors.ts";
import type { ControlRule } from "../record.ts";
import {
  checkControlReads,
  compareWithControls,
  type ControlCounts,
  controlsOf,
  type ControlValues,
} from "./_control_counts.ts";
import { readsOf } from "./_count_file.ts";
import type { GeneBand } from "./_gene_bands.ts";
import type { ControlInput, PrepareOptions, SignalInput } from "./prepare_options.ts";
import { isAveraged, isNormalised, type SampleFiles } from "./_sample_plan.ts";
import type { SignalCounts } from "./signal/track.ts";
import { flipBins } from "./windows.ts";

/** The numbers of a mark in a cell type, `[gene, bin]` row-major. */
export type SampleCounts =
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>;

/** Options of {@linkcode countSample}. */
export interface CountSampleOptions extends
  Pick<
    PrepareOptions,
    "rule" | "normalisation" | "orientation" | "replicates" | "control" | "onWarning"
  > {
  /** The genes that are counted. */
  readonly band: GeneBand;
  readonly controls: ControlCounts;
  /** What controls left of files in all bands. */
  readonly rest: RestTally;
  /** Counts a file. */
  readonly countFile: (input: SignalInput) => Promise<SignalCounts>;
}

/** Values of some files together, `[gene, bin]` with bins by ascending coordinate, and the reads of their files. */
interface Counted {
  readonly values: Float64Array<ArrayBuffer>;
  readonly files: readonly { readonly name: string; readonly counts: SignalCounts }[];
}

/** Counts the files of a mark in a cell type, and combines them with each other and with their controls. */
export async function countSample(
  sample: SampleFiles,
  options: CountSampleOptions,
): Promise<SampleCounts> {
  const { band: { genes, windows }, orientation = "genomic" } = options;
  const values = isAveraged(options) && sample.files.length > 1
    ? await averageFiles(sample, options)
    : await sumFiles(sample, options);
  if (orientation === "transcript") flipBins(values, genes, { bins: windows.bins });
  const narrowed = narrow(values, options);
  freeArray(values);
  return narrowed;
}

/** The mean of the finished values of each file. */
async function averageFiles(
  sample: SampleFiles,
  options: CountSampleOptions,
): Promise<Float64Array<ArrayBuffer>> {
  const { files } = sample;
  let sum: Float64Array<ArrayBuffer> | undefined;
  for (const file of files) {
    const values = await sumFiles({ ...sample, files: [file] }, options);
    if (sum === undefined) sum = values;
    else addTo(sum, values);
  }
  for (let i = 0; i < sum!.length; i++) sum![i]! /= files.length;
  return sum!;
}

/** The finished values of files as if they were one: their counts are added, and compared with all their controls. */
async function sumFiles(
  sample: SampleFiles,
  options: CountSampleOptions,
): Promise<Float64Array<ArrayBuffer>> {
  const { band: { genes, windows }, control, controls, rest } = options;
  const { files } = sample;
  if (files.length === 0) return new Float64Array(genes.length * windows.bins);
  const counted = await countTogether(files, options);
  if (control !== undefined) {
    const isEmpty = isZero(counted.values);
    await controls.lend(files, (lent) => applyControls(counted, lent, { control, files }));
    rest.add(sample, { isEmpty, isLeft: !isZero(counted.values) }, options.onWarning);
  }
  if (isNormalised(options)) normalise(counted);
  return counted.values;
}

async function countTogether(
  files: readonly SignalInput[],
  { countFile }: CountSampleOptions,
): Promise<Counted> {
  const all: { readonly name: string; readonly counts: SignalCounts }[] = [];
  for (const file of files) {
    const counts = await countFile(file);
    if (all[0] !== undefined) addTo(all[0].counts.values, counts.values);
    all.push({ name: file.name, counts });
  }
  return { values: all[0]!.counts.values, files: all };
}

/** Adds values to a sum, and frees them. */
function addTo(sum: Float64Array, values: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += values[i]!;
  freeArray(values);
}

function applyControls(
  counted: Counted,
  lent: ReadonlyMap<ControlInput, ControlValues>,
  { control, files }: { readonly control: ControlRule; readonly files: readonly SignalInput[] },
): void {
  const own = controlsOf(files).map((input) => ({ input, ...lent.get(input)! }));
  for (const { reads, input } of own) checkControlReads(reads, input.name);
  const reads = totalReads(counted, "scale a control to the depth of");
  const controlReads = own.reduce((sum, { reads }) => sum + reads, 0);
  compareWithControls(counted.values, own.map(({ values }) => values), {
    rule: control,
    scale: reads / controlReads,
  });
}

function isZero(values: Float64Array): boolean {
  return values.every((value) => value === 0);
}

/** What controls left of each mark in each cell type, in all bands of genes. */
export class RestTally {
  readonly #bands: number;
  readonly #seen = new Map<string, { bands: number; isEmpty: boolean; isLeft: boolean }>();

  constructor(bands: number) {
    this.#bands = bands;
  }

  /** Adds a band. Warns with the last of them if a control left nothing: it is probably of another mark. */
  add(
    { cellType, mark, files }: SampleFiles,
    { isEmpty, isLeft }: { readonly isEmpty: boolean; readonly isLeft: boolean },
    onWarning: PrepareOptions["onWarning"],
  ): void {
    const key = JSON.stringify([cellType, mark, files.map(({ name }) => name)]);
    const seen = this.#seen.get(key) ?? { bands: 0, isEmpty: true, isLeft: false };
    this.#seen.set(key, seen);
    seen.bands++;
    seen.isEmpty &&= isEmpty;
    seen.isLeft ||= isLeft;
    if (seen.bands < this.#bands || seen.isEmpty || seen.isLeft) return;
    const [control] = controlsOf(files);
    onWarning?.(
      `nothing is left of ${mark} of ${cellType} when its control ${control?.name} is subtracted: all its values are ` +
        "zero. Is it the control of this mark?",
    );
  }
}

function totalReads({ files }: Counted, why: string): number {
  return files.reduce((sum, { name, counts }) => sum + readsOf(counts, name, why), 0);
}

function normalise(counted: Counted): void {
  const { values, files } = counted;
  const reads = totalReads(counted, "normalise");
  if (reads === 0) {
    throw new ContractError(`Cannot normalise ${files[0]!.name}: it has no reads, expected some`);
  }
  for (let i = 0; i < values.length; i++) values[i]! *= 1e6 / reads;
}

/** Stores plain counts as integers and everything else as float32, in a quarter or half of the memory. */
function narrow(
  values: Float64Array,
  options: Pick<PrepareOptions, "rule" | "normalisation" | "replicates" | "control">,
): SampleCounts {
  const { rule, control } = options;
  const isPlain = rule === "reads" && control === undefined && !isAveraged(options) &&
    !isNormalised(options);
  return isPlain ? narrowIntegers(values) : new Float32Array(values);
}
