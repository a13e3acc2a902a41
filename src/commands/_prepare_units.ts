/** The units of `prepare`: each counts some of the files, and gathering prepares the data with the counts of all. */

import { formatCountOf } from "../base/count.ts";
import { text } from "../base/field.ts";
import { arrayOf, object } from "../base/fields.ts";
import type { PlannedUnit, Unit } from "../cluster/plan.ts";
import { ContractError } from "../errors.ts";
import type { ByteSource } from "../files/byte_source.ts";
import { fileSize, openFile, writeFileAtomic } from "../files/file.ts";
import { countApart, type FileToCount, inspectApart } from "../genome/count_apart.ts";
import { expressionFiles } from "../genome/expression/files.ts";
import { findKeptNumbers, type KeptNumbers } from "../genome/kept_numbers.ts";
import type { KeptCounts } from "../genome/prepare_options.ts";
import type { SampleSheet } from "../genome/sample_sheet.ts";
import { mostCountThreads } from "../genome/signal/count_crew.ts";
import { describeContent, describeInputs, type Inputs, isSameInput } from "../runs/inputs.ts";
import { withDigestProgress } from "./_inputs.ts";
import type { PrepareFlags } from "./_prepare_flags.ts";
import { type PrepareInputs, readPrepareSheet, takePrepareInputs } from "./_prepare_inputs.ts";
import { type CountingCost, probeCounting } from "./_prepare_probe.ts";
import { openPrepared } from "./_prepared_output.ts";
import { ProgressLine } from "./_progress.ts";
import { cutSpans, settingsOf } from "./_unit_settings.ts";
import type { Division, FinishedUnit, GatherCall, PlanCall, WorkCall, WorkDone } from "./_units.ts";
import { warn } from "./_warn.ts";

const SETTINGS = object({ files: arrayOf(text, { least: 1, items: "names of files" }) });

/** As many files of a unit are named in what is printed of it. */
const MOST_SHOWN = 3;

/** Name of the counts of a unit's file, by its place among the unit's files. */
function countsFile(place: number): string {
  return `${place + 1}.counts`;
}

/** Lists the units: after all files were inspected, so that the last one's fault shows before the first is counted. */
export async function planPrepare(flags: PrepareFlags, call: PlanCall): Promise<Division> {
  const { signal, perUnit = 1 } = call;
  const started = performance.now();
  const sheet = await readPrepareSheet(flags, signal);
  const inputs = await readInputs(flags, sheet.sheet);
  const taken = await takePrepareInputs(sheet, flags, { onWarning: warn, signal });
  const files = await inspectApart(taken.genes, taken.inputs, taken.options);
  // An output that is there already is refused now, and not when all is counted.
  await (await openPrepared(flags))[Symbol.asyncDispose]();
  // Every unit reads the sheet and the genes, too.
  const cost = await probeCounting(taken, files, (performance.now() - started) / 1000);
  const units = cutSpans(files.length, perUnit).map((span): PlannedUnit => {
    const own = files.slice(...span);
    return {
      id: idOf(own, span[0], files.length),
      does: describeFiles(own),
      needs: [...Object.keys(inputs), ...own.map(({ name }) => name)],
      makes: own.map((_, place) => countsFile(place)),
      threads: mostCountThreads(flags.threads),
      memoryBytes: cost?.memoryBytes,
      seconds: secondsOf(own, cost),
      settings: { files: own.map(({ name }) => name) },
    };
  });
  return { units, inputs };
}

/** The seconds that the files of a unit take together; `undefined` if that is not known of one of them. */
function secondsOf(
  own: readonly FileToCount[],
  cost: CountingCost | undefined,
): number | undefined {
  const each = own.map(({ name }) => cost?.secondsOf(name) ?? NaN);
  const sum = each.reduce((sum, seconds) => sum + seconds, 0);
  return Number.isNaN(sum) ? undefined : Math.ceil(sum);
}

/** Says what a unit counts; its settings list all files. */
function describeFiles(own: readonly FileToCount[]): string {
  const shown = own.slice(0, MOST_SHOWN)
    .map(({ mark, cellType, name }) => `${mark} of ${cellType} from ${name}`);
  if (own.length === shown.length) return shown.join("; ");
  return `${shown.join("; ")}; and ${formatCountOf(own.length - shown.length, "more file")}`;
}

/** Names a unit after its number and its first file, in characters that file systems and schedulers take. */
function idOf(own: readonly FileToCount[], first: number, files: number): string {
  const { cellType, mark } = own[0]!;
  const number = String(first + 1).padStart(String(files).length, "0");
  const name = `${cellType}-${mark}`.replace(/[^\p{L}\p{N}.]+/gu, "-").replace(/-$/, "");
  return `${number}-${name.slice(0, 60)}`;
}

