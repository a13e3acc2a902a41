import { checkInteger } from "../base/check_integer.ts";
import { editDistance } from "../base/edit_distance.ts";
import type {
  DnaPreset,
  DnaPresetName,
  PanelPreset,
  PanelPresetName,
  Preset,
  PresetName,
  SequentialPreset,
  SequentialPresetName,
} from "./_preset_types.ts";
import { REPORT } from "./_report_presets.ts";
import { panelInputs } from "./panel_inputs.ts";
import type { BranchedSpec, InputSpec, SequentialSpec } from "./spec.ts";
import { waka2 } from "./_waka2.ts";
import { waka3 } from "./_waka3.ts";
import { WAKA_DNA } from "./_waka_dna.ts";

export type * from "./_preset_types.ts";

const { wakawaka, ...ofReport } = REPORT;

/**
 * All presets: the report's models and DeepChrome's, where the file of these says how the report is read; `waka2` and
 * `waka3`, which are ours, and whose files say how they were found; and those named `waka-dna`, which read the DNA too,
 * and whose file says what the authors' later report leaves open.
 */
export const PRESETS: Readonly<
  & Record<SequentialPresetName, SequentialPreset>
  & Record<PanelPresetName, PanelPreset>
  & Record<DnaPresetName, DnaPreset>
> = deepFreeze({
  wakawaka,
  waka2,
  waka3,
  ...ofReport,
  ...WAKA_DNA,
});

/** Every {@linkcode PresetName}. */
export const PRESET_NAMES: readonly PresetName[] = Object.freeze(
  Object.keys(PRESETS) as PresetName[],
);

/** Every {@linkcode SequentialPresetName}. */
export const SEQUENTIAL_PRESET_NAMES: readonly SequentialPresetName[] = Object.freeze(
  PRESET_NAMES.filter((name): name is SequentialPresetName => "layers" in PRESETS[name]),
);

/** Every {@linkcode DnaPresetName}. */
export const DNA_PRESET_NAMES: readonly DnaPresetName[] = Object.freeze(
  Object.keys(WAKA_DNA) as DnaPresetName[],
);

/** All programs of a process share the presets. */
function deepFreeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}

/** Shape of a sample. */
export interface InputShape {
  /**
   * Number of bins.
   *
   * @default {100}
   */
  readonly bins?: number | undefined;
  /**
   * Number of marks.
   *
   * @default {5}
   */
  readonly marks?: number | undefined;
  /**
   * The most references of a sample, for presets that read a panel: the number of cell types that are trained on.
   *
   * @default {50}
   */
  readonly references?: number | undefined;
  /**
   * Number of bases of DNA, for presets that read it. A preset that reads fewer than there are takes those in the
   * middle.
   *
   * @default {10000}
   */
  readonly bases?: number | undefined;
}

/** The kind of model that a preset is. */
export type PresetSpec<Name extends PresetName> = Name extends SequentialPresetName ? SequentialSpec
  : BranchedSpec;

/**
 * A preset's model for samples of a given shape.
 *
 * @param name Name of the preset.
 * @param input Bins, marks, references and bases of a sample; the report's 100 × 5, the competition's 50, and the
 * authors' 10,000 by default.
 * @returns The preset's layers and loss with these sizes.
 * @throws {RangeError} If there is no preset of that name; the message offers the nearest names. Or if a size is not an
 * integer of 1 or more.
 *
 * @example A preset for seven marks, and a name that was mistyped
 * ```ts
 * import { parsePresetName, presetSpec } from "@waka/histone/model";
 * import { strictEqual, throws } from "node:assert";
 *
 * strictEqual(presetSpec("experiment5", { marks: 7 }).marks, 7);
 * throws(() => presetSpec(parsePresetName("wakwaka")), /did you mean wakawaka/);
 * ```
 */
export function presetSpec<Name extends PresetName>(
  name: Name,
  input: InputShape = {},
): PresetSpec<Name> {
  const preset = findPreset(name);
  // JSON has null for what is not given.
  const bins = input?.bins ?? 100;
  const marks = input?.marks ?? 5;
  const bases = input?.bases ?? 10_000;
  for (const [part, value] of Object.entries({ bins, marks, bases })) {
    checkInteger(value, { action: `make ${name}`, name: part, least: 1 });
  }
  const { loss } = preset;
  const spec: SequentialSpec | BranchedSpec = "layers" in preset
    ? { name, bins, marks, layers: preset.layers, loss }
    : { name, inputs: inputsOf(preset, { ...input, bins, marks, bases }), ...preset.parts, loss };
  // Which of the two it is follows from the name.
  return spec as PresetSpec<Name>;
}

function inputsOf(
  preset: PanelPreset | DnaPreset,
  { bins, marks, references, bases }: InputShape & {
    readonly bins: number;
    readonly marks: number;
    readonly bases: number;
  },
): readonly InputSpec[] {
  if (preset.reads === "panel") return panelInputs({ bins, marks, references: references ?? 50 });
  return [
    { name: "signal", bins, marks },
    { name: "sequence", bases: Math.min(bases, preset.mostBases) },
  ];
}

/**
 * Looks a preset up by name.
 *
 * @param name Any text.
 * @returns The preset: layers, loss and training settings.
 * @throws {RangeError} If there is no preset of that name; the message offers the nearest names.
 *
 * @example The settings that the report trained its final model with
 * ```ts
 * import { findPreset } from "@waka/histone/model";
 * import { deepStrictEqual } from "node:assert";
 *
 * const { training } = findPreset("wakawaka");
 * deepStrictEqual(training, { learningRate: 0.001, batchSize: 250, epochs: 15 });
 * ```
 */
export function findPreset(name: string): Preset {
  return PRESETS[parsePresetName(name)];
}

/**
 * Reads the name of a preset from outside.
 *
 * @param name Any text.
 * @returns The same text, known to name a preset.
 * @throws {RangeError} If there is no preset of that name; the message offers the nearest names.
 *
 * @example A name that is known, and one that is not
 * ```ts
 * import { parsePresetName } from "@waka/histone/model";
 * import { strictEqual, throws } from "node:assert";
 *
 * strictEqual(parsePresetName("deepchrome"), "deepchrome");
 * throws(() => parsePresetName("deepcrome"), /did you mean deepchrome/);
 * ```
 */
export function parsePresetName(name: string): PresetName {
  if (Object.hasOwn(PRESETS, name)) return name as PresetName;
  const near = PRESET_NAMES.filter((known) => editDistance(known, name.toLowerCase()) <= 2);
  const hint = near.length > 0
    ? `did you mean ${near.join(" or ")}?`
    : `expected one of ${PRESET_NAMES.join(", ")}`;
  throw new RangeError(`Cannot find preset "${name}": ${hint}`);
}
