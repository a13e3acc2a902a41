/** Files that several threads count together have the numbers, the messages and the errors of one thread. */

import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import { fileURLToPath } from "node:url";
import { bytesSource } from "../../../src/files/byte_source.ts";
import type { Gene } from "../../../src/genome/gene.ts";
import { openSignalFile } from "../../../src/genome/open_signal_file.ts";
import { prepare } from "../../../src/genome/prepare.ts";
import type { PrepareOptions, SignalInput } from "../../../src/genome/prepare_options.ts";
import { CountCrew, startCountThreads } from "../../../src/genome/signal/count_crew.ts";
import { isShared } from "../../../src/genome/signal/count_shares.ts";
import { openSignal } from "../../../src/genome/signal/open_signal.ts";
import { writeBigWig } from "../../fuzz/big_wig_file.ts";
import { endOf, withDirectory } from "../../helpers/command.ts";
import { fixtureBytes, fixtureWindows, geneAt } from "../../helpers/genome.ts";

const FILES: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
  "reads.bam": fixtureBytes("reads.bam"),
  "reads.bam.bai": fixtureBytes("reads.bam.bai"),
  "signal.bw": writeBigWig({ compress: true, deep: true }).finish(),
};

/** A directory with the fixtures, in which files may be changed. */
function withFiles(body: (directory: string) => Promise<void>): Promise<void> {
  return withDirectory(async (directory) => {
    for (const [name, bytes] of Object.entries(FILES)) {
      await Deno.writeFile(`${directory}/${name}`, bytes);
    }
    await body(directory);
  });
}

/** Genes on both sequences of a file. None has a value below zero, which data sets cannot hold, in its 1,000 bases. */
function genesOf(path: string): Gene[] {
  const lengths = path.endsWith(".bw")
    ? { chr1: 9999, chr2: 9999 }
    : { chr1: 59_999, chr2: 19_999 };
  return Object.entries(lengths).flatMap(([name, length]) => {
    const places = Array.from({ length: Math.ceil(length / 1700) }, (_, i) => i * 1700);
    return places.filter((place) => place !== 1700).map((place) => geneAt(name, place));
  });
}

/** The files of three cell types, all of them one file. */
function inputsOf(path: string): SignalInput[] {
  return ["liver", "lung", "brain"].map((cellType) => ({
    cellType,
    mark: "H3K4me3",
    name: path,
    open: () => openSignalFile(path),
  }));
}

/** What counting gives and says, with all values as text, which is compared quickly. */
async function countAll(path: string, options: Pick<PrepareOptions, "rule" | "threads">) {
  const facts: string[] = [];
  const warnings: string[] = [];
  let last = "";
  const preparation = await prepare(genesOf(path), inputsOf(path), {
    ...options,
    halfWidthBp: 500,
    onFile: (file) => facts.push(JSON.stringify(file)),
    onWarning: (text) => warnings.push(text),
    onProgress: ({ done, total }) => last = `${done} of ${total}`,
  });
  const { signal } = await preparation.columns();
  return { signal: [...signal].join(" "), facts: facts.sort(), warnings: warnings.sort(), last };
}

/** Runs a body in which workers have another program. */
async function withWorkers(program: string, body: () => Promise<void>): Promise<void> {
  const original = globalThis.Worker;
  const address = new URL(program, import.meta.url);
  globalThis.Worker = class extends original {
    constructor(_: string | URL, options?: WorkerOptions) {
      super(address, options);
    }
  };
  try {
    await body();
  } finally {
    globalThis.Worker = original;
  }
}

