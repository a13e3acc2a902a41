/** Counts the page's files into prepared data, as the command `prepare` does with the same choices. */

import { formatBytes } from "../../base/byte_count.ts";
import { formatCountOf } from "../../base/count.ts";
import { ContractError } from "../../errors.ts";
import type { GeneDetails } from "../../gene_id.ts";
import {
  type ControlInput,
  type CountingRule,
  type Preparation,
  prepare,
  type PrepareOptions,
  type SampleSheet,
  type SignalFormat,
  type SignalInput,
} from "../../genome/mod.ts";
import { writeCompetition } from "../../io/competition_writer.ts";
import type { CountSettings } from "../protocol.ts";
import { arrangeInputs, isAssigned } from "./arrange_inputs.ts";
import type { CallContext } from "./call.ts";
import type { ChosenGenes } from "./chosen_genes.ts";
import type { InputFile, InputList } from "./input_list.ts";
import { signalFileOf } from "./input_list.ts";
import { describeOldIndex, openGivenSignal } from "./inspect_signal.ts";
import { readLabels } from "./labels.ts";
import { ProfileSums } from "./profile_sums.ts";
import { withoutCommands } from "./without_commands.ts";

/** What is counted. */
export interface CountJob {
  readonly inputs: InputList;
  readonly genes: ChosenGenes;
  readonly settings: CountSettings;
  /** How many bytes the samples may take in memory. */
  readonly mostDataBytes: number;
}

/** Files that are ready to be counted. */
export interface ReadyCount {
  /** Counts, and writes prepared data. */
  readonly write: (sink: WritableStream<Uint8Array>) => Promise<void>;
  /** What was chosen, and what was odd; complete once all is written. */
  readonly notes: readonly string[];
}

/** The rule that files of a format are counted by, unless another is given. */
const USUAL_RULES: Readonly<Record<SignalFormat, CountingRule>> = {
  bam: "reads",
  cram: "reads",
  bed: "reads",
  bigwig: "mean",
  bedgraph: "mean",
  peaks: "enrichment",
};

/**
 * Inspects the files and joins expression, so that what is wrong is said before the counting.
 *
 * @throws {ContractError} If the samples would not fit into memory, or the files contradict each other.
 * @throws {FormatError} If a file is damaged.
 */
export async function readyCount(job: CountJob, context: CallContext): Promise<ReadyCount> {
  const { inputs, genes: chosen, settings } = job;
  const notes = [...chosen.warnings];
  const onWarning = (text: string) => void notes.push(withoutCommands(text));
  const files = inputs.signal.filter(isAssigned);
  const { replicates, control, missingMarks, expressionTransform } = settings;
  const listeners = { onWarning, onNote: onWarning };
  const sheet = await arrangeInputs(files, { replicates, control, missingMarks, ...listeners });
  const labelled = await readLabels({
    files: inputs.expression,
    genes: chosen,
    sheet,
    transform: expressionTransform,
    onWarning,
  });
  notes.push(...labelled?.notes ?? [], ...labelled?.warnings ?? []);
  const genes = labelled?.genes ?? chosen.genes;
  for (const file of files) {
    const old = describeOldIndex(signalFileOf(file));
    if (old !== undefined) notes.push(old);
  }
  const watcher = watchCounting(context, files.length * genes.length);
  const preparation = await prepare(genes, signalInputs(sheet, inputs, files), {
    rule: settings.rule ?? usualRule(files),
    replicates,
    control,
    missingMarks: missingMarks === "mask" ? "mask" : "refuse",
    marks: sheet.marks,
    cellTypeGroups: sheet.cellTypeGroups,
    labels: labelled?.labels,
    expressionTransform: expressionTransform ?? "none",
    assembly: settings.assembly,
    annotationAssembly: chosen.assembly,
    annotationFile: chosen.name,
    tss: "gene",
    ...watcher,
    onWarning,
  });
  checkSize(preparation, job.mostDataBytes);
  notes.unshift(describeCount(preparation));
  return { notes, write: (sink) => writePrepared(sink, preparation) };
}

