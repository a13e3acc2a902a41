/** Reads what the windows of `prepare` lie around: genes or transcripts of an annotation, or intervals in BED. */

import { formatCountOf } from "../base/count.ts";
import { ContractError } from "../errors.ts";
import type { Gene } from "../genome/gene.ts";
import type { ChromosomeAliases } from "../genome/chromosome_aliases.ts";
import { isTranscriptId } from "../genome/transcript_id.ts";
import { geneGroupKey } from "../gene_id.ts";
import type { TssRule } from "../record.ts";
import { checkAnnotation, checkAssemblyOfBundled, takeAnnotationOf } from "./_annotation.ts";
import { checkInputFile } from "./_input_file.ts";
import type { GeneFlags } from "./_prepare_gene_flags.ts";
import type { TranscriptGeneFlags } from "./_transcript_genes.ts";

/** What windows lie around, and what is known about them. */
export interface TakenGenes {
  readonly genes: readonly Gene[];
  /** The assembly that the annotation or the file of windows names. */
  readonly annotationAssembly: string | undefined;
  /** The file that says where the genes are. */
  readonly annotationFile: string;
  /** What the windows are centred on. */
  readonly tss: TssRule;
  readonly chromosomeAliases: ChromosomeAliases | undefined;
}

/** Listeners for messages: what was chosen, and warnings. */
export interface GeneListeners {
  readonly note: (text: string) => void;
  readonly warn: (text: string) => void;
}

/** Checks the files about genes before any work is done. */
export async function checkGeneFiles(flags: GeneFlags): Promise<void> {
  const { genes, windows, tss, geneType, transcriptGenes, chromosomeAliases } = flags;
  if (genes === undefined && windows === undefined) {
    throw new ContractError(
      "Cannot prepare data: found neither --genes nor --windows, expected an annotation or windows in BED",
    );
  }
  if (windows !== undefined && tss !== undefined) {
    throw new ContractError(
      `Cannot centre windows on --tss ${tss}: --windows gives the windows, expected one of the two flags`,
    );
  }
  if (genes === undefined && geneType !== undefined) {
    throw new ContractError(
      `Cannot choose genes of type ${
        geneType.join(" or ")
      }: BED has no types, expected --genes beside --windows`,
    );
  }
  if (genes !== undefined) await checkAnnotation("--genes", genes);
  checkAssemblyOfBundled(genes, flags.assembly);
  for (
    const [flag, path] of [
      ["--windows", windows],
      ["--transcript-genes", transcriptGenes],
      ["--chromosome-aliases", chromosomeAliases],
    ] as const
  ) {
    if (path !== undefined) await checkInputFile(flag, path);
  }
}

/** Reads the genes, transcripts or windows that the flags name. */
export async function takeGenes(flags: GeneFlags, listeners: GeneListeners): Promise<TakenGenes> {
  const { warn: onWarning } = listeners;
  const chromosomeAliases = await takeAliases(flags.chromosomeAliases, onWarning);
  const taken = flags.windows === undefined
    ? await takeAnnotation(flags, listeners)
    : await takeWindows(flags.windows, flags, listeners);
  return { ...taken, chromosomeAliases };
}

// What reads less usual files is loaded where it is needed, so that commands start sooner.

async function takeAliases(
  path: string | undefined,
  onWarning: GeneListeners["warn"],
): Promise<ChromosomeAliases | undefined> {
  if (path === undefined) return undefined;
  const { readChromosomeAliases } = await import("../genome/chromosome_aliases.ts");
  return await readChromosomeAliases(path, { onWarning });
}

type Taken = Omit<TakenGenes, "chromosomeAliases">;

async function takeAnnotation(flags: GeneFlags, listeners: GeneListeners): Promise<Taken> {
  const { genes: path = "", geneType: geneTypes, tss = "gene", transcriptGenes: table } = flags;
  const { note, warn: onWarning } = listeners;
  // The annotation says itself which genes its transcripts are of; where it does not, it asks here.
  const transcriptGenes = await takeTranscripts({ transcriptGenes: table }, onWarning);
  const options = { geneTypes, tss, transcriptGenes, onWarning };
  const { genes, assembly } = await takeAnnotationOf(path, options);
  if (tss === "canonical") {
    note(`Windows: around the canonical transcripts of ${formatCountOf(genes.length, "gene")}`);
  } else if (tss === "transcript") {
    const groups = new Set(genes.map((gene) => geneGroupKey(gene.id, gene))).size;
    note(
      `Windows: around ${formatCountOf(genes.length, "transcript")} of ${
        formatCountOf(groups, "gene")
      }, which no split separates`,
    );
  }
  return { genes, annotationAssembly: assembly, annotationFile: path, tss };
}

async function takeWindows(
  path: string,
  flags: GeneFlags,
  listeners: GeneListeners,
): Promise<Taken> {
  const { geneType: geneTypes, halfWidth } = flags;
  const { note, warn: onWarning } = listeners;
  const { readBedWindows } = await import("../genome/bed_windows.ts");
  const annotation = flags.genes === undefined
    ? undefined
    : await takeAnnotationOf(flags.genes, { geneTypes, onWarning });
  const names = annotation && (await readBedWindows(path)).windows.map(({ id, gene = id }) => gene);
  const areTranscripts = names?.some(isTranscriptId) === true;
  const transcriptGenes = flags.transcriptGenes === undefined && !areTranscripts
    ? undefined
    : await takeTranscripts(flags, onWarning);
  const { windows, lengthsBp, assembly } = await readBedWindows(path, {
    genes: annotation?.genes,
    transcriptGenes,
    onWarning,
  });
  note(`Windows: ${describeWindows(windows.length, { lengthsBp, halfWidth })}`);
  const annotationAssembly = agreeOnBuild(path, assembly, annotation?.assembly);
  return { genes: windows, annotationAssembly, annotationFile: path, tss: "bed" };
}

/** Says how intervals became windows. */
function describeWindows(
  count: number,
  { lengthsBp: [shortest, longest], halfWidth }: {
    readonly lengthsBp: readonly [number, number];
    readonly halfWidth: number;
  },
): string {
  const bp = (length: number) => length.toLocaleString("en-US");
  const intervals = formatCountOf(count, "interval");
  if (shortest === longest && longest === 2 * halfWidth) {
    return `${intervals} of ${bp(longest)} bp, base for base`;
  }
  const lengths = shortest === longest ? bp(longest) : `${bp(shortest)} to ${bp(longest)}`;
  return `the middles of ${intervals} of ${lengths} bp, ± ${bp(halfWidth)} bp`;
}

function agreeOnBuild(
  path: string,
  ofWindows: string | undefined,
  ofGenes: string | undefined,
): string | undefined {
  if (ofWindows === undefined || ofGenes === undefined || ofWindows === ofGenes) {
    return ofWindows ?? ofGenes;
  }
  throw new ContractError(
    `Cannot use the windows of ${path}: they are of ${ofWindows} by their header, and the genes are of ${ofGenes}, ` +
      "expected one assembly",
  );
}

async function takeTranscripts(
  flags: TranscriptGeneFlags,
  onWarning: GeneListeners["warn"],
): Promise<ReadonlyMap<string, string> | undefined> {
  if (flags.genes === undefined && flags.transcriptGenes === undefined) return undefined;
  const { takeTranscriptGenes } = await import("./_transcript_genes.ts");
  return (await takeTranscriptGenes(flags, onWarning))?.genes;
}
