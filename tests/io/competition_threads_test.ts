/** Reading on several threads: the same columns and the same errors as on one. */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { bytesSource } from "../../src/files/byte_source.ts";
import type { PackedColumns } from "../../src/io/columns.ts";
import { readCompetition } from "../../src/io/competition.ts";
import { openFile } from "../../src/files/file.ts";
import type { NpzMemberData } from "../../src/io/npz_writer.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { DEEPCHROME_RECORD } from "../../src/record.ts";
import { npzBytes, withDirectory } from "./_npz_helpers.ts";

const record = { ...DEEPCHROME_RECORD, marks: ["H3K4me3", "H3K9me3"] };
const BINS = 50;
const COLUMNS = 4;

/** A member of counts up to `largest`, whose genes are numbered from `firstGene` on. */
function member(name: string, genes: number, firstGene: number, largest: number): NpzMemberData {
  const data = Float64Array.from({ length: genes * BINS * COLUMNS }, (_, i) => {
    const gene = firstGene + Math.floor(i / (BINS * COLUMNS));
    if (i % COLUMNS === 0) return gene;
    return i % COLUMNS === 3 ? -gene / 4 : (i * 31) % (largest + 1);
  });
  return { name, dtype: "float64", shape: [genes, BINS, COLUMNS], data };
}

/** Members of different lengths and widths, longer than a piece of the file. */
const MEMBERS = [
  member("a", 1500, 7, 200),
  member("b", 20, 1000, 70_000),
  member("c", 900, 500, 300),
  member("d", 1, 9000, 3),
];

/** Runs `body` and counts the workers that it starts; `program` replaces theirs. */
async function countWorkers<Value>(
  body: () => Promise<Value>,
  program?: string,
): Promise<[Value, number]> {
  const Original = Worker;
  let started = 0;
  globalThis.Worker = class extends Original {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(program ?? url, options);
      started++;
    }
  };
  try {
    return [await body(), started];
  } finally {
    globalThis.Worker = Original;
  }
}

/** Columns with few enough values for a readable difference. */
const plain = ({ signal, ...rest }: PackedColumns) => {
  const { constructor: { name }, length } = signal;
  const checksum = Float64Array.from(signal).reduce(
    (sum, value) => (sum * 31 + value) % 2 ** 40,
    0,
  );
  return { ...rest, signal: { name, length, checksum } };
};

for (const compress of [false, true]) {
  Deno.test(`${compress ? "deflated" : "stored"} members are decoded on as many threads as asked, to the same columns`, () =>
    withDirectory(async (directory) => {
      const bytes = await npzBytes(MEMBERS, { compress });
      const path = `${directory}/train.npz`;
      await Deno.writeFile(path, bytes);
      const alone = await readCompetition(path, { record, threads: 1 });
      ok(alone.signal instanceof Uint32Array);
      strictEqual(alone.genes.length, 1501);
      for (const threads of [2, 3, 99]) {
        const progress: number[] = [];
        const read = (source: Parameters<typeof readCompetition>[0]) =>
          readCompetition(source, {
            record,
            threads,
            onProgress: ({ done }) => progress.push(done),
          });
        const [together, workers] = await countWorkers(() => read(path));
        strictEqual(workers, Math.min(threads, MEMBERS.length));
        deepStrictEqual(plain(together), plain(alone));
        deepStrictEqual(progress, progress.toSorted((a, b) => a - b));
        strictEqual(progress.at(-1), 2421);
        deepStrictEqual(plain(await read(bytesSource(bytes))), plain(alone));
      }
    }));
}

Deno.test("a small file is not worth other threads", async () => {
  const source = bytesSource(await npzBytes(MEMBERS));
  const [, workers] = await countWorkers(() => readCompetition(source, { record }));
  strictEqual(workers, 0);
});

