/** Flags that name a genome, from which genes take their DNA. */

import type { Command } from "commander";
import { formatCountOf } from "../base/count.ts";
import { NO_SEQUENCE } from "../base/sequences.ts";
import { ContractError } from "../errors.ts";
import { isAddress } from "../files/http_address.ts";
import { HttpFiles } from "../files/http_files.ts";
import type { ChromosomeAliases, Gene } from "../genome/mod.ts";
import type { ReadGeneSequences } from "../genome/sequence/gene_sequences.ts";
import {
  type Orientation,
  ORIENTATIONS,
  type TssRule,
  UNKNOWN_BASES,
  type UnknownBases,
} from "../record.ts";
import { choice, integer } from "./flags.ts";
import { checkInputFile } from "./_input_file.ts";
import { checkHosts, checkRedirects } from "./_network.ts";
import { ProgressLine } from "./_progress.ts";
import { warn } from "./_warn.ts";
import type { Progress } from "../progress.ts";
import { withNothingKept } from "./_interrupt.ts";

/** Flags of {@linkcode declareGenome}. */
export interface GenomeFlags {
  readonly genome?: string | undefined;
  readonly sequenceHalfWidth?: number | undefined;
  readonly sequenceOrientation?: Orientation | undefined;
  readonly unknownBases?: UnknownBases | undefined;
}

/** Declares the flags. */
export function declareGenome(command: Command): Command {
  return command
    .option(
      "--genome <path>",
      "genome from which the genes' DNA is taken: 2bit, or FASTA, plain or from bgzip; a path or an address",
    )
    .option(
      "--sequence-half-width <bp>",
      "bases of DNA to either side of the TSS (default: 5000)",
      integer(1),
    )
    .option(
      "--sequence-orientation <name>",
      `letters of minus-strand genes: ${
        ORIENTATIONS.join(", ")
      } (default: transcript, their reverse complement)`,
      choice(ORIENTATIONS),
    )
    .option(
      "--unknown-bases <name>",
      "what N becomes: none, which models see as four zeros, or A (default: none)",
      choice(UNKNOWN_BASES),
    );
}

/**
 * Throws unless the genome is there, and may be reached. Call it before anything is read.
 *
 * @throws {ContractError} If it is not, or another flag of DNA is given without it.
 */
export async function checkGenome(
  { genome, sequenceHalfWidth, sequenceOrientation, unknownBases }: GenomeFlags,
): Promise<void> {
  if (genome === undefined) {
    const others = [
      ["--sequence-half-width", sequenceHalfWidth],
      ["--sequence-orientation", sequenceOrientation],
      ["--unknown-bases", unknownBases],
    ] as const;
    const given = others.find(([, value]) => value !== undefined);
    if (given === undefined) return;
    throw new ContractError(
      `Cannot use ${given[0]}: found no --genome, expected the file that the DNA is taken from`,
    );
  }
  if (isAddress(genome)) checkHosts([genome], "--genome is there");
  else await checkInputFile("--genome", genome);
}

/** Where the genes lie. */
export interface GenesToRead {
  readonly genes: readonly Gene[];
  /** The assembly of the data; `unknown` if it is not known. */
  readonly assembly: string;
  readonly tss?: TssRule | undefined;
  readonly chromosomeAliases?: ChromosomeAliases | undefined;
  readonly signal: AbortSignal;
}

/**
 * Reads the DNA of genes from the genome that the flags name.
 *
 * @returns `undefined` without `--genome`.
 */
export async function takeDna(
  flags: GenomeFlags,
  { genes, assembly, tss, chromosomeAliases, signal: asked }: GenesToRead,
): Promise<ReadGeneSequences | undefined> {
  const { genome: place, sequenceHalfWidth, sequenceOrientation, unknownBases } = flags;
  if (place === undefined) return undefined;
  // Most data have no DNA: what reads it is loaded only here.
  const { openGenome } = await import("../genome/sequence/open_genome.ts");
  const { readGeneSequences } = await import("../genome/sequence/gene_sequences.ts");
  const signal = withNothingKept(asked);
  const progress = new ProgressLine();
  const show = (label: string) => ({ done, total }: Progress) =>
    progress.update({ done, total, label });
  const remote = new HttpFiles({ signal });
  if (isAddress(place)) {
    await checkRedirects([place], { remote, reason: "the server of --genome redirects there" });
  }
  const say = (print: (text: string) => void) => (text: string) => {
    progress.clear();
    print(text);
  };
  const genome = await openGenome(place, {
    remote,
    onNote: say((text) => console.info(`${text}.`)),
    onProgress: show("making the index"),
    signal,
  });
  try {
    return await readGeneSequences(genes, genome, {
      halfWidthBp: sequenceHalfWidth,
      orientation: sequenceOrientation,
      unknownAs: unknownBases,
      tss,
      assembly: assembly === "unknown" ? undefined : assembly,
      chromosomeAliases,
      onWarning: say(warn),
      onProgress: show("reading DNA"),
      signal,
    });
  } finally {
    progress.clear();
    genome.close();
    remote.close();
  }
}

/** Describes DNA that was read, such as `10,000 bases (TSS ± 5,000 bp) for each of 17,447 genes`. */
export function describeDna({ sequences, record }: ReadGeneSequences): string {
  const { bases, entryOf } = sequences;
  const masked = entryOf.reduce((count, entry) => count + (entry === NO_SEQUENCE ? 1 : 0), 0);
  const around = `${formatCountOf(bases, "base")} (TSS ± ${
    (bases / 2).toLocaleString("en-US")
  } bp)`;
  const genes = formatCountOf(entryOf.length, "gene");
  const whose = masked === 0
    ? `each of ${genes}`
    : `${(entryOf.length - masked).toLocaleString("en-US")} of ${genes}`;
  const turned = record.orientation === "transcript" ? ", minus strands turned around" : "";
  return `${around} for ${whose}${turned}, from ${record.source}`;
}
