/** A model in one small file. */

import { deepStrictEqual, ok, rejects } from "node:assert";
import { packModel, roundModel } from "../../scripts/_pack_starter.ts";
import { Dataset } from "../../src/data/dataset.ts";
import { bytesSource } from "../../src/files/byte_source.ts";
import { openNpz } from "../../src/io/npz.ts";
import { type NpzMemberData, writeNpz } from "../../src/io/npz_writer.ts";
import { starterSpec } from "../../src/starter/spec.ts";
import { unpackModel } from "../../src/starter/unpack_model.ts";
import { fit } from "../../src/training/fit.ts";
import { fitCalibrated } from "../../src/training/fit_calibrated.ts";
import { predict } from "../../src/training/predict.ts";
import { predictIntervals } from "../../src/training/intervals.ts";
import { MARKS, randomColumns } from "../helpers/panel_samples.ts";

const QUICK = { epochs: 1, batchSize: 64, engine: "wasm", threads: 1 } as const;
const DATA = new Dataset(randomColumns(3, 30));
const SPEC = starterSpec({ bins: DATA.bins, marks: MARKS });
const { members: [TRAINED] } = await fitCalibrated(SPEC, DATA, { ...QUICK, labelStatistics: true });
const WHOLE = TRAINED!.model;
const MODEL = await roundModel(WHOLE);
const PACKED = await packModel(MODEL);

async function changed(change: (member: NpzMemberData) => NpzMemberData[]) {
  const npz = await openNpz(bytesSource(PACKED, "packed"));
  const members: NpzMemberData[] = [];
  for (const { name } of npz.members) {
    const { dtype, shape, data } = await npz.read(name);
    members.push(...change({ name, dtype, shape, data: data as Uint8Array }));
  }
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
  const [bytes] = await Promise.all([
    new Response(readable).bytes(),
    writeNpz(writable, members),
  ]);
  return bytes;
}

Deno.test("a rounded model is the same after packing and unpacking", async () => {
  deepStrictEqual(await unpackModel(PACKED, "packed"), MODEL);
});

Deno.test("rounding changes predictions by little, and never makes an interval narrower", async () => {
  const [rounded, whole] = [await predict(MODEL, DATA, QUICK), await predict(WHOLE, DATA, QUICK)];
  rounded.forEach((value, i) => ok(Math.abs(value - whole[i]!) < 0.01, `${value}, ${whole[i]}`));
  ok(rounded.some((value, i) => value !== whole[i]));
  const options = { predictions: whole, confidence: 0.8 };
  const [one, other] = [MODEL, WHOLE].map((model) => predictIntervals(model, DATA, options));
  one!.low.forEach((low, i) => {
    ok(low <= other!.low[i]! && one!.high[i]! >= other!.high[i]!);
    ok(other!.low[i]! - low < 0.002);
  });
});

Deno.test("a panel that holds more than statistics is not packed", async () => {
  const { model } = await fit("waka3", DATA, QUICK);
  await rejects(roundModel(model), {
    name: "TypeError",
    message: /found a panel, expected label statistics alone/,
  });
});

Deno.test("a damaged file is refused", async () => {
  const wrong: readonly [Parameters<typeof changed>[0], RegExp][] = [
    [(member) => member.name === "weights" ? [] : [member], /weights is missing, expected float16/],
    [(member) => member.name === "panel" ? [] : [member], /panel is missing, expected uint8/],
    [
      (member) => member.name === "weights" ? [{ ...member, dtype: "float32" }] : [member],
      /weights is float32 \[\d+\], expected float16 with one axis/,
    ],
    [
      (member) =>
        member.name === "weights"
          ? [{ ...member, data: (member.data as Float32Array).map((value, i) => i ? value : 2) }]
          : [member],
      /the weights are not those that its model.json was saved with/,
    ],
    [
      (member) =>
        member.name === "weights"
          ? [{ ...member, shape: [1], data: Float32Array.of(1) }]
          : [member],
      /the weights have 4 bytes/,
    ],
    [
      (member) =>
        member.name === "model"
          ? [{
            ...member,
            data: (member.data as Uint8Array).map((byte) => byte === 0x30 ? 0x31 : byte),
          }]
          : [member],
      /Cannot (load|read) model/,
    ],
  ];
  for (const [change, message] of wrong) {
    const bytes = await changed(change);
    await rejects(unpackModel(bytes, "packed"), { name: "FormatError", message });
  }
  await rejects(unpackModel(new Uint8Array(0), "packed"), { name: "FormatError" });
  await rejects(unpackModel(PACKED.slice(0, 500), "packed"), { name: "FormatError" });
  for (let at = 100; at < PACKED.length; at += Math.ceil(PACKED.length / 20)) {
    const damaged = PACKED.slice();
    damaged[at]! ^= 0x40;
    // A bit of a date or of padding may not matter; whatever loads is the same model.
    const found = await unpackModel(damaged, "packed").catch(({ name }) => name);
    if (typeof found === "string") ok(["FormatError", "RangeError"].includes(found), found);
    else deepStrictEqual(found, MODEL);
  }
});

Deno.test("the network reads the marks and what is known of labels, nothing else", () => {
  const { inputs, head } = starterSpec({ bins: 100, marks: 5 });
  deepStrictEqual(inputs, [{ name: "summary", values: 125 }, { name: "context", values: 6 }]);
  deepStrictEqual(head.join.map(({ type }) => type), ["output", "output"]);
});
