/** The file or folder that `prepare` writes. */

import type { GeneSequences } from "../base/sequences.ts";
import { ContractError } from "../errors.ts";
import type { WriteFileOptions } from "../files/file.ts";
import type { GeneDetails } from "../gene_id.ts";
import type { Preparation } from "../genome/mod.ts";
import { openOutput } from "./_outputs.ts";
import type { GenomeFlags } from "./_genome_flags.ts";
import type { OutputFlags } from "./_prepare_output_flags.ts";
import { VERSION } from "./version.ts";

/** The output of `prepare`; no other process writes it meanwhile. */
export interface PreparedOutput extends AsyncDisposable {
  /** The line that says what was written. */
  readonly done: string;
  /** Counts the files and writes the samples and the genes' DNA, whole or not at all. */
  write(preparation: PreparedSamples): Promise<void>;
}

/** Samples that are ready to be counted, and the DNA of their genes, which their record describes. */
export interface PreparedSamples extends Preparation {
  readonly sequences?: GeneSequences | undefined;
}

/** What a name for the output of `prepare` says. */
export type PreparedKind = "npz" | "zarr";

/**
 * The kind of output that a name asks for.
 *
 * @throws {ContractError} If it ends in neither `.npz` nor `.zarr`, or cannot hold the DNA that is asked for.
 */
export function kindOfPrepared(
  out: string,
  { genome }: Pick<GenomeFlags, "genome"> = {},
): PreparedKind {
  const name = out.toLowerCase();
  if (name.endsWith(".npz")) return "npz";
  if (/\.zarr[/\\]*$/.test(name)) {
    if (genome === undefined) return "zarr";
    throw new ContractError(
      `Cannot write to ${out}: AnnData hold no DNA, expected a name that ends in .npz, or no --genome`,
    );
  }
  throw new ContractError(`Cannot write to ${out}: expected a name that ends in .npz or .zarr`);
}

/**
 * Opens what `prepare` writes when all is counted: an npz file, or a folder of AnnData.
 *
 * @param flags Where it is written, and how.
 * @param options What is called before it has its name.
 * @throws {ContractError} As `openOutput` and `openOutputDirectory` do.
 */
export async function openPrepared(
  flags: OutputFlags,
  { onWhole }: WriteFileOptions = {},
): Promise<PreparedOutput> {
  const { out, overwrite, compress } = flags;
  if (kindOfPrepared(out) === "zarr") {
    const { openOutputDirectory } = await import("./_output_directory.ts");
    const { writeAnndata } = await import("../io/zarr/anndata_writer.ts");
    const folder = await openOutputDirectory(out, { overwrite, onWhole });
    return {
      done: folder.done,
      write: (preparation) =>
        folder.write((store) =>
          writeAnndata(store, preparation.streamedBlocks(), {
            ...descriptionOf(preparation),
            about: { version: VERSION },
          })
        ),
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    };
  }
  const { writeCompetition } = await import("../io/competition_writer.ts");
  const file = await openOutput(out, { usual: null, overwrite, onWhole });
  return {
    done: file.done,
    write: (preparation) =>
      file.write((sink) =>
        writeCompetition(sink, preparation.streamedBlocks(), {
          ...descriptionOf(preparation),
          compress,
        })
      ),
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}

/** What a file says about its samples besides their numbers. */
function descriptionOf(
  { record, genes, cellTypeGroups, missingMarks, sequences }: PreparedSamples,
) {
  // Genes have all the facts that are kept, and more: copies of a quarter of a million would take memory.
  const geneDetails = new Map<string, GeneDetails>();
  for (const gene of genes) geneDetails.set(gene.id, gene);
  const dna = sequences && { genes: genes.map(({ id }) => id), sequences };
  return { record, geneDetails, cellTypeGroups, missingMarks, ...(dna && { sequences: dna }) };
}
