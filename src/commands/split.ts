/** Command `split`: divides data into training, validation and test data, or into folds. */

import { formatCountOf } from "../base/count.ts";
import { kFold, partitionIntoFolds } from "../data/kfold.ts";
import type { Partition } from "../data/partition.ts";
import { ContractError } from "../errors.ts";
import { writeJson } from "../runs/json.ts";
import { describeInputs } from "../runs/inputs.ts";
import { type DataSplit, splitData } from "../validation/mod.ts";
import { partsOfSplit } from "../validation/split_data.ts";
import { type CommandCall, type CommandDefinition, Interrupted } from "./flags.ts";
import { fileOfAnnotation } from "./_annotation.ts";
import { loadData } from "./_data.ts";
import { withDigestProgress } from "./_inputs.ts";
import { openOutput } from "./_outputs.ts";
import { isNamed } from "./_own_inputs.ts";
import { describeScheme, type DivisibleData, readSchemeTables } from "./_scheme.ts";
import { describeSharedParts, findSharedParts } from "./_shared_parts.ts";
import { openSplitFiles } from "./_split_files.ts";
import {
  chooseScheme,
  declareSplit,
  kindOfOutput,
  type SplitFlags,
  splitOptions,
} from "./_split_flags.ts";
import { formatLeaks, formatSplit, reportSplit, type SplitReport } from "./_split_report.ts";
import { tableOfFolds, tableOfParts, writeSplitTable } from "./_split_table.ts";
import { warn } from "./_warn.ts";

/** Command `split`. */
export const command: CommandDefinition<SplitFlags> = {
  name: "split",
  summary:
    "Divides data into training, validation and test data, says what is new in each, and looks for what they share. " +
    "Or it writes a table of folds.",
  examples: [
    [
      "deno task split --data train.npz --test-chromosomes chr8,chr9 --validation-chromosomes chr7 --out parts",
      "fixed chromosomes, as train.npz, validation.npz and test.npz",
    ],
    [
      "deno task split --data train.npz --scheme by-both --test-share 0.2 --keep-crossing --out parts",
      "a fifth of the genes and of the cell types, as in the competition",
    ],
    [
      "deno task split --data train.npz --scheme by-group --groups samples.tsv --group-column donor --out parts.tsv",
      "donors, as a table with the part of each sample",
    ],
    [
      "deno task split --data train.npz --scheme by-chromosome --folds 5 --out folds.tsv",
      "a table of folds, which crossval takes as --groups, with --folds 5",
    ],
  ],
  declare: declareSplit,
  run: split,
};

async function split(given: SplitFlags, call: CommandCall): Promise<void> {
  const flags = chooseScheme(given, call.given);
  const kind = kindOfOutput(flags);
  const tables = await readSchemeTables(flags, { usesPlaces: true });
  const load = async () =>
    tables.join(await loadData(flags.data, flags, { allowMissingMarks: true }));
  if (kind === "folder") return await writeFolder(flags, { load, signal: call.signal });
  await using table = await openOutput(flags.out, { usual: null, overwrite: flags.overwrite });
  const divisible = await load();
  const content = flags.folds === undefined
    ? tableOfParts(divisible.data, divideAndReport(divisible, flags).parts)
    : tableOfFolds(divisible.data, divideIntoFolds(divisible, { ...flags, folds: flags.folds }));
  if (call.signal.aborted) throw new Interrupted("Interrupted: nothing was written.");
  await table.write((sink) => writeSplitTable(sink, content, kind));
  console.info(table.done);
}

/** Divides data into parts, and prints what they are and what they share. */
function divideAndReport(
  { data, groups }: DivisibleData,
  flags: SplitFlags,
): { readonly parts: DataSplit; readonly report: SplitReport } {
  const parts = splitData(data, { ...splitOptions(flags), groups });
  const report = reportSplit(parts);
  for (const line of formatSplit(report, parts)) console.log(line);
  for (const warning of formatLeaks(report)) warn(warning);
  return { parts, report };
}

/** Divides data into folds, and prints how large they are and what both sides of them share. */
function divideIntoFolds(
  { data, groups }: DivisibleData,
  { folds, repeats, scheme, seed, stratified }: SplitFlags & { readonly folds: number },
): Partition[][] {
  const options = { folds, repeats, scheme, seed, stratified, groups };
  const all = kFold(data, options);
  for (const [i, { training, validation, leftOut }] of all.entries()) {
    const rest = leftOut.length === 0 ? "" : `, ${leftOut.length.toLocaleString("en-US")} left out`;
    console.log(
      `Fold ${i + 1} of ${all.length}: ${formatCountOf(training.length, "sample")} to train on, ` +
        `${validation.length.toLocaleString("en-US")} to validate on${rest}`,
    );
  }
  console.log(describeSharedParts(scheme, findSharedParts(all)));
  return Array.from({ length: repeats }, (_, i) => partitionIntoFolds(data, i + 1, options));
}

/** What is needed to write a folder. */
interface FolderWork {
  readonly load: () => Promise<DivisibleData>;
  readonly signal: AbortSignal;
}

async function writeFolder(flags: SplitFlags, { load, signal }: FolderWork): Promise<void> {
  const { out, compress, overwrite } = flags;
  const wanted = partsOfSplit(splitOptions(flags));
  const format = flags.format ?? (/\.zarr[/\\]*$/i.test(flags.data) ? "zarr" : "npz");
  const own = wanted.map((part) => `${out}/${part}.${format}`)
    .find((path) => isNamed(path, flags.data));
  if (own !== undefined) {
    throw new ContractError(
      `Cannot write to ${out}: ${own} is the file that --data reads. Name another --out`,
    );
  }
  await using files = await openSplitFiles(out, wanted, { format, compress, overwrite });
  const { data, sequences, genes, groups } = flags;
  const inputs = await withDigestProgress((options) =>
    describeInputs({ data, sequences, genes: fileOfAnnotation(genes), groups }, options)
  );
  const { parts, report } = divideAndReport(await load(), flags);
  for (const part of wanted) {
    if (signal.aborted) throw new Interrupted(`Interrupted before ${part} was written.`);
    await files.write(part, parts[part]);
  }
  await writeJson(`${out}/split.json`, {
    ...splitOptions(flags),
    ...describeScheme(flags),
    ...report,
    axes: parts.axes.map(({ what, names: { validation, test } }) => ({ what, validation, test })),
    inputs,
  });
  const names = wanted.map((part) => `${part}.${format}`);
  console.info(`Written: ${out}/ (${[...names, "split.json"].join(", ")})`);
}
