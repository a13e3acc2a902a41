/** Looks for all files before any alignments are read, and decides what becomes of those that are missing. */

import { groupBy } from "../base/group_by.ts";
import { ContractError } from "../errors.ts";
import type { CountStore } from "./_count_store.ts";
import { type FileReading, isKept } from "./_file_counter.ts";
import type { PartOrigin } from "./_part.ts";
import { runAll } from "./_pool.ts";
import { EVAL_CELL_TYPES } from "./competition_cell_types.ts";
import type { CompetitionLabels } from "./competition_labels.ts";
import { type CompetitionLayout, competitionLayout } from "./competition_layout.ts";
import type { RebuildOptions, RebuildPlan } from "./rebuild_options.ts";
import type { RoadmapFile, RoadmapFiles } from "./roadmap_files.ts";
import { ROADMAP_MARKS, roadmapPath } from "./roadmap_tree.ts";

/** How many files are looked for at a time. */
const CONCURRENCY = 6;
/** What a cell type lacks that has none of the five files. */
const ALL_ALIGNMENTS = "all files of alignments";

/** A file to be counted. */
export interface PlannedFile {
  readonly cellType: string;
  readonly mark: string;
  readonly path: string;
  readonly size: number;
  readonly isCounted: boolean;
  /** The file; another version of it once it has changed while it was read. */
  file: RoadmapFile;
  /** What its counts depend on. */
  origin: PartOrigin;
}

/** The plan, with what the work needs. */
export interface FilePlan extends RebuildPlan {
  readonly files: readonly PlannedFile[];
  readonly layout: CompetitionLayout;
}

/** Options of {@linkcode planFiles}. */
export interface PlanFilesOptions extends Pick<RebuildOptions, "files" | "missing" | "signal"> {
  readonly labels: CompetitionLabels;
  readonly store: CountStore;
  readonly reading: FileReading;
  readonly genesDigest: string;
}

/**
 * Makes the plan.
 *
 * @throws {ContractError} If a cell type lacks something and is not to be left out, or none remains.
 */
export async function planFiles(
  wanted: readonly string[],
  options: PlanFilesOptions,
): Promise<FilePlan> {
  const { missing = "refuse", files, genesDigest } = options;
  const cellTypes = EVAL_CELL_TYPES.filter((name) => wanted.includes(name));
  const found = await findFiles(cellTypes, options);
  const lacking = findLacking(cellTypes, found, options.labels);
  if (lacking.size > 0 && missing === "refuse") refuse(lacking, files);
  const kept = cellTypes.filter((name) => !lacking.has(name));
  if (kept.length === 0) refuse(lacking, files);
  const planned: PlannedFile[] = [];
  for (const { file, ...place } of found) {
    if (file === undefined || lacking.has(place.cellType)) continue;
    const origin = originOf(place.path, file, genesDigest);
    planned.push({
      ...place,
      file,
      size: file.size,
      origin,
      isCounted: await isFinished({ ...place, file }, origin, options),
    });
  }
  return { cellTypes: kept, leftOut: lacking, files: planned, layout: competitionLayout(kept) };
}

/** What the counts of a file depend on. */
export function originOf(path: string, file: RoadmapFile, genes: string): PartOrigin {
  return { path, size: file.size, version: file.version, genes };
}

interface Place {
  readonly cellType: string;
  readonly mark: string;
  readonly path: string;
}

interface FoundFile extends Place {
  readonly file: RoadmapFile | undefined;
}

async function findFiles(
  cellTypes: readonly string[],
  { files, signal }: PlanFilesOptions,
): Promise<FoundFile[]> {
  const places = cellTypes.flatMap((cellType) =>
    ROADMAP_MARKS.map((mark): Place => ({ cellType, mark, path: roadmapPath({ cellType, mark }) }))
  );
  const found = new Map<Place, RoadmapFile | undefined>();
  const { failures } = await runAll(places, async (place) => {
    found.set(place, await files.find(place.path));
  }, { limit: CONCURRENCY, mayContinue: () => false, signal });
  if (failures[0] !== undefined) throw failures[0].error;
  return places.map((place) => ({ ...place, file: found.get(place) }));
}

/** The cell types that lack something, each with what it lacks. */
function findLacking(
  cellTypes: readonly string[],
  found: readonly FoundFile[],
  labels: CompetitionLabels,
): Map<string, string[]> {
  const lacks = (cellType: string) => {
    const missing = found.filter((place) =>
      place.cellType === cellType && place.file === undefined
    );
    const files = missing.length === ROADMAP_MARKS.length
      ? [ALL_ALIGNMENTS]
      : missing.map(({ path }) => path.slice(path.lastIndexOf("/") + 1));
    return labels.cellTypes.has(cellType) ? files : [...files, `its column in ${labels.file}`];
  };
  return new Map(
    cellTypes.map((cellType) => [cellType, lacks(cellType)] as const)
      .filter(([, lacked]) => lacked.length > 0),
  );
}

/** Throws an error that names each cell type; those that lack the same are named together. */
function refuse(lacking: ReadonlyMap<string, readonly string[]>, files: RoadmapFiles): never {
  const groups = groupBy(lacking, ([, lacked]) => lacked.join(", "));
  const list = Array.from(groups, ([lacked, entries]) => {
    const names = entries.map(([cellType]) => cellType).join(", ");
    return `${names} ${entries.length === 1 ? "lacks" : "lack"} ${lacked}`;
  });
  throw new ContractError(
    `Cannot rebuild the competition's files from ${files.place}: ${list.join("; ")}. ` +
      "Name other cell types, or leave out those that lack something (--missing leave-out)",
  );
}

/** Whether nothing is left to be done with a file: it is counted, and kept if it is to be kept. */
async function isFinished(
  { path, file }: { readonly path: string; readonly file: RoadmapFile },
  origin: PartOrigin,
  { store, reading }: PlanFilesOptions,
): Promise<boolean> {
  if (reading.keep && !await isKept({ path, file }, reading)) return false;
  return await store.has(origin);
}
