/** `deno task prepare` turns BAM, bigWig or BED files into data for training or prediction. */

import { quotePath } from "../base/shell.ts";
import type { WriteFileOptions } from "../files/file.ts";
import { type Preparation, prepare } from "../genome/prepare.ts";
import type { KeptCounts } from "../genome/prepare_options.ts";
import type { ReadGeneSequences } from "../genome/sequence/gene_sequences.ts";
import type { CommandCall, CommandDefinition } from "./flags.ts";
import { announcePreparation } from "./_announce_preparation.ts";
import { DEEPTOOLS_FLAGS } from "./_deeptools_flags.ts";
import { updateGeneNumbers } from "./_gene_numbers.ts";
import { describeDna, takeDna } from "./_genome_flags.ts";
import { commandLine, formatNext } from "./_place.ts";
import { declarePrepareFlags, type PrepareFlags } from "./_prepare_flags.ts";
import { readPrepareSheet, takePrepareInputs } from "./_prepare_inputs.ts";
import { openPage } from "./_page_flags.ts";
import { kindOfPrepared, openPrepared, type PreparedSamples } from "./_prepared_output.ts";
import { PreparedPage } from "./_prepared_page.ts";
import { ProgressLine } from "./_progress.ts";
import type { GatherCall, Gathered } from "./_units.ts";
import { warn } from "./_warn.ts";
import { withNothingKept } from "./_interrupt.ts";

/** Command `prepare`. */
export const command: CommandDefinition<PrepareFlags> = {
  name: "prepare",
  summary:
    "Counts BAM, CRAM, bigWig, BED, bedGraph or peak files around transcription start sites " +
    "into a data set for train, predict and evaluate.",
  examples: [
    [
      "deno task prepare --samples sheet.tsv --genes genes.gtf.gz --expression rpkm.tsv " +
      "--expression-transform log2p1 --signal reads --out data.npz",
      "for training; sheet.tsv has the header cell_type, mark, path",
    ],
    [
      "deno task prepare --samples sheet.tsv --genes genes.gtf.gz --expression-transform log2p1 " +
      "--signal reads --out data.npz",
      "the same with one expression file per sample, such as salmon's, named in column expression of sheet.tsv",
    ],
    [
      "deno task prepare --samples sheet.tsv --genes genes.bed --signal mean --out new.npz",
      "bigWig tracks, for prediction",
    ],
    [
      "deno task prepare --samples sheet.tsv --genes genes.gtf.gz --signal reads --fragments " +
      "--blacklist hg38-blacklist.bed.gz --out cutandrun.npz",
      "CUT&RUN: a pair of reads counts once, as its fragment",
    ],
    [
      "deno task prepare --samples sheet.csv --replicates sum --control subtract --genes genes.gtf.gz " +
      "--signal reads --out data.npz",
      "replicates are added up and inputs subtracted; sheet.csv has columns replicate and control too",
    ],
    [
      "deno task prepare --samples samplesheet.csv --results results --replicates keep --genes genes.gtf.gz " +
      "--signal reads --out data.npz",
      "the samplesheet and the results of nf-core/chipseq or nf-core/cutandrun",
    ],
    [
      'deno task prepare --samples metadata.tsv --output-type "fold change over control" --assembly hg38 ' +
      "--results downloads --genes genes.gtf.gz --signal mean --out data.npz",
      "files of ENCODE",
    ],
    [
      "deno task prepare --samples sheet.tsv --genes genes.gtf.gz --signal reads --out data.zarr",
      "samples x features for Python's anndata",
    ],
    [
      "deno task prepare --samples sheet.tsv --genes gencode.gtf.gz --tss canonical --expression rpkm.tsv " +
      "--signal reads --out data.npz",
      "around canonical transcripts; --windows promoters.bed takes windows of your own",
    ],
    [
      "deno task prepare --samples sheet.tsv --genes genes.gtf.gz --expression rpkm.tsv --signal reads " +
      "--genome hg19.2bit --sequence-half-width 5000 --out data.npz",
      "with the genes' DNA, for models that read it",
    ],
  ],
  declare: declarePrepareFlags,
  aliases: DEEPTOOLS_FLAGS,
  run,
  units: {
    startsOver: true,
    plan: async (flags, call) => await (await loadUnits()).planPrepare(flags, call),
    work: async (flags, call) => await (await loadUnits()).workPrepare(flags, call),
    gather,
  },
};

