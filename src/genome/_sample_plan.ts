/** Plans which files make which samples, and checks that what is asked for suits them. */

import { kindOfValue } from "../base/kind_of_value.ts";
import { formatCountOf } from "../base/count.ts";
import { ContractError } from "../errors.ts";
import { makeCellTypeGroups } from "../io/item_groups.ts";
import { faultOfCellType, isMemberName } from "../io/names.ts";
import type { ControlInput, PrepareOptions, SignalInput } from "./prepare_options.ts";

/** The files of one mark in one cell type: several if there are replicates, none if it was not measured. */
export interface SampleFiles {
  readonly cellType: string;
  readonly mark: string;
  readonly files: readonly SignalInput[];
}

/** Which files make which samples. */
export interface SamplePlan {
  readonly cellTypes: readonly string[];
  readonly marks: readonly string[];
  /** The files, `[cellType, mark]` row-major. */
  readonly samples: readonly SampleFiles[];
  /** The controls that are used, each once. */
  readonly controls: readonly ControlInput[];
  /** Whether a cell type has a mark in several files. */
  readonly hasReplicates: boolean;
  /** The marks that were not measured in each cell type; `undefined` if all were. */
  readonly missingMarks: ReadonlyMap<string, readonly string[]> | undefined;
}

/** Throws unless these are files with what they measure, which the path of a file does not say. */
function checkInputs(inputs: readonly SignalInput[]): void {
  const isInput = (input: SignalInput | null) =>
    typeof input?.mark === "string" && typeof input.cellType === "string";
  if (Array.isArray(inputs) && inputs.every(isInput)) return;
  const wrong = Array.isArray(inputs) ? inputs.find((input) => !isInput(input)) : inputs;
  throw new TypeError(
    `Cannot prepare data: found ${kindOfValue(wrong)} as ${
      Array.isArray(inputs) ? "an input" : "the inputs"
    }, expected an array of objects with cellType, mark, name and open`,
  );
}

/** Plans the samples. Throws if the files and the options contradict each other. */
export function planSamples(
  inputs: readonly SignalInput[],
  options: PrepareOptions,
): SamplePlan {
  checkInputs(inputs);
  const { marks = [...new Set(inputs.map(({ mark }) => mark))], control } = options;
  const cellTypes = [...new Set(inputs.map(({ cellType }) => cellType))];
  for (const cellType of cellTypes) {
    const fault = faultOfCellType(cellType);
    if (fault !== undefined) throw new ContractError(`Cannot prepare cell type: ${fault}`);
    // Counting may take hours, and the name would be refused at its end.
    if (!isMemberName(cellType)) {
      throw new ContractError(
        `Cannot prepare cell type: "${cellType}" cannot be a path in an npz file, expected a name without "\\", ".." between ` +
          'slashes, a slash at its ends, or a letter and ":" at its start',
      );
    }
  }
  const table = new Map<string, SignalInput[]>();
  for (const input of inputs) {
    const key = sampleKey(input.cellType, input.mark);
    table.set(key, [...table.get(key) ?? [], input]);
  }
  const samples = cellTypes.flatMap((cellType) =>
    marks.map((mark) => ({ cellType, mark, files: table.get(sampleKey(cellType, mark)) ?? [] }))
  );
  checkTable(inputs, { samples, cellTypes, marks }, options);
  checkReplicates(samples, options);
  checkControls(inputs, options);
  checkGroups(cellTypes, options);
  const used = control === undefined ? [] : inputs.flatMap(({ control }) => control ?? []);
  return {
    cellTypes,
    marks,
    samples,
    controls: [...new Set(used)],
    hasReplicates: samples.some(({ files }) => files.length > 1),
    missingMarks: findMissing(samples),
  };
}

function sampleKey(cellType: string, mark: string): string {
  return JSON.stringify([cellType, mark]);
}

/** Throws unless every file has its place in the table, and the table has no gaps that were not asked for. */
function checkTable(
  inputs: readonly SignalInput[],
  { samples, cellTypes, marks }: Pick<SamplePlan, "samples" | "cellTypes" | "marks">,
  { missingMarks = "refuse", replicates }: PrepareOptions,
): void {
  const placed = samples.reduce((sum, { files }) => sum + files.length, 0);
  const gaps = samples.filter(({ files }) => files.length === 0).length;
  const several = samples.some(({ files }) => files.length > 1);
  const isTable = placed === inputs.length && (gaps === 0 || missingMarks === "mask") &&
    (!several || replicates !== undefined && replicates !== "keep");
  if (inputs.length > 0 && isTable) return;
  throw new ContractError(
    `Cannot prepare data: ${formatCountOf(inputs.length, "file")} for ${
      formatCountOf(cellTypes.length, "cell type")
    } and ${formatCountOf(marks.length, "mark")}, expected each cell type with each mark once` +
      (several ? "; replicates need a rule, and with keep each is a cell type of its own" : ""),
  );
}

