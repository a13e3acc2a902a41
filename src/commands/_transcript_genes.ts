/** Finds the gene of each transcript: the annotation says it, and where it does not, the flag's table. */

import { formatCountOf } from "../base/count.ts";
import { geneKey } from "../gene_id.ts";
import type { TranscriptGenes } from "../genome/expression/labels.ts";
import { NoTranscriptsError, readTranscriptGenes } from "../genome/transcripts.ts";
import { fileOfAnnotation } from "./_annotation.ts";

/** The gene of each transcript by its `transcriptKey`, as one file has it. */
type GenesOfFile = ReadonlyMap<string, string>;

/** The flags that name the files. */
export interface TranscriptGeneFlags {
  /** The annotation, whose word counts. */
  readonly genes?: string | undefined;
  /** A file that says what genes transcripts are of, where the annotation does not. */
  readonly transcriptGenes?: string | undefined;
}

/** What messages call the annotation. */
const ANNOTATION = "the annotation";

/**
 * Reads the genes of transcripts from the files of the flags.
 *
 * @returns The genes, and which of the files decided; `undefined` if no flag names a file.
 * @throws {FormatError} If a file is damaged, or none of them has transcripts.
 */
export async function takeTranscriptGenes(
  { genes, transcriptGenes: table }: TranscriptGeneFlags,
  onWarning: (message: string) => void,
): Promise<TranscriptGenes | undefined> {
  const annotation = fileOfAnnotation(genes);
  const options = { onWarning };
  if (table === undefined) {
    if (annotation === undefined) return undefined;
    return { genes: await readTranscriptGenes(annotation, options), source: ANNOTATION };
  }
  const others = await readTranscriptGenes(table, options);
  const own = annotation === undefined ? undefined : await readIfAny(annotation, onWarning);
  if (own === undefined || annotation === undefined) return { genes: others, source: table };
  warnOfContradictions({ own, others, annotation, table }, onWarning);
  const joined = new Map([...others, ...own]);
  const addsSome = joined.size > own.size;
  return { genes: joined, source: addsSome ? `${ANNOTATION} and ${table}` : ANNOTATION };
}

/** Reads the transcripts of an annotation, which need not have any if a table has them. */
async function readIfAny(
  file: string,
  onWarning: (message: string) => void,
): Promise<GenesOfFile | undefined> {
  try {
    return await readTranscriptGenes(file, { onWarning });
  } catch (error) {
    // What is wrong with a damaged file must be known: its transcripts would be those of the table without a word.
    if (error instanceof NoTranscriptsError) return undefined;
    throw error;
  }
}

interface BothSources {
  readonly own: GenesOfFile;
  readonly others: GenesOfFile;
  readonly annotation: string;
  readonly table: string;
}

function warnOfContradictions(
  { own, others, annotation, table }: BothSources,
  onWarning: (message: string) => void,
): void {
  // A table may call the genes by symbols: only a gene that the annotation knows by this name can be another gene.
  const known = new Set(Array.from(own.values(), geneKey));
  const differing = [...others].filter(([transcript, gene]) => {
    const meant = own.get(transcript);
    return meant !== undefined && known.has(geneKey(gene)) && geneKey(gene) !== geneKey(meant);
  });
  const [first] = differing;
  if (first === undefined) return;
  const [transcript, gene] = first;
  onWarning(
    `${table}: ${
      formatCountOf(differing.length, "transcript")
    } of other genes than ${annotation} says, such as ` +
      `"${transcript}" of ${gene} and not ${
        own.get(transcript)
      }: those of the annotation are taken`,
  );
}
