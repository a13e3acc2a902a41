/** What `gather` may replace: its own leftovers, and nobody's run. */

import { strictEqual } from "node:assert";
import { isLeftoverRun } from "../../src/commands/_leftover_run.ts";
import { removeKeptCommand, writeKeptCommand } from "../../src/runs/command_file.ts";
import { writeJson } from "../../src/runs/json.ts";
import { withDirectory } from "../helpers/command.ts";

const FLAGS = { seed: 0, preset: "wakawaka", epochs: 6, data: "train.npz", panel: undefined };

Deno.test("a run of the same work is a leftover, one of other work is somebody's", () =>
  withDirectory(async (directory) => {
    const isLeftover = (changed: Readonly<Record<string, unknown>> = {}, command = "train") =>
      isLeftoverRun(directory, { command, flags: { ...FLAGS, ...changed } });
    strictEqual(await isLeftover(), true);
    const kept = { command: "train", id: "0123456789ab", flags: FLAGS, inputs: {} };
    await writeKeptCommand(directory, kept);
    strictEqual(await isLeftover(), true);
    strictEqual(await isLeftover({ seed: 1 }), false);
    strictEqual(await isLeftover({ panel: "p.npz" }), false);
    strictEqual(await isLeftover({}, "crossval"), false);
    await writeKeptCommand(directory, { ...kept, flags: { ...FLAGS, quiet: false } });
    strictEqual(await isLeftover(), true);
    await removeKeptCommand(directory);
    strictEqual(await isLeftover({ seed: 1 }), true);
    // A finished run has only some of the flags.
    const config = { command: "train", seed: 0, epochs: 6, data: "train.npz", engine: "wasm" };
    await writeJson(`${directory}/config.json`, config);
    strictEqual(await isLeftover(), true);
    strictEqual(await isLeftover({ epochs: undefined }), true);
    strictEqual(await isLeftover({ seed: 1 }), false);
    strictEqual(await isLeftover({ epochs: 7 }), false);
    strictEqual(await isLeftover({}, "crossval"), false);
  }));

Deno.test("a configuration that is not JSON is somebody's", () =>
  withDirectory(async (directory) => {
    await Deno.writeTextFile(`${directory}/config.json`, "port = 3");
    strictEqual(await isLeftoverRun(directory, { command: "train", flags: FLAGS }), false);
  }));
