/** Finds the aligned reads of the libraries of nf-core in the folder of a pipeline's results. */

import { ContractError } from "../../errors.ts";
import { pathKind, realPath } from "../../files/file.ts";
import { listSome } from "../wording.ts";
import type { Library } from "./_nf_core_library.ts";

/** The files of libraries. */
export interface LibraryFiles {
  /** The folder that has them. */
  readonly folder: string;
  readonly paths: ReadonlyMap<Library, string>;
}

/** A folder, and the endings that the names of its files have after the name of a library. */
interface Place {
  readonly folder: string;
  readonly endings: readonly string[];
}

/**
 * Where nf-core/chipseq puts the filtered reads of each library, by version: `merged_library` since 2.1, before that
 * `mergedLibrary`, in a folder of the aligner. The last two are for those who name an inner folder themselves.
 */
const CHIPSEQ_PLACES: readonly Place[] = [
  ...["bwa/", "bowtie2/", "chromap/", "star/", ""].flatMap((aligner) =>
    ["merged_library/", "mergedLibrary/"].map((folder) => `${aligner}${folder}`)
  ),
  "",
].map((folder) => ({ folder, endings: [".mLb.clN.sorted.bam"] }));

/**
 * Where nf-core/cutandrun puts reads, in the order in which they are wanted: the last steps first. The first folder that
 * has all libraries is taken, so that the reads of a mark and of its control went through the same steps.
 */
const CUTANDRUN_PLACES: readonly Place[] = ["02_alignment/bowtie2/target/", ""].flatMap((
  folder,
) => [
  ...["linear_dedup", "dedup", "markdup"].map((step) => (
    { folder: `${folder}${step}/`, endings: endingsOf(step) }
  )),
  { folder, endings: endingsOf("filtered") },
]).concat(
  ["linear_dedup", "dedup", "markdup"].map((step) => ({ folder: "", endings: endingsOf(step) })),
);

function endingsOf(step: string): string[] {
  return [`.target.${step}.sorted.bam`, `.target.${step}.bam`];
}

/** The names that versions of the pipelines give a library. */
function libraryNames({ sample, replicate }: Library): string[] {
  return replicate === undefined ? [sample] : [
    `${sample}_REP${replicate}`,
    `${sample}_R${replicate}`,
    ...replicate === "1" ? [sample] : [],
  ];
}

/**
 * Finds the file of every library in one folder.
 *
 * @throws {ContractError} If no folder has them all, or folders of several aligners do.
 */
export async function findLibraries(
  libraries: readonly Library[],
  { file, results, isChipseq }: {
    readonly file: string;
    readonly results: string;
    readonly isChipseq: boolean;
  },
): Promise<LibraryFiles> {
  if (await pathKind(results) !== "directory") {
    throw new ContractError(
      `Cannot take files from ${results}: it is no folder, expected that of the pipeline's results`,
    );
  }
  const root = (await realPath(results)).replace(/[/\\]$/, "");
  const places = isChipseq ? CHIPSEQ_PLACES : CUTANDRUN_PLACES;
  const complete: LibraryFiles[] = [];
  let nearest: { readonly folder: string; readonly lacking: readonly Library[] } | undefined;
  for (const { folder, endings } of places) {
    const paths = new Map<Library, string>();
    for (const library of libraries) {
      const path = await findIn(`${root}/${folder}`, libraryNames(library), endings);
      if (path !== undefined) paths.set(library, path);
    }
    if (paths.size === libraries.length) complete.push({ folder: `${root}/${folder}`, paths });
    if (paths.size === 0) continue;
    const lacking = libraries.filter((library) => !paths.has(library));
    if (nearest === undefined || lacking.length < nearest.lacking.length) {
      nearest = { folder: `${root}/${folder}`, lacking };
    }
  }
  const [first, second] = complete;
  if (first === undefined) return failLacking(libraries, { file, root, places, nearest });
  if (second === undefined || !isChipseq) return first;
  throw new ContractError(
    `Cannot take files from ${root}: both ${first.folder} and ${second.folder} have the libraries of ${file}, ` +
      "expected one: name that folder with --results",
  );
}

async function findIn(
  folder: string,
  names: readonly string[],
  endings: readonly string[],
): Promise<string | undefined> {
  for (const name of names) {
    for (const ending of endings) {
      if (await pathKind(`${folder}${name}${ending}`) === "file") {
        return `${folder}${name}${ending}`;
      }
    }
  }
  return undefined;
}

function failLacking(
  libraries: readonly Library[],
  { file, root, places, nearest }: {
    readonly file: string;
    readonly root: string;
    readonly places: readonly Place[];
    readonly nearest: { readonly folder: string; readonly lacking: readonly Library[] } | undefined;
  },
): never {
  const example = nearest?.lacking[0] ?? libraries[0]!;
  const name = libraryNames(example)[0];
  const { sample, line } = example;
  if (nearest !== undefined) {
    const lacking = nearest.lacking.map((library) => libraryNames(library)[0]!);
    throw new ContractError(
      `Cannot take files from ${nearest.folder}: it has those of some samples of ${file} but lacks ` +
        `${listSome(lacking)} (line ${line}), expected all`,
    );
  }
  const folders = places.map(({ folder }) => folder).filter((folder) => folder !== "");
  throw new ContractError(
    `Cannot take files from ${root}: it has no file such as ${name}${
      places[0]!.endings[0]
    } of sample ` +
      `"${sample}" in line ${line} of ${file}, neither itself nor in ${
        listSome([...new Set(folders)], 12)
      }`,
  );
}
