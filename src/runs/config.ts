/** `config.json`, which describes a run. */

import manifest from "../../deno.json" with { type: "json" };
import type { Dataset } from "../data/dataset.ts";
import type { EngineReport } from "../engine/select.ts";
import { pathOf } from "../files/file.ts";
import { platformName, runtimeVersions } from "../files/platform.ts";
import { fingerprintDataset } from "../training/fingerprint.ts";
import type { Inputs } from "./inputs.ts";
import { writeJson } from "./json.ts";

/** The description of a run that {@linkcode writeConfig} records. */
export interface RunConfig {
  /** Name of the command that ran, such as `train`. */
  readonly command: string;
  /**
   * All settings by name: the data and the engine that were asked for, and any others that the command has.
   */
  readonly settings:
    & { readonly data: string; readonly engine: string }
    & Readonly<
      Record<string, unknown>
    >;
  /** The samples that were trained on. */
  readonly data: Dataset;
  /** The files that were read. */
  readonly inputs: Inputs;
  /** The engine and device that computed; absent if they were not the same throughout. */
  readonly report?: EngineReport | undefined;
  /**
   * Every kind of arithmetic with which the run was computed.
   *
   * @default {The arithmetic of `report`}
   */
  readonly arithmetic?: readonly string[] | undefined;
}

/**
 * Writes `config.json`: every setting, a description of the data, and the versions of the software.
 *
 * @param directory Directory of the run.
 * @param config The description of the run.
 * @throws {WriteError} If the disk is full or may not be written.
 *
 * @example A run of a program, which `readRun` and `histone report` read
 * ```ts
 * import { saveModel } from "@waka/histone/model";
 * import { readRun, writeConfig, writeHistory } from "@waka/histone/runs";
 * import { Dataset } from "@waka/histone/data";
 * import { fit } from "@waka/histone/training";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { strictEqual } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 });
 * const data = new Dataset(train);
 * const result = await fit("experiment1", data, { epochs: 2, batchSize: 8, learningRate: 0.01 });
 * const directory = await Deno.makeTempDir();
 * await writeConfig(directory, {
 *   command: "train",
 *   settings: {
 *     data: "simulated",
 *     engine: "auto",
 *     preset: "experiment1",
 *     epochs: 2,
 *     batchSize: 8,
 *     learningRate: 0.01,
 *   },
 *   data,
 *   inputs: {},
 *   report: result,
 * });
 * await saveModel(result.model, `${directory}/model`);
 * await writeHistory(directory, [{ ...result, member: 1 }], 1);
 * const run = await readRun(directory);
 * strictEqual(run.training?.preset, "experiment1");
 * strictEqual(run.history?.length, 2);
 * strictEqual(run.hasModels, true);
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function writeConfig(directory: string, config: RunConfig): Promise<void> {
  const { command, settings, data, inputs, report } = config;
  await writeJson(`${pathOf(directory)}/config.json`, {
    command,
    ...settings,
    requestedEngine: settings.engine,
    engine: report?.engine,
    device: report?.device,
    arithmetic: config.arithmetic ?? (report && [report.arithmetic]),
    engineReason: report?.reason,
    samples: data.length,
    inputs,
    // This digest identifies the training samples, whichever file holds them.
    samplesFingerprint: await fingerprintDataset(data),
    dataRecord: data.record,
    versions: { histone: manifest.version, tfjs: tfjsVersion(), ...runtimeVersions() },
    platform: platformName(),
  });
}

function tfjsVersion(): string | undefined {
  return manifest.imports["@tensorflow/tfjs-core"].split("@").at(-1);
}
