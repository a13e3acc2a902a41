/**
 * Decides whether data suit a model, by their records.
 *
 * @module
 */

import { speciesOfAssembly } from "./assembly_species.ts";
import { quotePath } from "./base/shell.ts";
import { ContractError } from "./errors.ts";
import type { DataRecord, SequenceRecord, Transform, TssRule } from "./record_types.ts";

/** The SAM flags of duplicates and of reads that failed quality control. */
const USUAL_EXCLUDED_FLAGS = 0x600;

/** What {@linkcode reconcileRecords} accepts, and who is told. */
export interface ReconcileOptions {
  /**
   * Whether data may be of another build of the model's species. Only windows around genes are accepted so, since these
   * are around the same genes in both builds; intervals that were given as such are places of one build.
   *
   * @default {false}
   */
  readonly acceptAssembly?: boolean | undefined;
  /** Called with a sentence for each difference that was accepted. */
  readonly onNote?: ((note: string) => void) | undefined;
}

/**
 * Decides which transform must still be applied to data so that a model sees the kind of numbers it was trained on.
 *
 * @param model The record sealed into the model.
 * @param data The record of the data to predict on.
 * @param options Whether another build of the genome is accepted, and who is told.
 * @returns The transform to apply: the model's own to plain counts, `none` if it was applied to the data already.
 * @throws {ContractError} If the two contradict each other in a field; the message has both values and the flags that
 * prepare data of the model's kind. With `acceptAssembly`, also if the assemblies are not known to be of one species.
 *
 * @example
 * ```ts
 * import { DEEPCHROME_RECORD, reconcileRecords } from "@waka/histone/record";
 * import { strictEqual, throws } from "node:assert";
 *
 * const model = { ...DEEPCHROME_RECORD, transform: "log1p" as const };
 * strictEqual(reconcileRecords(model, DEEPCHROME_RECORD), "log1p");
 * throws(() => reconcileRecords(model, { ...DEEPCHROME_RECORD, assembly: "hg38" }), /hg19.*hg38/);
 * ```
 *
 * @example Windows around the same genes in another build
 * ```ts
 * import { COMPETITION_RECORD, reconcileRecords } from "@waka/histone/record";
 * import { match, strictEqual } from "node:assert";
 *
 * const data = { ...COMPETITION_RECORD, assembly: "hg38" };
 * const notes: string[] = [];
 * const options = { acceptAssembly: true, onNote: (note: string) => notes.push(note) };
 * strictEqual(reconcileRecords(COMPETITION_RECORD, data, options), "none");
 * match(notes.join(), /trained on hg19, the data are of hg38/);
 * ```
 */
export function reconcileRecords(
  model: DataRecord,
  data: DataRecord,
  options: ReconcileOptions = {},
): Transform {
  for (const [field, valueOf] of Object.entries(COMPARED)) {
    const wanted = valueOf(model);
    const found = valueOf(data);
    if (wanted === undefined || found === undefined || wanted === found) continue;
    if (field === "assembly" && options.acceptAssembly) {
      options.onNote?.(acceptBuild(model, data));
      continue;
    }
    const advice = field === "marks" ? adviseOrder(model, data) : "";
    const build = field === "assembly" && options.acceptAssembly === false
      ? adviseBuild(model, data)
      : "";
    throw new ContractError(describeDifference(field, { model, wanted, found }) + advice + build);
  }
  noteOtherStarts(model, data, options);
  noteUnknownOrientation(model, data, options);
  if (data.transform === model.transform) return "none";
  if (data.transform === "none") return model.transform;
  throw new ContractError(
    `Cannot use these data: the model was trained on transform ${model.transform}, the data already ` +
      `carry ${data.transform}. Give the plain counts instead`,
  );
}

/** Says in what data differ from those that the model was trained on, and how to prepare them alike. */
function describeDifference(
  field: string,
  { model, wanted, found }: {
    readonly model: DataRecord;
    readonly wanted: string | number;
    readonly found: string | number;
  },
): string {
  const theirs = found === UNKNOWN ? "do not name theirs" : `have ${found}`;
  const factor = COUNTING_FIELDS.includes(field)
    ? " Counts are never rescaled from one rule to another."
    : "";
  return `Cannot use these data: the model was trained on ${field} ${wanted}, the data ${theirs}.` +
    `${factor} Prepare the data again with ${field} ${wanted} (deno task prepare ... ` +
    `${prepareFlags(model)}), or name their record if this one is wrong (--record)`;
}

