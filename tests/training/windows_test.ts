import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import type { PackedArray } from "../../src/base/arrays.ts";
import { memorySource } from "../../src/engine/memory_source.ts";
import type { AbortOptions } from "../../src/progress.ts";
import type { StoredSignal } from "../../src/io/stored_signal.ts";
import type { SampleSource } from "../../src/engine/sample_source.ts";
import { eachWindow, type LoadedWindow, setWindowReader } from "../../src/training/_windows.ts";

const ROWS = 50;
const ROW_SIZE = 3;
const CHUNK_STARTS = Uint32Array.of(0, 8, 8, 21, 40, 50);

/** What is read of a signal, and how it ends. */
class ReadSignal implements StoredSignal {
  readonly type = "uint16";
  readonly length = ROWS * ROW_SIZE;
  readonly rowSize = ROW_SIZE;
  readonly chunkStarts = CHUNK_STARTS;
  readonly digest = "";
  readonly read: number[] = [];
  reading = 0;
  /** Chunks that cannot be read. */
  readonly lost = new Set<number>();

  async readChunk(chunk: number, { signal }: AbortOptions = {}): Promise<PackedArray> {
    this.read.push(chunk);
    this.reading++;
    try {
      await new Promise((resolve) => setTimeout(resolve, 1));
      signal?.throwIfAborted();
      return this.readChunkSync(chunk);
    } finally {
      this.reading--;
    }
  }

  readChunkSync(chunk: number): PackedArray {
    if (this.lost.has(chunk)) throw new Error(`chunk ${chunk} is lost`);
    const first = CHUNK_STARTS[chunk]! * ROW_SIZE;
    const length = CHUNK_STARTS[chunk + 1]! * ROW_SIZE - first;
    return Uint16Array.from({ length }, (_, i) => 7 * (first + i));
  }
}

/** A source of nothing, in memory. */
function emptySource(): SampleSource {
  return memorySource({
    signal: new Uint8Array(0),
    labels: undefined,
    bins: ROW_SIZE,
    marks: 1,
    transform: "none",
  });
}

/** A source of a signal that is read. Labels are rows. */
function sourceOf(signal: StoredSignal): SampleSource {
  const source = emptySource();
  setWindowReader(source, {
    signal,
    makeSource: (rows, values) =>
      memorySource({
        signal: values,
        labels: Float64Array.from(rows),
        bins: ROW_SIZE,
        marks: 1,
        transform: "none",
      }),
  });
  return source;
}

/** The rows that members see in a window, and whether their signal is theirs. */
function contentOf({ source, rows }: LoadedWindow): number[][] {
  const { signal } = source.resident!;
  return rows.map((own) =>
    Array.from(own, (local) => {
      const row = source.labels![local]!;
      const wanted = Array.from({ length: ROW_SIZE }, (_, i) => 7 * (row * ROW_SIZE + i));
      deepStrictEqual([...signal.subarray(local * ROW_SIZE, (local + 1) * ROW_SIZE)], wanted);
      return row;
    })
  );
}

const FIRST = Uint32Array.from({ length: 33 }, (_, i) => (17 * i + 5) % ROWS);
const SECOND = Uint32Array.from({ length: 21 }, (_, i) => (11 * i) % ROWS);

Deno.test("members see their rows, window by window, with the signal of each", async () => {
  for (const size of [1, 4, 10, 33, 100]) {
    const source = sourceOf(new ReadSignal());
    const rows = [FIRST, SECOND, FIRST, new Uint32Array(0)];
    const seen: number[][] = [[], [], [], []];
    let end = 0;
    for await (const window of eachWindow({ source, size, rows })) {
      strictEqual(window.start, end);
      end = window.end;
      strictEqual(end, Math.min(33, window.start + size));
      for (const [i, own] of contentOf(window).entries()) seen[i]!.push(...own);
      // Members share the samples that several of them want.
      strictEqual(window.source.samples, new Set(contentOf(window).flat()).size);
      // A window stays as it is while the next one is read.
      await new Promise((resolve) => setTimeout(resolve, 3));
      contentOf(window);
    }
    deepStrictEqual(seen, [[...FIRST], [...SECOND], [...FIRST], []]);
  }
});