/** Units need hundreds of modules more, which take longer to load than reading the genes. */
async function loadUnits(): Promise<typeof import("./_prepare_units.ts")> {
  return await import("./_prepare_units.ts");
}

/** Prepares the data with the counts of all units. */
async function gather(flags: PrepareFlags, call: GatherCall): Promise<Gathered> {
  const { takeCounts } = await loadUnits();
  const kept = await takeCounts(flags, call);
  // An earlier call may have been killed after it had written the data, and before what stands beside them.
  const overwrite = flags.overwrite || call.holdsOwn;
  const { begin, keep } = call;
  await prepareData({ ...flags, overwrite }, call, { kept, begin, onWhole: keep });
  return { next: [] };
}

function run(flags: PrepareFlags, call: CommandCall): Promise<void> {
  return prepareData(flags, call, {});
}

/** How the data are prepared when they are gathered. */
interface PrepareDataOptions extends WriteFileOptions {
  /** Counts of files that were counted before. */
  readonly kept?: KeptCounts;
  /** Called before anything is written. */
  readonly begin?: () => Promise<void>;
}

/** Does the work of the command. */
async function prepareData(
  flags: PrepareFlags,
  call: Pick<CommandCall, "signal">,
  { kept, begin, onWhole }: PrepareDataOptions,
): Promise<void> {
  const signal = withNothingKept(call.signal);
  const sheet = await readPrepareSheet(flags, signal);
  const { out } = flags;
  await using output = await openPrepared(flags, { onWhole });
  await using page = await openPage(out, flags);
  const seen = new PreparedPage(page);
  const progress = new ProgressLine("genes");
  const onWarning = (text: string) => {
    progress.clear();
    seen.addWarning(text);
    warn(text);
  };
  const { genes, inputs, options, place } = await takePrepareInputs(sheet, flags, {
    onWarning,
    signal,
  });
  const preparation = await prepare(genes, inputs, {
    ...options,
    kept,
    onProgress: ({ done, total }) => progress.update({ done, total, label: "counting" }),
    onFile: (file) => seen.addFile(file),
  });
  announcePreparation(preparation);
  const { assembly } = preparation.record;
  const dna = await takeDna(flags, { ...place, genes, assembly, signal });
  await begin?.();
  await output.write(seen.watch(withDna(preparation, dna)));
  progress.clear();
  console.info(output.done);
  if (kindOfPrepared(out, flags) === "npz") await updateGeneNumbers(out, genes);
  await seen.write();
  // Models refuse data with marks that were not measured.
  const isWhole = preparation.missingMarks === undefined;
  printNextStep(out, { isLabelled: options.labels !== undefined, isWhole });
}

/** Adds DNA to samples, and says what it is. */
function withDna(preparation: Preparation, dna: ReadGeneSequences | undefined): PreparedSamples {
  if (dna === undefined) return preparation;
  const { sequences, record: sequence } = dna;
  console.info(`DNA: ${describeDna(dna)}`);
  return { ...preparation, record: { ...preparation.record, sequence }, sequences };
}

function printNextStep(
  out: string,
  { isLabelled, isWhole }: { readonly isLabelled: boolean; readonly isWhole: boolean },
): void {
  const data = quotePath(out);
  console.info(formatNext("Next", `${commandLine("doctor")} ${data}`));
  if (!isWhole) return;
  const then = isLabelled
    ? `${commandLine("train")} --data ${data} --preset waka3`
    : `${commandLine("predict")} --model RUN --data ${data}`;
  console.info(formatNext("Then", then));
}