/** Whether replicates are averaged, each finished by itself, rather than added up before anything else is done. */
export function isAveraged({ replicates }: Pick<PrepareOptions, "replicates">): boolean {
  return replicates === "mean" || replicates === "mean-rpm";
}

/** Whether values are normalised to reads per million reads. */
export function isNormalised(
  { normalisation, replicates }: Pick<PrepareOptions, "normalisation" | "replicates">,
): boolean {
  return normalisation === "rpm" || replicates === "mean-rpm";
}

function checkReplicates(
  samples: readonly SampleFiles[],
  options: PrepareOptions,
): void {
  const { replicates, normalisation, control, onWarning } = options;
  const numbers = samples.map(({ files }) => files.length).filter((count) => count > 0);
  if (control === "ratio" && isNormalised(options)) {
    throw new ContractError(
      "Cannot prepare data: control is ratio, which is scaled to the depth of the control already, expected no " +
        "normalisation by depth (replicates by sum or mean, normalisation none)",
    );
  }
  if (Math.max(...numbers) < 2) {
    if (replicates !== "sum" && replicates !== "mean") return;
    onWarning?.(
      `replicates ${replicates} has no effect: no mark of a cell type is in several files`,
    );
    return;
  }
  if (replicates === "mean" && normalisation === "rpm") {
    throw new ContractError(
      "Cannot prepare data: replicates are averaged by mean and normalised by depth, expected mean-rpm, which " +
        "normalises each of them first, or sum, which normalises all of them together",
    );
  }
  if (replicates === "sum") checkSum(samples, options);
}

/** Throws if files are summed whose sum means nothing, and warns if sums are of different numbers of files. */
function checkSum(
  samples: readonly SampleFiles[],
  { normalisation, rule, control, onWarning }: PrepareOptions,
): void {
  const isOfReads = rule === "reads" || rule === "mean-depth";
  if (!isOfReads) {
    throw new ContractError(
      `Cannot prepare data: replicates of rule ${rule} are summed, expected mean: a signal track is scaled already, ` +
        "so its sum would depend on the number of replicates",
    );
  }
  const measured = samples.filter(({ files }) => files.length > 0)
    .toSorted((one, other) => other.files.length - one.files.length);
  const [most, least] = [measured[0]!, measured.at(-1)!];
  if (most.files.length === least.files.length) return;
  const describe = ({ mark, cellType, files }: SampleFiles) =>
    `${mark} of ${cellType} is the sum of ${formatCountOf(files.length, "file")}`;
  if (normalisation === "rpm" || control === "ratio") return;
  onWarning?.(
    `${describe(most)}, ${
      describe(least)
    }: counts grow with the number of replicates, and mean or mean-rpm do not`,
  );
}

function checkControls(
  inputs: readonly SignalInput[],
  { control, onWarning }: PrepareOptions,
): void {
  const withControl = inputs.filter(({ control }) => control !== undefined);
  if (control === undefined) {
    const [first] = withControl;
    if (first === undefined) return;
    onWarning?.(
      `${first.name} and others have controls, which are not used: say how with control (subtract or ratio)`,
    );
    return;
  }
  const lacking = inputs.find(({ control }) => control === undefined);
  if (lacking !== undefined) {
    throw new ContractError(
      `Cannot use controls (${control}): ${lacking.name} (${lacking.mark} of ${lacking.cellType}) has none, ` +
        'expected one for every file: name it in column "control" of the sample sheet',
    );
  }
}

function checkGroups(
  cellTypes: readonly string[],
  { cellTypeGroups, replicates }: PrepareOptions,
): void {
  if (replicates === "keep" && cellTypeGroups === undefined) {
    throw new ContractError(
      "Cannot prepare data: replicates are kept, expected cellTypeGroups, which says which cell types belong " +
        "together",
    );
  }
  // The result is made again when the data are written. Here it shows its faults before hours of counting.
  makeCellTypeGroups(cellTypes, cellTypeGroups);
}

function findMissing(
  samples: readonly SampleFiles[],
): ReadonlyMap<string, readonly string[]> | undefined {
  const missing = new Map<string, string[]>();
  for (const { cellType, mark, files } of samples) {
    if (files.length > 0) continue;
    missing.set(cellType, [...missing.get(cellType) ?? [], mark]);
  }
  return missing.size === 0 ? undefined : missing;
}