Deno.test("the first of several bad members is reported, as on one thread", async () => {
  const spoil = (index: number, at: number, value: number) => {
    const { data, ...rest } = MEMBERS[index]!;
    return { ...rest, data: (data as Float64Array<ArrayBuffer>).with(at, value) };
  };
  const bytes = await npzBytes([
    MEMBERS[1]!,
    spoil(0, 1400 * BINS * COLUMNS + 1, -3),
    spoil(3, 1, NaN),
    MEMBERS[2]!,
  ]);
  for (const threads of [1, 2, 4]) {
    const source = bytesSource(bytes, "train.npz");
    await rejects(readCompetition(source, { record, threads }), {
      name: "FormatError",
      file: "train.npz",
      message: 'Cannot read npz member "a": row 1400 (rows and bins from 0): gene 1407, bin 0, ' +
        "H3K4me3 is -3, expected a finite count >= 0 (train.npz)",
    });
  }
});

Deno.test("damaged bytes of a member are reported with their place, as on one thread", async () => {
  const bytes = await npzBytes(MEMBERS, { compress: true });
  bytes.fill(0x55, 2000, 2050);
  const errors: string[] = [];
  for (const threads of [1, 3]) {
    await rejects(readCompetition(bytesSource(bytes), { record, threads }), (error: Error) => {
      strictEqual(error.name, "FormatError");
      return errors.push(error.message) > 0;
    });
  }
  strictEqual(errors[1], errors[0]);
});

Deno.test("a file with any damaged byte is read or refused in the same way on any number of threads", async () => {
  const whole = await npzBytes(MEMBERS.slice(1, 4), { compress: true });
  const random = new RandomStream(deriveKey(5, "damage"));
  const outcome = async (bytes: Uint8Array<ArrayBuffer>, threads: number) => {
    try {
      return plain(await readCompetition(bytesSource(bytes), { record, threads }));
    } catch (error) {
      return error;
    }
  };
  for (let i = 0; i < 20; i++) {
    const damaged = whole.slice();
    damaged[random.below(damaged.length)]! ^= 1 << random.below(8);
    deepStrictEqual(await outcome(damaged, 2), await outcome(damaged, 1));
  }
});

Deno.test("an error of the source ends the reading on all threads, and is passed on", () =>
  withDirectory(async (directory) => {
    const path = `${directory}/train.npz`;
    await Deno.writeFile(path, await npzBytes(MEMBERS));
    using file = Object.assign(await openFile(path), { [Symbol.dispose]: () => file.close() });
    const broken = new Error("the network is gone");
    const source = {
      ...file,
      read: (offset: number, length: number) =>
        length > 2 ** 16 ? Promise.reject(broken) : file.read(offset, length),
    };
    await rejects(readCompetition(source, { record, threads: 2 }), broken);
  }));

Deno.test("where no worker can start, the file is read without workers", async () => {
  const source = bytesSource(await npzBytes(MEMBERS));
  const read = () => readCompetition(source, { record, threads: 2 });
  const [columns] = await countWorkers(
    read,
    "data:application/javascript,throw 'no policy allows it'",
  );
  deepStrictEqual(columns.labels, (await readCompetition(source, { record })).labels);
});

Deno.test("an error of onProgress ends the reading on all threads", async () => {
  const source = bytesSource(await npzBytes(MEMBERS));
  const enough = new Error("enough");
  const onProgress = () => {
    throw enough;
  };
  await rejects(readCompetition(source, { record, threads: 2, onProgress }), enough);
});

Deno.test("a signal ends the reading on all threads, before it begins and midway", async () => {
  const source = bytesSource(await npzBytes(MEMBERS));
  const reason = new Error("given up");
  for (const threads of [1, 3]) {
    const aborted = AbortSignal.abort(reason);
    await rejects(readCompetition(source, { record, threads, signal: aborted }), reason);
    const controller = new AbortController();
    let calls = 0;
    const onProgress = () => {
      calls++;
      controller.abort(reason);
    };
    const { signal } = controller;
    await rejects(readCompetition(source, { record, threads, onProgress, signal }), reason);
    ok(calls > 0);
    // While workers decode and nobody calls back.
    const waiting = new AbortController();
    const reading = rejects(
      readCompetition(source, { record, threads: 3, signal: waiting.signal }),
      reason,
    );
    setTimeout(() => waiting.abort(reason));
    await reading;
  }
});

Deno.test("an impossible number of threads is refused", async () => {
  const source = bytesSource(await npzBytes(MEMBERS));
  for (const threads of [0, -1, 1.5, NaN]) {
    await rejects(readCompetition(source, { record, threads }), RangeError);
  }
});