/** Counts the files of a unit. */
export async function workPrepare(flags: PrepareFlags, call: WorkCall): Promise<WorkDone> {
  const { plan, unit, folder, signal } = call;
  const sheet = await readPrepareSheet(flags, signal);
  checkInputs(plan.inputs, await readInputs(flags, sheet.sheet));
  const taken = await takePrepareInputs(sheet, flags, { onWarning: warn, signal, writes: false });
  for (const [place, file] of filesOf(unit).entries()) {
    const bytes = await countWithProgress(taken, file);
    await writeFileAtomic(`${folder}/${countsFile(place)}`, bytes);
  }
  return {};
}

async function countWithProgress({ genes, inputs, options }: PrepareInputs, file: string) {
  const progress = new ProgressLine("genes");
  const counted = await countApart(genes, inputs, {
    ...options,
    file,
    onProgress: ({ done, total }) => progress.update({ done, total, label: "counting" }),
  });
  progress.clear();
  return counted;
}

/** The counts that finished units kept, once the files are those of the plan. */
export async function takeCounts(flags: PrepareFlags, call: GatherCall): Promise<GatheredCounts> {
  const { sheet } = await readPrepareSheet(flags, call.signal);
  checkInputs(call.plan.inputs, await readInputs(flags, sheet));
  return new GatheredCounts(call.units);
}

/** The counts that units kept. */
export class GatheredCounts implements KeptCounts {
  readonly #places = new Map<string, { readonly unit: Unit; readonly path: string }>();
  readonly #found = new Map<string, Promise<KeptNumbers | undefined>>();

  constructor(units: readonly FinishedUnit[]) {
    for (const unit of units) {
      for (const [place, file] of filesOf(unit).entries()) {
        this.#places.set(file, { unit, path: `${unit.folder}/${countsFile(place)}` });
      }
    }
  }

  /**
   * Finds the counts of a file.
   *
   * @throws {ContractError} If they are of another version of the file, or were counted otherwise.
   */
  async find(file: string, origin: string): Promise<KeptNumbers> {
    const place = this.#places.get(file);
    if (place === undefined) {
      throw new ContractError(
        `Cannot gather: found no unit that counts ${file}, expected one. Plan again into another folder`,
      );
    }
    const { unit: { unit }, path } = place;
    const counts = this.#found.get(file) ?? findKeptNumbers(await fileToReopen(path), origin);
    this.#found.set(file, counts);
    const found = await counts;
    if (found !== undefined) return found;
    throw new ContractError(
      `Cannot gather: unit ${unit} counted another version of ${file}, or counted otherwise, expected the file as it is ` +
        `now (its length and the time of its last change). Remove ${place.path}, with the folder that it is in, and do ` +
        `unit ${unit} again`,
    );
  }
}

/** A file that is open only while it is read: there may be more of them than a process may have open. */
async function fileToReopen(path: string): Promise<ByteSource> {
  const read = async (offset: number, length: number) => {
    const file = await openFile(path);
    try {
      return await file.read(offset, length);
    } finally {
      file.close();
    }
  };
  return { name: path, size: await fileSize(path), readsAreCopies: true, read, close: () => {} };
}

function filesOf(unit: Unit): readonly string[] {
  return settingsOf(unit, SETTINGS).files;
}

/** Digests the files that all units read; those of signal are known by their lengths and times. */
async function readInputs(flags: PrepareFlags, { expression }: SampleSheet): Promise<Inputs> {
  const { samples, genes, windows, transcriptGenes, chromosomeAliases, blacklist } = flags;
  const named = expression === undefined ? [] : await expressionFiles(expression, samples);
  const paths: Record<string, string | undefined> = {
    samples,
    genes,
    windows,
    transcriptGenes,
    chromosomeAliases,
    blacklist,
    expression: flags.expression,
    expressionSamples: flags.expressionSamples,
    ...Object.fromEntries(named.map(({ path }) => [path, path])),
  };
  return await withDigestProgress((options) => describeInputs(paths, options));
}

/** Refuses files that are not those of the plan. */
function checkInputs(planned: Inputs, now: Inputs): void {
  for (const name of new Set([...Object.keys(planned), ...Object.keys(now)])) {
    const [expected, found] = [planned[name], now[name]];
    if (expected !== undefined && found !== undefined && isSameInput(expected, found)) continue;
    throw new ContractError(
      `Cannot use the plan: ${
        (found ?? expected)?.path
      } is not the file that it was made with: found ${
        found === undefined ? "none" : describeContent(found)
      }, expected ${
        expected === undefined ? "none" : describeContent(expected)
      }. Put that file back there, or plan ` +
        "again into another folder",
    );
  }
}
