/** What a run is of: `config.json`. */

import packageJson from "../../deno.json" with { type: "json" };
import type { Dataset } from "../data/dataset.ts";
import type { EngineReport } from "../engine/select.ts";
import { platformName, runtimeVersions } from "../files/platform.ts";
import { fingerprintDataset } from "../training/fingerprint.ts";
import type { Inputs } from "./inputs.ts";
import { writeJson } from "./json.ts";

/** What {@linkcode writeConfig} records of a run. */
export interface RunConfig {
  /** Name of what ran, such as `train`. */
  readonly command: string;
  /** All settings, by their names: the data and the engine that were asked for, and whatever the command has beside them. */
  readonly settings:
    & { readonly data: string; readonly engine: string }
    & Readonly<
      Record<string, unknown>
    >;
  /** The samples that were trained on. */
  readonly data: Dataset;
  /** The files that were read. */
  readonly inputs: Inputs;
  /** What computed; absent where that is not the same throughout. */
  readonly report?: EngineReport | undefined;
  /**
   * Every kind of arithmetic that computed it.
   *
   * @default the report's
   */
  readonly arithmetic?: readonly string[] | undefined;
}

/** Writes `config.json`: every setting, what the data are, and the versions that computed. */
export async function writeConfig(directory: string, config: RunConfig): Promise<void> {
  const { command, settings, data, inputs, report } = config;
  await writeJson(`${directory}/config.json`, {
    command,
    ...settings,
    requestedEngine: settings.engine,
    engine: report?.engine,
    device: report?.device,
    arithmetic: config.arithmetic ?? (report && [report.arithmetic]),
    engineReason: report?.reason,
    samples: data.length,
    inputs,
    // Of the samples that were trained on, in whatever file they are.
    samplesFingerprint: await fingerprintDataset(data),
    dataRecord: data.record,
    versions: { histone: packageJson.version, tfjs: tfjsVersion(), ...runtimeVersions() },
    platform: platformName(),
  });
}

function tfjsVersion(): string | undefined {
  return packageJson.imports["@tensorflow/tfjs-core"].split("@").at(-1);
}