/** Says how columns that are there come into the model's order. */
function adviseOrder({ marks: wanted }: DataRecord, { marks: found }: DataRecord): string {
  const isOrder = wanted.length === found.length && wanted.every((mark) => found.includes(mark));
  return isOrder
    ? ". Both have the same marks: in a program, data.selectMarks(model.record.marks) puts them into the model's order"
    : "";
}

/**
 * Says what it means that data are of another build of the model's species.
 *
 * @throws {ContractError} If the two are not known to be of one species, or windows are not around genes.
 */
function acceptBuild(model: DataRecord, data: DataRecord): string {
  const fault = faultOfBuild(model, data);
  if (fault === undefined) {
    return `the model was trained on ${model.assembly}, the data are of ${data.assembly}: windows around the same ` +
      "genes in another build of one species";
  }
  throw new ContractError(
    `Cannot accept data of another assembly: the model was trained on ${
      nameOf(model)
    }, the data are of ` +
      `${nameOf(data)}, and ${fault}, expected two builds of one species and windows around genes`,
  );
}

function adviseBuild(model: DataRecord, data: DataRecord): string {
  return faultOfBuild(model, data) === undefined
    ? ". Or accept windows around the same genes in another build (--accept-assembly)"
    : "";
}

/** Why data must not be of another build than the model; `undefined` if they may. */
function faultOfBuild(model: DataRecord, data: DataRecord): string | undefined {
  if (isOfIntervals(model) || isOfIntervals(data)) {
    return "intervals that were given in BED are places of one build";
  }
  const [one, other] = [model, data].map(({ assembly }) => speciesOfAssembly(assembly));
  if (data.assembly === UNKNOWN) return "prepare was not told which (--assembly names it)";
  if (model.assembly === UNKNOWN) return "so the model's species is not known either";
  const unknown = one === undefined ? model : other === undefined ? data : undefined;
  if (unknown !== undefined) return `the species of ${unknown.assembly} is not known`;
  return one === other ? undefined : `these are of ${one} and of ${other}`;
}

/** What `prepare` puts down for an assembly that neither files nor user named. */
const UNKNOWN = "unknown";

function nameOf({ assembly }: DataRecord): string {
  return assembly === UNKNOWN ? "an assembly that is not known" : assembly;
}

function isOfIntervals({ tss }: DataRecord): boolean {
  return tss === "bed";
}

/** What windows are centred on, in words. */
const CENTRES: Readonly<Record<TssRule, string>> = {
  gene: "the 5' ends of genes",
  canonical: "the starts of canonical transcripts",
  transcript: "the starts of all transcripts",
  bed: "intervals given in BED",
};

/** Tells of windows that are centred on something else than the model's: a choice of the user's, not a contradiction. */
function noteOtherStarts(
  { tss: wanted = "gene" }: DataRecord,
  { tss: found = "gene" }: DataRecord,
  { onNote }: ReconcileOptions,
): void {
  if (wanted === found) return;
  onNote?.(
    `the model was trained on windows around ${CENTRES[wanted]}, those of the data are around ${
      CENTRES[found]
    }`,
  );
}

/** Tells of DNA of which it is not known whether its letters run as the model's do. */
function noteUnknownOrientation(
  { sequence: wanted }: DataRecord,
  { sequence: found }: DataRecord,
  { onNote }: ReconcileOptions,
): void {
  if (wanted === undefined || found === undefined) return;
  if (wanted.orientation === found.orientation) return;
  const describe = ({ orientation }: SequenceRecord) =>
    orientation === "unknown" ? "an orientation that is not known" : `${orientation} orientation`;
  onNote?.(
    `the model was trained on DNA in ${describe(wanted)}, that of the data is in ${
      describe(found)
    }: they are taken to run alike`,
  );
}

