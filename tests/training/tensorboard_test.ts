import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { encodeTfRecord } from "../../src/training/_tf_record.ts";
import {
  encodeFileVersion,
  encodeScalars,
  epochScalars,
  eventFileName,
} from "../../src/training/tensorboard.ts";
import { findPythonWith, testIf } from "../helpers/require.ts";

const START = 1_700_000_000.25;

/** The content of each record; throws where a length or a checksum is wrong. */
function decodeRecords(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const check = (start: number, length: number) => {
    const masked = BigInt(view.getUint32(start + length, true));
    const turned = (masked - 0xa282ead8n) & 0xffffffffn;
    const crc = (turned << 15n | turned >> 17n) & 0xffffffffn;
    strictEqual(crc, slowCrc32c(bytes.subarray(start, start + length)));
  };
  const records: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(view.getBigUint64(at, true));
    check(at, 8);
    check(at + 12, length);
    records.push(bytes.subarray(at + 12, at + 12 + length));
    at += 12 + length + 4;
  }
  return records;
}

/** CRC-32C as the definition has it: division of polynomials, bit by bit. */
function slowCrc32c(bytes: Uint8Array): bigint {
  let crc = 0xffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? crc >> 1n ^ 0x82f63b78n : crc >> 1n;
  }
  return crc ^ 0xffffffffn;
}

type Field = readonly [number: number, value: bigint | Uint8Array];

/** The fields of a protobuf message in their order; fixed-width ones as their bytes. */
function decodeMessage(bytes: Uint8Array): Field[] {
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n;; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte! & 127) << shift;
      if (byte! < 128) return value;
    }
  };
  const take = (length: number) => bytes.subarray(at, at += length);
  const fields: Field[] = [];
  while (at < bytes.length) {
    const key = Number(varint());
    const type = key & 7;
    const value = type === 0 ? varint() : take(type === 1 ? 8 : type === 5 ? 4 : Number(varint()));
    fields.push([key >> 3, value]);
  }
  return fields;
}

function only(bytes: Uint8Array): Field[] {
  const records = decodeRecords(bytes);
  strictEqual(records.length, 1);
  return decodeMessage(records[0]!);
}

const asText = (value: Field[1]) => new TextDecoder().decode(value as Uint8Array);
const asView = (value: Field[1]) => new DataView((value as Uint8Array).slice().buffer);
const asDouble = (value: Field[1]) => asView(value).getFloat64(0, true);
const asFloat = (value: Field[1]) => asView(value).getFloat32(0, true);

Deno.test("records of any content are read back, with both checksums right", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), (contents) => {
    const file = contents.flatMap((content) => [...encodeTfRecord(content)]);
    deepStrictEqual(
      decodeRecords(Uint8Array.from(file)).map((record) => [...record]),
      contents.map((content) => [...content]),
    );
  }));
});

Deno.test("a file begins with the version that TensorBoard asks for", () => {
  const fields = only(encodeFileVersion(START));
  deepStrictEqual(fields.map(([field]) => field), [1, 3]);
  deepStrictEqual([asDouble(fields[0]![1]), asText(fields[1]![1])], [START, "brain.Event:2"]);
});

Deno.test("scalars are written with their tags, step and time", () => {
  const scalars = { "loss/train": 3.25, "pearson/Überprüfung": -0.5, broken: NaN };
  // Beyond 32 bits, where shifts of plain numbers would fail.
  const step = 2 ** 40 + 3;
  const [time, stepField, summary, ...rest] = only(
    encodeScalars({ wallTime: START, step, scalars }),
  );
  deepStrictEqual([time![0], asDouble(time![1])], [1, START]);
  deepStrictEqual(stepField, [2, BigInt(step)]);
  strictEqual(summary![0], 5);
  deepStrictEqual(rest, []);
  const values = decodeMessage(summary![1] as Uint8Array).map(([number, value]) => {
    strictEqual(number, 1);
    const fields = decodeMessage(value as Uint8Array);
    deepStrictEqual(fields.map(([field]) => field), [1, 2]);
    return [asText(fields[0]![1]), asFloat(fields[1]![1])];
  });
  deepStrictEqual(values, Object.entries(scalars));
});

Deno.test("an epoch becomes scalars, those of the validation only if it had one", () => {
  const epoch = { epoch: 1, loss: 3, validationLoss: 4, seconds: 2, samplesPerSecond: 500 };
  const common = { "loss/train": 3, learning_rate: 0.001, samples_per_second: 500 };
  deepStrictEqual(epochScalars(epoch, 0.001), { ...common, "loss/validation": 4 });
  deepStrictEqual(epochScalars({ ...epoch, validationLoss: undefined }, 0.001), common);
});

Deno.test("event files are named in the order of their times", () => {
  strictEqual(eventFileName(START, "waka"), "events.out.tfevents.1700000000.waka");
  ok(eventFileName(999_999_999, "b") < eventFileName(1_000_000_000, "a"));
});

Deno.test("impossible times, steps and names are refused", () => {
  throws(() => eventFileName(START, "a/b"), RangeError);
  throws(() => eventFileName(START, ""), RangeError);
  throws(() => encodeFileVersion(NaN), /time is NaN, expected seconds since 1970/);
  throws(() => encodeScalars({ wallTime: -1, step: 1, scalars: {} }), RangeError);
  throws(() => encodeScalars({ wallTime: START, step: 1.5, scalars: {} }), /step is 1.5/);
  throws(() => encodeScalars({ wallTime: START, step: -1, scalars: {} }), RangeError);
});

const PYTHON = await findPythonWith("tensorboard");

/** Prints what TensorBoard's own reader finds below a directory: each run's scalars as [step, time, value]. */
const READ_RUNS = `
import json, sys
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.util.tensor_util import make_ndarray
runs = EventMultiplexer().AddRunsFromDirectory(sys.argv[1]).Reload()
print(json.dumps({
    run: {
        tag: [
            [e.step, e.wall_time, float(make_ndarray(e.tensor_proto))]
            for e in runs.Tensors(run, tag)
        ]
        for tag in sorted(runs.PluginRunToTagToContent("scalars")[run])
    }
    for run in sorted(runs.Runs())
}))
`;

testIf(PYTHON !== undefined, "tensorboard", {
  name: "TensorBoard's own reader finds each fold as a run with its scalars",
  async fn() {
    const directory = await Deno.makeTempDir();
    try {
      for (const fold of [1, 2]) {
        await Deno.mkdir(`${directory}/fold${fold}`);
        const path = `${directory}/fold${fold}/${eventFileName(START, "waka")}`;
        await Deno.writeFile(path, encodeFileVersion(START));
        for (const step of [1, 2]) {
          const scalars = { "loss/train": fold / step, learning_rate: 0.5 };
          const record = encodeScalars({ wallTime: START + step, step, scalars });
          await Deno.writeFile(path, record, { append: true });
        }
      }
      const { success, stdout, stderr } = await new Deno.Command(PYTHON!, {
        args: ["-c", READ_RUNS, directory],
      }).output();
      ok(success, new TextDecoder().decode(stderr));
      const expected = (fold: number) => ({
        learning_rate: [[1, START + 1, 0.5], [2, START + 2, 0.5]],
        "loss/train": [[1, START + 1, fold], [2, START + 2, fold / 2]],
      });
      deepStrictEqual(JSON.parse(new TextDecoder().decode(stdout)), {
        fold1: expected(1),
        fold2: expected(2),
      });
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
});
