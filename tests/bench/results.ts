/** Results of the benchmark that are kept, one file a version. */

import type { BenchResult } from "./bench.ts";
import { formatMarkdown } from "./report.ts";

/** Where they are kept. */
export const RESULTS = new URL("./results/", import.meta.url);

/** A result that was kept. */
export interface KeptResult extends Omit<BenchResult, "engine"> {
  /** The engine, or another part of the package. */
  readonly engine: BenchResult["engine"] | "prepare";
  /** Version of the package. */
  readonly version: string;
  /** Day of the measurement, as YYYY-MM-DD. */
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
  const before = (await readFile(path)).filter(({ machine, engine }) =>
    machine.cpu !== kept.machine.cpu || machine.cores !== kept.machine.cores ||
    engine !== kept.engine
  );
  await Deno.writeTextFile(path, `${JSON.stringify([...before, kept], null, 2)}\n`);
  return path;
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

/** The ratios to the peers, a line a figure and a column a version and machine; speeds of machines do not compare. */
export function formatHistory(results: readonly KeptResult[]): string {
  const nameOf = ({ figure, peer, threads }: KeptResult["rows"][number]) =>
    `${figure}, ${threads} ${threads === 1 ? "thread" : "threads"}, to ${peer}`;
  const figures = new Set(results.flatMap(({ rows }) => rows.map(nameOf)));
  const lines = [...figures].map((figure) => [
    figure,
    ...results.map(({ rows }) => {
      const ratio = rows.find((row) => nameOf(row) === figure)?.ratio;
      return ratio === undefined || ratio === null ? "" : `${ratio.toFixed(2)}×`;
    }),
  ]);
  const columns = results.map(({ version, date, machine }) =>
    `${version}, ${date}, ${machine.cpu}, ${machine.cores} cores`
  );
  return formatMarkdown(["figure", ...columns], lines);
}