/** Fields in which a difference looks as if a factor would remove it. */
const COUNTING_FIELDS: readonly string[] = [
  "countingRule",
  "extendBp",
  "minMappingQuality",
  "normalisation",
  "excludedFlags",
  "fragments",
  "control",
];

/** Collects the values that must agree, with defaults filled in; `undefined` for optional values that are missing. */
const COMPARED: Readonly<Record<string, (record: DataRecord) => string | number | undefined>> = {
  binSizeBp: ({ binSizeBp }) => binSizeBp,
  orientation: ({ orientation }) => orientation,
  countingRule: ({ countingRule }) => countingRule,
  marks: ({ marks }) => String(marks),
  extendBp: ({ extendBp = 0 }) => extendBp,
  minMappingQuality: ({ minMappingQuality = 0 }) => minMappingQuality,
  normalisation: ({ normalisation = "none" }) => normalisation,
  excludedFlags: ({ excludedFlags = USUAL_EXCLUDED_FLAGS }) => excludedFlags,
  fragments: ({ fragments = false }) => String(fragments),
  control: ({ control = "none" }) => control,
  expressionReference: ({ expressionReference }) => expressionReference,
  expressionTransform: ({ expressionTransform }) => expressionTransform,
  "sequence.bases": ({ sequence }) => sequence?.bases,
  "sequence.tssBase": ({ sequence }) => sequence?.tssBase,
  "sequence.orientation": ({ sequence }) =>
    sequence?.orientation === "unknown" ? undefined : sequence?.orientation,
  "sequence.unknownAs": ({ sequence }) => sequence?.unknownAs,
  // The last, since it is the one difference that can be accepted: nobody is told to accept what is refused then.
  assembly: ({ assembly }) => assembly,
};

/**
 * Formats the flags with which `deno task prepare` makes data with a record.
 *
 * @param record The record of the wanted data.
 * @returns The flags, separated by spaces.
 *
 * @example
 * ```ts
 * import { DEEPCHROME_RECORD, prepareFlags } from "@waka/histone/record";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(
 *   prepareFlags({ ...DEEPCHROME_RECORD, extendBp: 200 }),
 *   "--signal reads --bin-size 100 --orientation genomic --assembly hg19 " +
 *     "--marks H3K27me3,H3K36me3,H3K4me1,H3K4me3,H3K9me3 --extend 200",
 * );
 * ```
 */
export function prepareFlags(record: DataRecord): string {
  const { extendBp = 0, minMappingQuality = 0, normalisation = "none" } = record;
  const { excludedFlags = USUAL_EXCLUDED_FLAGS, fragments = false, control } = record;
  const { expressionTransform = "none", expressionReference } = record;
  const { tss = "gene", sequence } = record;
  const reference = expressionReference === undefined ? "" : `:${expressionReference}`;
  return [
    `--signal ${record.countingRule} --bin-size ${record.binSizeBp}`,
    `--orientation ${record.orientation} --assembly ${record.assembly}`,
    `--marks ${quotePath(String(record.marks))}`,
    extendBp === 0 ? [] : `--extend ${extendBp}`,
    minMappingQuality === 0 ? [] : `--min-mapping-quality ${minMappingQuality}`,
    normalisation === "none" ? [] : `--normalise ${normalisation}`,
    excludedFlags === USUAL_EXCLUDED_FLAGS ? [] : `--exclude-flags ${excludedFlags}`,
    fragments ? "--fragments" : [],
    control === undefined ? [] : `--control ${control}`,
    tss === "gene" ? [] : tss === "bed" ? "--windows BED" : `--tss ${tss}`,
    expressionTransform === "none"
      ? []
      : `--expression-transform ${quotePath(`${expressionTransform}${reference}`)}`,
    sequence === undefined ? [] : sequenceFlags(sequence),
  ].flat().join(" ");
}

/** The flags with which sequences of a kind are taken from a genome. */
function sequenceFlags({ bases, orientation, unknownAs }: SequenceRecord): string[] {
  return [
    `--genome GENOME --sequence-half-width ${bases / 2}`,
    orientation === "genomic" ? ["--sequence-orientation genomic"] : [],
    unknownAs === "A" ? ["--unknown-bases A"] : [],
  ].flat();
}
