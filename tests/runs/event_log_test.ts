import { deepStrictEqual, match, rejects, strictEqual } from "node:assert";
import { openEventLog } from "../../src/runs/event_log.ts";
import { filesIn, withDirectory } from "../helpers/command.ts";
import { readEvents } from "../helpers/events.ts";

const ID = "abcdef012345";

/** The names of event files, without the second in which each was made. */
function namesIn(directory: string): string[] {
  return filesIn(directory).map((name) => name.replace(/\d{10}/, "")).sort();
}

Deno.test("what an asynchronous onWarning is rejected with ends the opening of a log", async () => {
  await withDirectory(async (directory) => {
    await Deno.writeTextFile(`${directory}/events.out.tfevents.1700000000.machine`, "kept");
    const reason = new Error("no warnings");
    const onWarning = () => Promise.reject(reason);
    await rejects(openEventLog(directory, { id: ID, resume: true, onWarning }), reason);
  });
});

Deno.test("a run that is resumed replaces no event files but its own", async () => {
  await withDirectory(async (directory) => {
    const foreign = `${directory}/events.out.tfevents.1700000000.machine`;
    await Deno.writeTextFile(foreign, "kept");
    const warnings: string[] = [];
    const onWarning = (text: string) => warnings.push(text);
    for (const id of [ID, ID, "0123456789ab"]) {
      const log = await openEventLog(directory, { id, resume: true, onWarning });
      log("", 1, { "loss/train": 1 });
    }
    match(warnings[0] ?? "", /also holds 1 event file that this run did not write/);
    deepStrictEqual(namesIn(directory), [
      "events.out.tfevents..histone-0123456789ab",
      `events.out.tfevents..histone-${ID}`,
      "events.out.tfevents..machine",
    ]);
    strictEqual(await Deno.readTextFile(foreign), "kept");
  });
});

Deno.test("a directory with event files is refused without overwrite; with it they are replaced after the first epoch", async () => {
  await withDirectory(async (directory) => {
    const first = await openEventLog(directory, { id: ID });
    first("fold1", 1, { "loss/train": 2, "pearson/train": null });
    await rejects(openEventLog(directory, { id: "0123456789ab" }), {
      name: "ContractError",
      message: /it already holds event files, such as .*fold1\/events\.out\S+, expected none$/,
    });
    const second = await openEventLog(directory, { id: "0123456789ab", overwrite: true });
    deepStrictEqual(namesIn(directory), [`fold1/events.out.tfevents..histone-${ID}`]);
    second("fold1", 1, { "loss/train": 3 });
    const [name, ...others] = filesIn(directory);
    deepStrictEqual(others, []);
    const events = readEvents(await Deno.readFile(`${directory}/${name}`));
    deepStrictEqual(events.get("loss/train"), [[1, 3]]);
  });
});

Deno.test("a log without a directory writes nothing", async () => {
  const log = await openEventLog(undefined, { id: ID });
  log("", 1, { "loss/train": 1 });
});
