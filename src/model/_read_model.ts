/** Reads the two files of a saved model. */

import { type Field, number, numberWithin, readValue } from "../base/field.ts";
import { object } from "../base/fields.ts";
import { parseJson } from "../base/parse_json.ts";
import { showValue } from "../base/show_value.ts";
import { FormatError, UnsupportedModelError } from "../errors.ts";
import type { ByteSource } from "../files/byte_source.ts";
import type { ReferencePanel } from "../panel/panel.ts";
import { readPanel } from "../panel/panel_file.ts";
import { type DataRecord, parseRecord } from "../record.ts";
import { metadataOf } from "./_foreign_model.ts";
import { findContradiction } from "./_topology.ts";
import { checkManifest, readWeights } from "./_weights_file.ts";
import { parseCalibration } from "./calibration.ts";
import { parseGeneEffects } from "./gene_effects.ts";
import { parseSpec } from "./parse_spec.ts";
import { readTraining } from "./read_training.ts";
import { digestJson } from "./seal.ts";
import type { ModelSpec } from "./spec.ts";
import { type LabelScale, type TrainedModel, withInputRecord } from "./trained_model.ts";
import { parseTypicalSignal } from "./typical_signal.ts";

/** Room for the effects of a few hundred thousand genes. */
export const MAX_JSON_BYTES = 16 * 2 ** 20;
/**
 * Version of a sequential model, which earlier releases load too. Version 1 had no digest of its own; such a file
 * cannot be told from one whose digest was removed.
 */
export const SEQUENTIAL_VERSION = 2;
/** Version of a model with branches; earlier releases refuse it. */
export const BRANCHED_VERSION = 3;

const LABEL_SCALE: Field<LabelScale> = object({
  mean: number,
  sd: numberWithin({ above: 0 }),
}, { others: "leave out" });

/** Opens `panel.npz`; called for a model that has one only. */
export type OpenPanel = (digest: string) => Promise<ReferencePanel | ByteSource | undefined>;

/**
 * Reads a saved model.
 *
 * @param json `model.json`.
 * @param weights `weights.bin`.
 * @param openPanel Opens `panel.npz`, or returns the panel if it is known already; a source is closed again.
 * @throws {FormatError} If one of them is damaged, or was not written by this package.
 */
export async function readModel(
  json: ByteSource,
  weights: ByteSource,
  openPanel: OpenPanel,
): Promise<TrainedModel> {
  const file = json.name;
  const content = await readModelJson(json) as Record<string, unknown> | null;
  const histone = metadataOf(content, file);
  checkVersion(histone.version, file);
  const spec = readSpec(histone.spec, file);
  const record = parseRecord(histone.record, file);
  const training = readTraining(histone.training, file);
  checkManifest(content?.weightsManifest, spec, file);
  const geneEffects = histone.geneEffects === undefined
    ? undefined
    : parseGeneEffects(histone.geneEffects, file);
  const contradiction = findContradiction(content?.modelTopology, spec);
  if (contradiction !== undefined) {
    throw new FormatError(
      `Cannot load model: its layers contradict its spec: ${contradiction}`,
      { file },
    );
  }
  const digest = await checkSeal(content, histone, file);
  const labelScale = readLabelScale(histone.labelScale, file);
  const read = await readWeights(weights, { spec, digest });
  const panel = histone.panelSha256 === undefined
    ? undefined
    : await readSealedPanel(histone.panelSha256, { file, record, openPanel });
  return withInputRecord({
    spec,
    weights: read,
    record,
    training,
    ...(geneEffects && { geneEffects }),
    ...(panel && { panel }),
    ...(labelScale && { labelScale }),
    ...readErrors(histone, file),
  });
}

function readLabelScale(value: unknown, file: string): LabelScale | undefined {
  if (value === undefined) return undefined;
  return readValue(value, LABEL_SCALE, {
    place: "labelScale",
    fail: (found) => {
      throw new FormatError(`Cannot load model: ${found}`, { file });
    },
  });
}

