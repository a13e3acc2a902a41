import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { adamCorrections } from "../../../src/engine/adam.ts";
import { STEP_BYTES } from "../../../src/engine/webgpu/kernel.ts";
import { makeSchedule, type Schedule } from "../../../src/engine/webgpu/schedule.ts";

const OPTIONS = { batchSize: 10, stepsOfSubmission: 2, alignment: 256 };

function recordAt({ bytes }: Schedule, place: number, model: number) {
  const view = new DataView(bytes.buffer, place + model * STEP_BYTES);
  const [samples, position, gatheredAt, index] = [0, 4, 8, 12].map((at) =>
    view.getUint32(at, true)
  );
  const [rate, correction, decay] = [16, 20, 24].map((at) => view.getFloat32(at, true));
  return { samples, position, gatheredAt, index, rate, correction, decay };
}

Deno.test("each model's order is cut into batches; a shorter one runs out", () => {
  const models = [
    { samples: 35, firstPosition: 0, update: { learningRate: 0.5 }, step: 0 },
    { samples: 12, firstPosition: 100, update: { learningRate: 0.25, weightDecay: 0.5 }, step: 7 },
  ];
  const schedule = makeSchedule(models, OPTIONS);
  strictEqual(schedule.steps, 4);
  strictEqual(schedule.submissions.length, 2);
  const steps = schedule.submissions.flatMap(({ steps }) => steps);
  deepStrictEqual(steps.map((place) => recordAt(schedule, place, 0).samples), [10, 10, 10, 5]);
  deepStrictEqual(steps.map((place) => recordAt(schedule, place, 1).samples), [10, 2, 0, 0]);
  const { first, second } = adamCorrections(7 + 2);
  deepStrictEqual(recordAt(schedule, steps[1]!, 1), {
    samples: 2,
    position: 110,
    gatheredAt: 10,
    index: 1,
    rate: Math.fround(0.25 * first),
    correction: Math.fround(second),
    decay: 0.125,
  });
  // The second submission's samples are gathered into the first places again.
  strictEqual(recordAt(schedule, steps[2]!, 0).gatheredAt, 0);
  deepStrictEqual(schedule.submissions.map(({ samplesDone }) => samplesDone), [20 + 12, 35 + 12]);
});

Deno.test("samples are gathered from the models' orders, which are stored in sequence", () => {
  const models = [35, 12].map((samples) => ({
    samples,
    firstPosition: 0,
    update: { learningRate: 1 },
    step: 0,
  }));
  const schedule = makeSchedule(models, OPTIONS);
  const gathers = schedule.submissions.map(({ gather }) =>
    [0, 1].map((model) => recordAt(schedule, gather, model))
      .map(({ samples, position }) => [samples, position])
  );
  deepStrictEqual(gathers, [[[20, 0], [12, 35]], [[15, 20], [0, 35 + 20]]]);
});

Deno.test("records are at offsets that a device accepts", () => {
  const models = Array.from(
    { length: 9 },
    () => ({ samples: 50, firstPosition: 0, update: { learningRate: 1 }, step: 0 }),
  );
  const schedule = makeSchedule(models, OPTIONS);
  strictEqual(schedule.recordBytes, 9 * STEP_BYTES);
  for (const { gather, steps } of schedule.submissions) {
    for (const place of [gather, ...steps]) {
      strictEqual(place % 256, 0);
      ok(place + schedule.recordBytes <= schedule.bytes.length);
    }
  }
});

Deno.test("without work nothing is submitted", () => {
  const schedule = makeSchedule(
    [{ samples: 0, firstPosition: 0, update: { learningRate: 1 }, step: 0 }],
    OPTIONS,
  );
  deepStrictEqual([schedule.steps, schedule.submissions.length, schedule.bytes.length], [0, 0, 0]);
});
