/** Results of the benchmark that are kept, one file a version. */

import type { BenchResult } from "./bench.ts";
import { formatMarkdown, formatRate, formatRatio, joinRows, type Row } from "./report.ts";

/** Where they are kept. */
export const RESULTS = new URL("./results/", import.meta.url);

/** A result that was kept. */
export interface KeptResult extends Omit<BenchResult, "engine"> {
  /** The engine, or another part of the package. */
  readonly engine: BenchResult["engine"] | "prepare";
  /** Version of the package. */
  readonly version: string;
  /** Day of the last measurement, as YYYY-MM-DD. */
  readonly date: string;
}

/**
 * Keeps a result under the version that it was measured at. Figures that were measured before at that version stay,
 * unless they were measured again on the same machine.
 *
 * @param kept What to keep.
 * @param folder Where.
 * @returns The path of the file.
 */
export async function keepResult(kept: KeptResult, folder: URL = RESULTS): Promise<URL> {
  await Deno.mkdir(folder, { recursive: true });
  const path = new URL(`${kept.version}.json`, folder);
  const before = await readFile(path);
  const others = before.filter((result) => !isSamePlace(result, kept));
  const joined = [...before.filter((result) => isSamePlace(result, kept)), kept].reduce(addRows);
  await Deno.writeTextFile(path, `${JSON.stringify([...others, joined], null, 2)}\n`);
  return path;
}

function isSamePlace(a: KeptResult, b: KeptResult): boolean {
  return a.machine.cpu === b.machine.cpu && a.machine.cores === b.machine.cores &&
    a.engine === b.engine;
}

/** A later result with the rows of an earlier one whose figures it does not have. */
function addRows(earlier: KeptResult, later: KeptResult): KeptResult {
  const nameOf = ({ figure, threads }: Row) => `${figure}, ${threads}`;
  const measured = new Set(later.rows.map(nameOf));
  const disturbed = earlier.disturbed.filter((name) => !measured.has(name));
  return {
    ...later,
    rows: [...earlier.rows.filter((row) => !measured.has(nameOf(row))), ...later.rows],
    disturbed: [...disturbed, ...later.disturbed],
  };
}

/** All results that were kept, the oldest version first. */
export async function readResults(folder: URL = RESULTS): Promise<KeptResult[]> {
  // No result has been kept as long as there is no folder.
  await Deno.mkdir(folder, { recursive: true });
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith(".json")) names.push(name);
  }
  names.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const files = await Promise.all(names.map((name) => readFile(new URL(name, folder))));
  return files.flat();
}

async function readFile(path: URL): Promise<KeptResult[]> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/**
 * The ratio to the best peer of each figure, a line a figure and a column a version and machine; speeds of machines do not
 * compare.
 */
export function formatHistory(results: readonly KeptResult[]): string {
  const nameOf = ({ figure, threads }: Pick<Row, "figure" | "threads">) =>
    `${figure}, ${threads} ${threads === 1 ? "thread" : "threads"}`;
  const cells = results.map(({ rows }) =>
    new Map(joinRows(rows).map((cell) => [nameOf(cell), cell.best?.ratio ?? null]))
  );
  const figures = new Set(cells.flatMap((known) => [...known.keys()]));
  const lines = [...figures].map((figure) => [
    figure,
    ...cells.map((known) => {
      const ratio = known.get(figure) ?? null;
      return ratio === null ? "" : `${ratio.toFixed(2)}×`;
    }),
  ]);
  const columns = results.map(({ version, date, machine }) =>
    `${version}, ${date}, ${machine.cpu}, ${machine.cores} cores`
  );
  return formatMarkdown(["figure, ratio to the best peer", ...columns], lines);
}

/** What was measured beside what another version measured on the same kind of machine. */
export function formatAgainst(
  { machine, engine, rows }: Pick<BenchResult, "machine" | "rows"> & Pick<KeptResult, "engine">,
  { version, results }: { readonly version: string; readonly results: readonly KeptResult[] },
): string {
  const before = results.find((kept) =>
    kept.version === version && kept.engine === engine && kept.machine.cpu === machine.cpu &&
    kept.machine.cores === machine.cores
  );
  if (before === undefined) {
    return `No result of version ${version} was kept of engine ${engine} on ${machine.cpu}, ${machine.cores} cores.`;
  }
  const lines = joinRows(rows).flatMap((cell) => {
    const then = joinRows(before.rows).find(({ figure, threads }) =>
      figure === cell.figure && threads === cell.threads
    );
    if (then === undefined || cell.ours === null || then.ours === null) return [];
    const isRate = cell.unit.endsWith("/s");
    const faster = isRate ? cell.ours / then.ours : then.ours / cell.ours;
    return [[
      cell.figure,
      String(cell.threads),
      formatRate(then.ours),
      formatRate(cell.ours),
      formatRatio(faster),
      formatRatio(then.best?.ratio ?? null),
      formatRatio(cell.best?.ratio ?? null),
    ]];
  });
  return formatMarkdown([
    "figure",
    "threads",
    `${version}`,
    "now",
    "times as fast",
    `to the best peer, ${version}`,
    "now",
  ], lines);
}