for (const [name, rule] of [["reads.bam", "reads"], ["signal.bw", "mean"]] as const) {
  Deno.test(`${name}: the numbers, facts and warnings do not depend on threads`, () =>
    withFiles(async (directory) => {
      const path = `${directory}/${name}`;
      const alone = await countAll(path, { rule, threads: 1 });
      ok(/[1-9]/.test(alone.signal));
      const total = 3 * genesOf(path).length;
      strictEqual(alone.last, `${total} of ${total}`);
      for (const threads of [undefined, 2, 3, 8]) {
        deepStrictEqual(await countAll(path, { rule, threads }), alone);
      }
    }));

  Deno.test(`${name}: a damaged sequence gives the error of one thread, whichever is damaged`, () =>
    withFiles(async (directory) => {
      const path = `${directory}/${name}`;
      const whole = FILES[name]!;
      const describe = (threads: number) =>
        countAll(path, { rule, threads }).then(
          ({ signal }) => signal,
          (error) => JSON.stringify([error.name, error.message, error.byteOffset]),
        );
      const outcomes = new Set<string>();
      for (let part = 1; part < 12; part++) {
        const bytes = whole.slice();
        bytes[Math.floor(whole.length * part / 12)]! ^= 0x10;
        await Deno.writeFile(path, bytes);
        if (name === "reads.bam") await Deno.writeFile(`${path}.bai`, FILES[`${name}.bai`]!);
        const alone = await describe(1);
        outcomes.add(alone);
        strictEqual(await describe(3), alone);
      }
      ok([...outcomes].some((text) => text.includes("FormatError")));
    }));

  for (const answers of [0, 1, 2]) {
    Deno.test(`${name}: threads that die after ${answers} answers change nothing`, () =>
      withFiles(async (directory) => {
        const path = `${directory}/${name}`;
        const alone = await countAll(path, { rule, threads: 1 });
        await withWorkers(`../../helpers/dying_counter.ts?${answers}`, async () => {
          deepStrictEqual(await countAll(path, { rule, threads: 3 }), alone);
        });
      }));
  }

  Deno.test(`${name}: threads whose program is not there change nothing`, () =>
    withFiles(async (directory) => {
      const path = `${directory}/${name}`;
      const alone = await countAll(path, { rule, threads: 1 });
      await withWorkers("./missing_program.ts", async () => {
        deepStrictEqual(await countAll(path, { rule, threads: 3 }), alone);
      });
    }));

  Deno.test(`${name}: an error of onProgress ends counting and is passed on`, () =>
    withFiles(async (directory) => {
      const path = `${directory}/${name}`;
      for (let after = 1; after < 6; after++) {
        let calls = 0;
        const preparation = await prepare(genesOf(path), inputsOf(path), {
          rule,
          threads: 3,
          halfWidthBp: 500,
          onProgress: () => {
            if (++calls >= after) throw new Error("the user pressed Ctrl-C");
          },
        });
        await rejects(preparation.columns(), /Ctrl-C/);
      }
    }));

  Deno.test(`${name}: a signal ends counting on all threads, and everything that was opened is closed`, () =>
    withFiles(async (directory) => {
      const path = `${directory}/${name}`;
      const reason = new Error("given up");
      for (const threads of [1, 3]) {
        for (let after = 1; after < 5; after++) {
          const controller = new AbortController();
          let [opened, closed, calls] = [0, 0, 0];
          const open = async () => {
            const { track, close } = await openSignalFile(path);
            opened++;
            return { track, close: () => (closed++, close()) };
          };
          const inputs = inputsOf(path).map((input) => ({ ...input, open }));
          const preparation = await prepare(genesOf(path), inputs, {
            rule,
            threads,
            halfWidthBp: 500,
            signal: controller.signal,
            onProgress: () => ++calls === after && controller.abort(reason),
          });
          await rejects(preparation.columns(), reason);
          strictEqual(calls, after, "nothing is counted after it");
          strictEqual(closed, opened);
        }
      }
      const aborted = { rule, signal: AbortSignal.abort(reason) };
      await rejects(prepare(genesOf(path), inputsOf(path), aborted), reason);
      const { track, close } = await openSignalFile(path);
      await rejects(track.count(fixtureWindows(), aborted), reason);
      close();
    }));
}

Deno.test("a file that is replaced or cut while it is counted is never read as if it were the same", () =>
  withFiles(async (directory) => {
    const path = `${directory}/reads.bam`;
    const windows = fixtureWindows();
    using crew = new CountCrew({ threads: 2 });
    const count = async (change: () => Promise<void>) => {
      const { track, close } = await openSignalFile(path);
      try {
        ok(isShared(track));
        await change();
        return await track.countTogether(windows, { rule: "reads" }, crew);
      } finally {
        close();
      }
    };
    const { values } = await count(() => Promise.resolve());
    // Another file of the same length: whoever has opened the first one still reads that.
    const replaced = await count(async () => {
      await Deno.writeFile(`${path}.new`, new Uint8Array(FILES["reads.bam"]!.length));
      await Deno.rename(`${path}.new`, path);
    });
    deepStrictEqual(replaced.values, values);
    await Deno.writeFile(path, FILES["reads.bam"]!);
    await Deno.writeFile(`${path}.bai`, FILES["reads.bam.bai"]!);
    await rejects(
      count(() => Deno.truncate(path, 5000)),
      { name: "FormatError", file: path, message: /changed while it was read/ },
    );
  }));

Deno.test("files in memory are counted by the caller's thread alone, with the same numbers", async () => {
  const [bam, index] = ["reads.bam", "reads.bam.bai"].map((name) =>
    bytesSource(fixtureBytes(name), name)
  );
  const track = await openSignal(bam!, { index });
  ok(isShared(track));
  await withWorkers("./missing_program.ts", async () => {
    using crew = new CountCrew({ threads: 4 });
    const windows = fixtureWindows();
    const together = await track.countTogether(windows, { rule: "reads" }, crew);
    deepStrictEqual(together, await track.count(windows, { rule: "reads" }));
  });
});

Deno.test("threads that were started early are the ones that count, and those without work end", () =>
  withFiles(async (directory) => {
    const { Worker } = globalThis;
    let made = 0;
    let ended = 0;
    globalThis.Worker = class extends Worker {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args);
        made++;
      }
      override terminate(): void {
        ended++;
        super.terminate();
      }
    };
    try {
      // A small file is worth none; nor are more started than are asked for.
      startCountThreads(2 ** 20, 2);
      strictEqual(made, 0);
      startCountThreads(2 ** 30, 2);
      startCountThreads(2 ** 30, 2);
      strictEqual(made, 1);
      const path = `${directory}/reads.bam`;
      await countAll(path, { rule: "reads", threads: 2 });
      deepStrictEqual([made, ended], [1, 1]);
    } finally {
      globalThis.Worker = Worker;
    }
  }));

Deno.test("numbers of threads that make no sense are refused", () => {
  for (const threads of [0, -1, 1.5, NaN, 1025]) {
    throws(() => new CountCrew({ threads }), RangeError);
  }
});

Deno.test("a process whose program stops listening in the middle of counting ends", () =>
  withFiles(async (directory) => {
    const program = fileURLToPath(new URL("../../helpers/stop_counting.ts", import.meta.url));
    const args = ["run", "-q", "--no-prompt", "--allow-read", program, `${directory}/reads.bam`];
    // One that does not end is ended, and has another code.
    const signal = AbortSignal.timeout(120_000);
    const { code, stdout, stderr } = await endOf(
      new Deno.Command(Deno.execPath(), { args, signal }),
    );
    strictEqual(code, 0, stderr);
    strictEqual(stdout.trim(), "stopped");
  }));
