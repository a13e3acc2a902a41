import { ok, strictEqual } from "node:assert";
import { TurnRoom } from "../../src/training/_turn_room.ts";

Deno.test("turns grow and shrink until they take ten milliseconds", () => {
  for (const perSampleMs of [0.0001, 0.013, 0.1, 5]) {
    const room = new TurnRoom();
    strictEqual(room.samples, 240);
    for (let turn = 0; turn < 5; turn++) room.learn(room.samples, room.samples * perSampleMs);
    strictEqual(room.samples, Math.round(Math.min(4096, Math.max(48, 10 / perSampleMs))));
  }
});

Deno.test("turns that waited for the processor do not make later ones smaller, slower samples do", () => {
  const room = new TurnRoom();
  for (let turn = 0; turn < 100; turn++) {
    // Nine of ten wait for 40 milliseconds, whatever they do.
    room.learn(room.samples, room.samples * 0.01 + (turn % 10 === 0 ? 0 : 40));
    ok(turn === 0 || room.samples > 600, `${room.samples} after ${turn} turns`);
  }
  for (let turn = 0; turn < 100; turn++) room.learn(room.samples, room.samples * 0.1);
  strictEqual(room.samples, 100);
  // What a turn takes to begin says nothing about samples.
  room.learn(1, 1000);
  strictEqual(room.samples, 100);
});