/** The rule of files of one kind; the reader refuses files of several kinds. */
function usualRule([first]: readonly InputFile[]): CountingRule {
  return USUAL_RULES[first?.recognised.format ?? "bam"];
}

function signalInputs(
  { entries }: SampleSheet,
  inputs: InputList,
  files: readonly InputFile[],
): SignalInput[] {
  const controls = new Map<string, ControlInput>();
  const controlOf = (name: string): ControlInput => {
    const known = controls.get(name) ?? openerOf(requireFile(inputs, name));
    controls.set(name, known);
    return known;
  };
  return entries.map(({ cellType, mark, replicate, path, control }) => ({
    cellType,
    mark,
    ...openerOf(files[Number(path)]!),
    ...(replicate !== undefined && { replicate }),
    ...(control && { control: controlOf(control.path) }),
  }));
}

function requireFile(inputs: InputList, name: string): InputFile {
  const found = inputs.find(name);
  if (found?.recognised.role === "signal") return found;
  throw new ContractError(
    `Cannot use control ${name}: it is missing among the files, expected that it was added too`,
  );
}

function openerOf(input: InputFile): ControlInput {
  const signal = signalFileOf(input);
  return { name: input.file.name, open: () => openGivenSignal(signal) };
}

/** Hooks that tell how far the counting is and what the bins look like, and that end it when it is cancelled. */
function watchCounting(
  { signal, onProgress }: CallContext,
  total: number,
): Pick<PrepareOptions, "onProgress" | "onValues" | "signal"> {
  const profiles = new ProfileSums();
  let doing = "Reading the files";
  let done = 0;
  return {
    signal,
    onProgress: (genes) => {
      done = genes.done;
      onProgress({ doing, done, total: genes.total });
    },
    onValues: ({ mark, cellType }, values) => {
      signal.throwIfAborted();
      doing = `Counting ${mark} of ${cellType}`;
      const mean = profiles.add(mark, cellType, values);
      if (mean === undefined) return;
      onProgress({ doing, done, total, bins: { mark, cellType, mean } });
    },
  };
}

/** Throws if the samples would take more memory than the page may use. */
function checkSize({ genes, cellTypes, bins, record }: Preparation, mostBytes: number): void {
  const values = genes.length * cellTypes.length * bins * record.marks.length;
  // Counts of reads are kept in two bytes unless they are large, other values in four.
  const bytes = values * (record.countingRule === "reads" ? 2 : 4);
  if (bytes <= mostBytes) return;
  throw new ContractError(
    `Cannot count ${formatCountOf(cellTypes.length, "cell type")} × ${
      formatCountOf(genes.length, "gene")
    } here: they would take ${formatBytes(bytes)} of memory, and this page may use ${
      formatBytes(mostBytes)
    }, expected fewer cell types or genes; the command histone prepare counts any number`,
  );
}

function describeCount({ record, cellTypes, genes, bins, files }: Preparation): string {
  const { marks, binSizeBp, countingRule, assembly } = record;
  const what = [
    formatCountOf(cellTypes.length, "cell type"),
    formatCountOf(genes.length, "gene"),
    `${formatCountOf(bins, "bin")} of ${binSizeBp} bp`,
    formatCountOf(marks.length, "mark"),
  ].join(" × ");
  return `Counted ${
    formatCountOf(files.marks, "file")
  } by ${countingRule}: ${what}; assembly ${assembly}`;
}

/** Writes what the command writes, deflated, since the browser's disk may be small. */
async function writePrepared(
  sink: WritableStream<Uint8Array>,
  preparation: Preparation,
): Promise<void> {
  const { record, genes, cellTypeGroups, missingMarks } = preparation;
  const geneDetails = new Map<string, GeneDetails>();
  for (const gene of genes) geneDetails.set(gene.id, gene);
  await writeCompetition(sink, preparation.streamedBlocks(), {
    record,
    geneDetails,
    cellTypeGroups,
    missingMarks,
    compress: true,
  });
}