Deno.test("each chunk of a window is read once, and the next window meanwhile", async () => {
  const signal = new ReadSignal();
  const rows = [Uint32Array.from({ length: 50 }, (_, row) => row)];
  const counts: number[] = [];
  const request = { source: sourceOf(signal), size: 10, rows };
  for await (const _ of eachWindow(request)) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    counts.push(signal.read.length);
  }
  // Rows 0-9 are in chunks 0 and 2, 10-19 in 2, 20-29 in 2 and 3, 30-39 in 3, 40-49 in 4.
  deepStrictEqual(signal.read, [0, 2, 2, 2, 3, 3, 4]);
  deepStrictEqual(counts, [3, 5, 6, 7, 7]);
});

Deno.test("an epoch that is resumed begins with the window of its position", async () => {
  const source = sourceOf(new ReadSignal());
  const starts: number[] = [];
  for await (const window of eachWindow({ source, size: 10, rows: [FIRST], from: 17 })) {
    starts.push(window.start);
    deepStrictEqual(contentOf(window), [[...FIRST.subarray(window.start, window.end)]]);
  }
  deepStrictEqual(starts, [10, 20, 30]);
});

Deno.test("samples in memory are one window, none if there are no rows", async () => {
  const source = emptySource();
  const all = await Array.fromAsync(eachWindow({ source, rows: [FIRST, SECOND] }));
  deepStrictEqual(all, [{ source, rows: [FIRST, SECOND], start: 0, end: 33 }]);
  const none = [new Uint32Array(0)];
  deepStrictEqual(await Array.fromAsync(eachWindow({ source, rows: none })), []);
  const stored = sourceOf(new ReadSignal());
  deepStrictEqual(await Array.fromAsync(eachWindow({ source: stored, rows: none })), []);
});

Deno.test("a chunk that is lost ends the windows when its window is asked for, with nothing still being read", async () => {
  const signal = new ReadSignal();
  signal.lost.add(3);
  const rows = [Uint32Array.from({ length: 50 }, (_, row) => row)];
  const seen: number[] = [];
  const visit = async () => {
    for await (
      const { end } of eachWindow({ source: sourceOf(signal), size: 10, rows })
    ) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      seen.push(end);
    }
  };
  await rejects(visit, /chunk 3 is lost/);
  deepStrictEqual(seen, [10, 20]);
  strictEqual(signal.reading, 0);
});

Deno.test("windows that are given up, or left, are not read any further", async () => {
  const rows = [FIRST];
  const signal = new ReadSignal();
  const controller = new AbortController();
  const source = sourceOf(signal);
  const request = { source, size: 4, rows, signal: controller.signal };
  const visit = async () => {
    for await (const _ of eachWindow(request)) controller.abort(new Error("enough"));
  };
  await rejects(visit, /enough/);
  strictEqual(signal.reading, 0);
  const reads = signal.read.length;
  await rejects(visit, /enough/);
  strictEqual(signal.read.length, reads);
  for await (const _ of eachWindow({ source, size: 4, rows })) break;
  strictEqual(signal.reading, 0);
  const most = signal.read.length;
  await new Promise((resolve) => setTimeout(resolve, 10));
  strictEqual(signal.read.length, most);
  ok(most < 5 * FIRST.length);
});

Deno.test("windows take the memory of those that ended, also where they are smaller", async () => {
  const source = sourceOf(new ReadSignal());
  const buffersOf = async (size: number) => {
    const found = new Set<ArrayBufferLike>();
    for await (const window of eachWindow({ source, size, rows: [FIRST] })) {
      found.add(window.source.resident!.signal.buffer);
    }
    return found;
  };
  const first = await buffersOf(10);
  strictEqual(first.size, 2);
  deepStrictEqual(await buffersOf(10), first);
  ok([...await buffersOf(4)].every((buffer) => first.has(buffer)));
  // Larger ones need their own, and the small ones are let go of.
  const larger = await buffersOf(17);
  ok([...larger].every((buffer) => !first.has(buffer)));
  ok([...await buffersOf(10)].every((buffer) => larger.has(buffer)));
});
