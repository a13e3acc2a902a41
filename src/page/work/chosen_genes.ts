/** The genes that the page counts around. */

import type { ByteSource } from "../../files/byte_source.ts";
import { type Annotation, readAnnotation, readTranscriptGenes } from "../../genome/mod.ts";
import type { BundledGenes } from "../protocol.ts";
import type { GivenFile } from "./given_file.ts";

/** Genes, and where they are from. */
export interface ChosenGenes extends Annotation {
  /** Name of the bundled genes, or of the file. */
  readonly name: string;
  /** What was odd about the file. */
  readonly warnings: readonly string[];
  /** Reads which gene each transcript is of, where the file may say that. */
  readonly transcripts?: () => Promise<ReadonlyMap<string, string>>;
}

/** Takes the genes of an annotation that was given. */
export async function genesOfFile(file: GivenFile): Promise<ChosenGenes> {
  const warnings: string[] = [];
  const annotation = await withOpened(
    file,
    (source) => readAnnotation(source, { tss: "gene", onWarning: (text) => warnings.push(text) }),
  );
  return {
    ...annotation,
    name: file.name,
    warnings,
    transcripts: () => withOpened(file, (source) => readTranscriptGenes(source)),
  };
}

/** Takes genes that come with the page. */
export async function genesOfPage(
  name: BundledGenes,
  read: (name: BundledGenes) => Promise<Annotation>,
): Promise<ChosenGenes> {
  return { ...await read(name), name, warnings: [] };
}

async function withOpened<Result>(
  file: GivenFile,
  use: (source: ByteSource) => Promise<Result>,
): Promise<Result> {
  const source = await file.open();
  try {
    return await use(source);
  } finally {
    source.close();
  }
}
