import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { Barrier, createBarrierMemory } from "../../../src/engine/wasm/barrier.ts";
import { planModel } from "../../../src/engine/wasm/plan/plan.ts";
import { predictionStages, trainingStages } from "../../../src/engine/wasm/plan/stages.ts";
import { planUpdates, updateWork } from "../../../src/engine/wasm/plan/update_tasks.ts";
import { presetSpec } from "../../../src/model/presets.ts";

const plan = planModel(presetSpec("experiment5"), { batchSize: 100, threads: 2 });

Deno.test("a batch normalisation adds one barrier forward and one back, and none for what is done once", () => {
  const stages = trainingStages(plan, { gather: true, frozen: new Set() });
  deepStrictEqual(
    stages.map((stage) => stage.kind === "parts" ? stage.then.map((step) => step.do) : stage.kind),
    [
      ["combine"],
      ["combine"],
      ["combine"],
      ["combineDelta"],
      ["combineDelta"],
      ["combineDelta"],
      [],
      "update",
    ],
  );
});

Deno.test("predictions take all factors from the averages first, then pass through in one stage", () => {
  const stages = predictionStages(plan, { gather: true });
  deepStrictEqual(stages.map(({ kind }) => kind), ["once", "parts"]);
  const [first] = stages;
  strictEqual(first!.kind === "once" && first!.steps.length, 3);
});

Deno.test("the longest tasks of an update come first", () => {
  const { head: { nodes } } = plan;
  const work = planUpdates(plan).map((task) => {
    if ("term" in task) throw new Error("expected no terms");
    return updateWork(nodes[task.node]!, task);
  });
  ok(work.length > 20);
  ok(work.every((each, index) => index === 0 || work[index - 1]! >= each));
});

Deno.test("the last thread to come does what is done once, before tasks of the next stage may be taken", () => {
  const barrier = new Barrier(createBarrierMemory(4), 1);
  const taken = [barrier.takeTask(), barrier.takeTask()];
  barrier.wait(() => taken.push(barrier.takeTask()));
  taken.push(barrier.takeTask());
  // The numbers start again only after it.
  deepStrictEqual(taken, [0, 1, 2, 0]);
});