/** Reads the panel that belongs to a model: the one whose digest its `model.json` has. */
async function readSealedPanel(
  digest: unknown,
  { file, record, openPanel }: {
    readonly file: string;
    readonly record: DataRecord;
    readonly openPanel: OpenPanel;
  },
): Promise<ReferencePanel> {
  if (typeof digest !== "string") {
    throw new FormatError(`Cannot load model: its digest panelSha256 is ${showValue(digest)}`, {
      file,
    });
  }
  const opened = await openPanel(digest);
  if (opened === undefined) {
    throw new FormatError(
      "Cannot load model: found no panel.npz, expected it beside model.json or in the directory above",
      {
        file,
      },
    );
  }
  if (!("read" in opened)) return opened;
  try {
    const panel = await readPanel(opened);
    if (panel.digest === digest && String(panel.record.marks) === String(record.marks)) {
      return panel;
    }
    throw new FormatError(
      "Cannot load model: the panel is not the one that its model.json was saved with",
      { file: opened.name },
    );
  } finally {
    opened.close();
  }
}

/**
 * Reads what a model knows about its errors and about unlike samples, where it has that.
 *
 * @throws {FormatError} If a part of it is damaged.
 */
export function readErrors(
  { calibration, typicalSignal }: Readonly<Record<string, unknown>>,
  file: string,
): Pick<TrainedModel, "calibration" | "typicalSignal"> {
  return {
    ...(calibration !== undefined && { calibration: parseCalibration(calibration, file) }),
    ...(typicalSignal !== undefined &&
      { typicalSignal: parseTypicalSignal(typicalSignal, file) }),
  };
}

function checkVersion(version: unknown, file: string): void {
  if (version === SEQUENTIAL_VERSION || version === BRANCHED_VERSION) return;
  throw new FormatError(
    `Cannot load model: its format version is ${
      showValue(version)
    }, expected ${SEQUENTIAL_VERSION} or ` +
      BRANCHED_VERSION +
      (version === 1 ? ": it has no digest to verify it by. Train it again" : ""),
    { file },
  );
}

/** Throws unless the content is as it was saved; returns the digest of the weights that belong to it. */
async function checkSeal(
  content: unknown,
  histone: Readonly<Record<string, unknown>>,
  file: string,
): Promise<string> {
  const { sha256: found, ...sealed } = histone;
  for (
    const [name, digest] of Object.entries({ sha256: found, weightsSha256: sealed.weightsSha256 })
  ) {
    if (typeof digest === "string") continue;
    throw new FormatError(
      `Cannot load model: its digest ${name} is ${showValue(digest)}, so it cannot be verified`,
      { file },
    );
  }
  const { userDefinedMetadata, ...rest } = Object(content);
  const plain = { ...rest, userDefinedMetadata: { ...userDefinedMetadata, histone: sealed } };
  let wanted: string;
  try {
    wanted = await digestJson(plain);
  } catch (cause) {
    throw new FormatError("Cannot load model: its JSON is nested too deeply", { file, cause });
  }
  if (found !== wanted) {
    throw new FormatError(
      "Cannot load model: it is not as it was saved: its digest does not match, so it was damaged or edited",
      { file },
    );
  }
  return sealed.weightsSha256 as string;
}

/**
 * Reads the JSON of a model.
 *
 * @throws {FormatError} If it is too long, or not JSON.
 */
export async function readModelJson(source: ByteSource): Promise<unknown> {
  if (source.size > MAX_JSON_BYTES) {
    throw new FormatError(
      `Cannot load model: its JSON has ${source.size} bytes, expected at most ${MAX_JSON_BYTES}`,
      { file: source.name },
    );
  }
  if (source.size === 0) {
    throw new FormatError("Cannot load model: its JSON has 0 bytes, expected a model.json", {
      file: source.name,
    });
  }
  const json = new TextDecoder().decode(await source.read(0, source.size));
  try {
    return parseJson(json);
  } catch (cause) {
    throw new FormatError(`Cannot load model: not valid JSON: ${(cause as Error).message}`, {
      file: source.name,
      cause,
    });
  }
}

function readSpec(value: unknown, file: string): ModelSpec {
  try {
    return parseSpec(value);
  } catch (cause) {
    if (!(cause instanceof UnsupportedModelError)) throw cause;
    throw new FormatError(cause.message, { file, cause });
  }
}
