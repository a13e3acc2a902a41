/** Inspects all files before any is counted. */

import { formatCountOf } from "../base/count.ts";
import { freeArray } from "../base/free.ts";
import { ContractError } from "../errors.ts";
import { checkAccessions } from "./_contig_assembly.ts";
import { checkValues } from "./_check_values.ts";
import { FileMessages, type WarnOnce } from "./file_messages.ts";
import type { AssemblyEvidence } from "./_annotation_assembly.ts";
import { warnOfNamedAssemblies } from "./_named_assembly.ts";
import { agreeOnData, listSaid } from "./_said_assembly.ts";
import { listSome } from "./wording.ts";
import { type FileAssembly, identifyAssembly } from "./assembly.ts";
import { ASSEMBLIES_WITH_SIZES, collectChromosomes } from "./chromosome_sizes.ts";
import { checkAssembly, chromosomeMatcher, type Contig, matchChromosome } from "./chromosomes.ts";
import type { Gene } from "./gene.ts";
import { countBandsOfFile, GeneBands } from "./_gene_bands.ts";
import { asControl, type CountedFile } from "./_count_file.ts";
import type { PrepareOptions } from "./prepare_options.ts";
import { isNormalised, type SamplePlan } from "./_sample_plan.ts";
import { checkOptions, holdsReads } from "./signal/check_options.ts";
import type { SignalFormat, SignalTrack } from "./signal/track.ts";
import type { GeneWindows } from "./windows.ts";

/** The result of inspecting all files. */
export interface Inspection {
  /** Name of the assembly, or `unknown`. */
  readonly assembly: string;
  /** The chromosomes whose lengths are known. */
  readonly chromosomes: readonly Required<Contig>[];
  /** What the files hold. */
  readonly formats: ReadonlySet<SignalFormat>;
}

/** Options for inspecting files. */
export interface InspectOptions extends PrepareOptions {
  readonly windows: GeneWindows;
  readonly warnOnce: WarnOnce;
  /**
   * Whether files that may hold values which a data set cannot are counted here, so that these are found early.
   *
   * @default {true}
   */
  readonly countsEarly?: boolean | undefined;
}

/** Opens every file once, checks what can be checked without counting, and finds the assembly. */
export async function inspectInputs(
  genes: readonly Gene[],
  plan: SamplePlan,
  options: InspectOptions,
): Promise<Inspection> {
  const { countsEarly = true } = options;
  const aliases = options.windows.chromosomeAliases;
  const found: FileAssembly[] = [];
  const said: AssemblyEvidence[] = [];
  const contigs: { readonly file: string; readonly contigs: readonly Contig[] }[] = [];
  const warnings = new FileMessages();
  const formats = new Map<SignalFormat, string>();
  for (const input of listFiles(plan)) {
    const { name } = input;
    options.signal?.throwIfAborted();
    const { track, close } = await input.open();
    try {
      checkOptions(track, options);
      checkDepth(track, options);
      warnings.add(name, track.warnings);
      found.push({
        file: name,
        assembly: track.contigs && identifyAssembly(track.contigs, aliases),
      });
      said.push(...listSaid(input, track));
      contigs.push({ file: name, contigs: track.contigs ?? [] });
      if (!formats.has(track.format)) formats.set(track.format, name);
      if (track.contigs !== undefined) {
        for (const message of checkAssembly(genes, track.contigs, { file: name, aliases })) {
          options.warnOnce(message, name);
        }
      }
      if (track.hasSoundSummary === false && countsEarly) {
        await countEarly(track, input, { ...options, genes });
      }
    } finally {
      close();
    }
  }
  checkFragmentsPerRead(formats, options);
  for (const { message, file } of warnings.list()) options.warnOnce(message, file);
  const assembly = agreeOnData(found, said, options);
  warnOfNames(found, said, { ...options, assembly });
  for (const { file, contigs: own } of contigs) checkAccessions(own, { file, assembly });
  const all = contigs.flatMap(({ contigs }) => contigs);
  const chromosomes = collectChromosomes({ contigs: all, assembly });
  if (formats.has("bed")) warnOfUnknownEnds(genes, chromosomes, options);
  return { assembly, chromosomes, formats: new Set(formats.keys()) };
}

