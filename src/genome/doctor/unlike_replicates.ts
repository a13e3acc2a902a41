import { Correlations } from "./_correlate.ts";
import { listSome } from "../wording.ts";
import { groupBy } from "../../base/group_by.ts";
import type { TrackStatistics } from "./_statistics.ts";
import type { Finding } from "./finding.ts";
import { skipIfFewGenes, type SkippedCheck } from "./skipped_check.ts";

const LEAST_GENES = 100;
/** A mark with a smaller share of signal says nothing about likeness. */
const LEAST_RELIABILITY = 0.3;
/** The likeness of the most alike of real cell types, in H3K4me3 and in any other mark. */
const LIKENESS_OF_CELL_TYPES = { H3K4me3: 0.87, others: 0.75 } as const;

/**
 * Finds replicates of one cell type whose mark is no more alike than that of different cell types, as if one of them were
 * the file of another cell type or mark. Likeness is measured as `checkAlikeCellTypes` does: real replicates have 0.97 or
 * more. Limits: needs groups of cell types, 100 genes, and signal that is more than noise.
 */
export function checkUnlikeReplicates(tracks: readonly TrackStatistics[]): Finding[] {
  const usable = tracks.filter(({ samples, least, largest, reliability }) =>
    samples >= LEAST_GENES && least < largest && reliability >= LEAST_RELIABILITY
  );
  const sets = groupBy(usable, ({ group, mark }) => `${group}\t${mark}`);
  const found = [...sets.values()].filter(({ length }) => length > 1).flatMap(findUnlike);
  // A wrong cell type has several wrong marks, which are one finding.
  const byPlace = groupBy(found, ({ cellTypes }) => cellTypes.join("\t"));
  return Array.from(byPlace.values(), describeUnlike);
}

/** The replicates that are unlike all others in a mark. */
interface Unlike {
  readonly mark: string;
  readonly cellTypes: readonly string[];
  /** The likeness of the most alike of them to another replicate. */
  readonly closest: number;
}

function findUnlike(replicates: readonly [TrackStatistics, ...TrackStatistics[]]): Unlike[] {
  const [{ mark }] = replicates;
  const limit = mark === "H3K4me3" ? LIKENESS_OF_CELL_TYPES.H3K4me3 : LIKENESS_OF_CELL_TYPES.others;
  const likenesses = compareReplicates(replicates).map((others) => Math.max(...others));
  // One that is unlike all others is wrong; of two, nothing tells which.
  const unlike = [...likenesses.keys()].filter((i) => likenesses[i]! <= limit);
  if (unlike.length === 0) return [];
  return [{
    mark,
    cellTypes: unlike.map((i) => replicates[i]!.cellType),
    closest: Math.max(...unlike.map((i) => likenesses[i]!)),
  }];
}

function describeUnlike(found: readonly [Unlike, ...Unlike[]]): Finding {
  const [{ cellTypes }] = found;
  const closest = Math.max(...found.map((unlike) => unlike.closest));
  const { H3K4me3, others } = LIKENESS_OF_CELL_TYPES;
  return {
    check: "unlike-replicates",
    severity: "warning",
    where: `${listSome(found.map(({ mark }) => mark), found.length)} in ${listSome(cellTypes)}`,
    message:
      `no other replicate is like it: levels correlate ${
        closest.toFixed(2)
      } at most over genes when ` +
      `corrected for noise, those of replicates 0.97 or more, those of different cell types up to ${others} ` +
      `(${H3K4me3} in H3K4me3)`,
    advice:
      "One of the replicates is most likely of another cell type or mark, or a failed experiment: check the " +
      "paths in the sample sheet.",
  };
}

/** The likeness of each track to each of the others, `[track][other]`; itself is left out. */
function compareReplicates(tracks: readonly TrackStatistics[]): number[][] {
  const table = new Correlations(tracks.map(({ levels }) => levels));
  return tracks.map((track, a) =>
    tracks.flatMap((other, b) =>
      a === b ? [] : table.between(a, b) / Math.sqrt(track.reliability * other.reliability)
    )
  );
}

/** Lists the checks that {@linkcode checkUnlikeReplicates} had to skip, of data that have replicates. */
export function skippedUnlikeReplicates(tracks: readonly TrackStatistics[]): SkippedCheck[] {
  const groups = groupBy(tracks, ({ group }) => group);
  const replicates = [...groups.values()].filter((own) =>
    new Set(own.map(({ cellType }) => cellType)).size > 1
  ).flat();
  const need = { check: "unlike-replicates", what: "likeness of replicates", least: LEAST_GENES };
  return skipIfFewGenes(need, replicates);
}
