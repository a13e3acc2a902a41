/** Inspects all files before any is counted. */

import { formatCountOf } from "../base/count.ts";
import { freeArray } from "../base/free.ts";
import { ContractError } from "../errors.ts";
import { compareWithAnnotation } from "./_annotation_assembly.ts";
import { checkAccessions } from "./_contig_assembly.ts";
import { checkValues } from "./_check_values.ts";
import { FileMessages, type WarnOnce } from "./file_messages.ts";
import { listSome } from "./wording.ts";
import { agreeOnAssembly, type FileAssembly, identifyAssembly } from "./assembly.ts";
import { ASSEMBLIES_WITH_SIZES, collectChromosomes } from "./chromosome_sizes.ts";
import { checkAssembly, chromosomeMatcher, type Contig, matchChromosome } from "./chromosomes.ts";
import type { Gene } from "./gene.ts";
import type { PrepareOptions, SignalInput } from "./prepare_options.ts";
import { checkOptions, holdsReads } from "./signal/check_options.ts";
import type { SignalTrack } from "./signal/track.ts";
import type { GeneWindows } from "./windows.ts";

/** The result of inspecting all files. */
export interface Inspection {
  /** Name of the assembly, or `unknown`. */
  readonly assembly: string;
  /** The chromosomes whose lengths are known. */
  readonly chromosomes: readonly Required<Contig>[];
}

/** Options for inspecting files. */
export interface InspectOptions extends PrepareOptions {
  readonly windows: GeneWindows;
  readonly warnOnce: WarnOnce;
}

/** Opens every file once, checks what can be checked without counting, and finds the assembly. */
export async function inspectInputs(
  genes: readonly Gene[],
  inputs: readonly SignalInput[],
  options: InspectOptions,
): Promise<Inspection> {
  const aliases = options.windows.chromosomeAliases;
  const found: FileAssembly[] = [];
  const contigs: { readonly file: string; readonly contigs: readonly Contig[] }[] = [];
  const warnings = new FileMessages();
  let holdsRows = false;
  for (const input of inputs) {
    const { name } = input;
    const { track, close } = await input.open();
    try {
      checkOptions(track, options);
      checkNormalisation(track, options);
      warnings.add(name, track.warnings);
      found.push({
        file: name,
        assembly: track.contigs && identifyAssembly(track.contigs, aliases),
      });
      contigs.push({ file: name, contigs: track.contigs ?? [] });
      holdsRows ||= track.format === "bed";
      if (track.contigs !== undefined) {
        for (const message of checkAssembly(genes, track.contigs, { file: name, aliases })) {
          options.warnOnce(message, name);
        }
      }
      if (track.hasSoundSummary === false) await countEarly(track, input, { ...options, genes });
    } finally {
      close();
    }
  }
  for (const { message, file } of warnings.list()) options.warnOnce(message, file);
  const agreed = agreeOnAssembly(found, options.assembly);
  const assembly = compareWithAnnotation(agreed, found, options);
  for (const { file, contigs: own } of contigs) checkAccessions(own, { file, assembly });
  const all = contigs.flatMap(({ contigs }) => contigs);
  const chromosomes = collectChromosomes({ contigs: all, assembly });
  if (holdsRows) warnOfUnknownEnds(genes, chromosomes, options);
  return { assembly, chromosomes };
}

/** Counts a file that may hold values that a data set cannot, so that they are found before other files are counted. */
async function countEarly(
  track: SignalTrack,
  input: SignalInput,
  options: InspectOptions & { readonly genes: readonly Gene[] },
): Promise<void> {
  const { rule, windows, blacklist } = options;
  const { values } = await track.count(windows, { rule, blacklist });
  checkValues(values, input, options);
  freeArray(values);
}

function checkNormalisation({ name, format }: SignalTrack, options: PrepareOptions): void {
  if (options.normalisation !== "rpm" || holdsReads(format)) return;
  const what = format === "peaks" ? "peaks have" : "a signal track has";
  throw new ContractError(
    `Cannot normalise ${name}: ${what} no reads to count, expected normalisation none`,
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