/** Compares the assembly with the names of files where neither lengths nor words say theirs. */
function warnOfNames(
  found: readonly FileAssembly[],
  said: readonly AssemblyEvidence[],
  { assembly, blacklist, annotationAssembly, annotationFile, onWarning }: InspectOptions & {
    readonly assembly: string;
  },
): void {
  const telling = new Set(said.map(({ file }) => file));
  const signals = found.filter(({ file, assembly }) => assembly === undefined && !telling.has(file))
    .map(({ file }) => file);
  const genes = annotationAssembly === undefined ? annotationFile : undefined;
  const files = [...signals, genes, blacklist?.name].filter((file) => file !== undefined);
  warnOfNamedAssemblies(files, { assembly, onWarning });
}

/**
 * Throws if fragments are compared by the numbers of reads of files of which some have a row for each fragment, and
 * others two reads.
 */
function checkFragmentsPerRead(
  formats: ReadonlyMap<SignalFormat, string>,
  options: PrepareOptions,
): void {
  const rows = formats.get("bed");
  const pairs = formats.get("bam") ?? formats.get("cram");
  if (options.fragments !== true || rows === undefined || pairs === undefined) return;
  if (options.control === undefined && !isNormalised(options)) return;
  throw new ContractError(
    `Cannot scale fragments to the depth of their files: ${rows} has a row for each, and ${pairs} two reads, ` +
      "expected files of one kind",
  );
}

/** Every file, in the order of the samples, and after those of a sample its controls that were not listed before. */
export function* listFiles({ samples, controls }: SamplePlan): Generator<CountedFile> {
  const left = new Set(controls);
  for (const { files, cellType, mark } of samples) {
    yield* files;
    for (const { control } of files) {
      if (control === undefined || !left.delete(control)) continue;
      yield asControl(control, { cellType, mark });
    }
  }
}

/** Counts a file that may hold values that a data set cannot, so that they are found before other files are counted. */
async function countEarly(
  track: SignalTrack,
  input: CountedFile,
  options: InspectOptions & { readonly genes: readonly Gene[] },
): Promise<void> {
  const { rule, blacklist, genes, signal } = options;
  const bands = new GeneBands(genes, countBandsOfFile(options), options);
  for (let number = 0; number < bands.count; number++) {
    const band = bands.at(number);
    const { values } = await track.count(band.windows, { rule, blacklist, signal });
    checkValues(values, input, band);
    freeArray(values);
  }
}

/** Throws if a number needs the reads of the whole file, and the file is of no reads. */
function checkDepth({ name, format }: SignalTrack, options: PrepareOptions): void {
  if (holdsReads(format)) return;
  const what = format === "peaks" ? "peaks have" : "a signal track has";
  if (options.control !== undefined) {
    throw new ContractError(
      `Cannot use controls with ${name}: ${what} no reads by which a control is scaled to the depth of a mark, ` +
        "expected reads (BAM, CRAM or BED), or what was compared with a control already",
    );
  }
  if (!isNormalised(options)) return;
  throw new ContractError(
    `Cannot normalise ${name}: ${what} no reads to count, expected normalisation none` +
      (options.replicates === "mean-rpm" ? ", and replicates by mean" : ""),
  );
}

/**
 * Warns about chromosomes whose ends are unknown, since rows do not give them and extended reads may reach past them.
 */
function warnOfUnknownEnds(
  genes: readonly Gene[],
  chromosomes: readonly Contig[],
  { extendBp = 0, onWarning, windows }: InspectOptions,
): void {
  if (extendBp === 0) return;
  const match = chromosomeMatcher(chromosomes.map(({ name }) => name), windows.chromosomeAliases);
  const lacking = genes.filter((gene) => matchChromosome(match, gene) === undefined);
  const unknown = new Set(lacking.map(({ chromosome }) => chromosome));
  if (unknown.size === 0) return;
  onWarning?.(
    `the ends of ${formatCountOf(unknown.size, "chromosome")} (${
      listSome([...unknown])
    }) are not known, so reads that are extended past an end are counted there: name the assembly, if it is ` +
      `one of ${ASSEMBLIES_WITH_SIZES.join(", ")}`,
  );
}
