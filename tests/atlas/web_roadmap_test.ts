/** The competition's files rebuilt from a server, which does all that servers do. */

import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { STORE_FOLDER } from "../../src/atlas/_count_store.ts";
import { rebuildCompetition } from "../../src/atlas/rebuild.ts";
import type { RebuildProgress } from "../../src/atlas/rebuild_options.ts";
import { localRoadmap } from "../../src/atlas/roadmap_files.ts";
import { roadmapPath } from "../../src/atlas/roadmap_tree.ts";
import { webRoadmap } from "../../src/atlas/web_roadmap.ts";
import { readCompetition } from "../../src/io/competition.ts";
import { filesIn, withDirectory } from "../helpers/command.ts";
import { gzipInTwo, makeTree, writeTree } from "../helpers/roadmap_tree.ts";
import type { Fault, ServedRequest } from "../helpers/web_server.ts";
import { CELL_TYPES, FOLDER, rebuildFrom, serveTree } from "./_rebuilding.ts";

/** A tree whose files are several blocks long, so that a connection can break within them. */
const LONG = makeTree({ cellTypes: CELL_TYPES, reads: 12_000, seed: 2 });
const BLOCK_BYTES = 1 << 14;

const isAlignments = ({ path }: ServedRequest) => path.endsWith(".tagAlign.gz");
/** Whether a request is for more than the look at a file's beginning. */
const isRead = (request: ServedRequest) =>
  isAlignments(request) && (request.range === undefined || request.range.end > BLOCK_BYTES);

/** Digests of what comes of the long tree from a local copy, by file. */
const wanted = new Map<string, string>();

/** Throws unless a directory holds what comes of a local copy, but for the records, which say where the files were. */
async function checkOutputs(directory: string): Promise<void> {
  if (wanted.size === 0) {
    await withDirectory(async (other) => {
      await writeTree(LONG, `${other}/tree`);
      const files = await localRoadmap(`${other}/tree`);
      await rebuildCompetition(`${other}/out`, { files, cellTypes: CELL_TYPES });
      for (const [file, digest] of await digestContents(`${other}/out`)) wanted.set(file, digest);
    });
  }
  deepStrictEqual(await digestContents(directory), wanted);
}

async function digestContents(directory: string): Promise<Map<string, string>> {
  const digests = new Map<string, string>();
  for (const part of ["train", "eval"]) {
    const { signal, labels } = await readCompetition(`${directory}/${part}.npz`);
    digests.set(part, await digestOf(signal));
    if (labels !== undefined) digests.set(`${part} labels`, await digestOf(labels));
  }
  return digests.set("labels", await digestOf(await Deno.readFile(`${directory}/eval_labels.csv`)));
}

async function digestOf(values: ArrayBufferView): Promise<string> {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

Deno.test("from a server come the same bytes, three files at a time, with progress in files and bytes", () =>
  withDirectory(async (directory) => {
    const open = new Set<string>();
    let mostOpen = 0;
    await using server = serveTree(LONG);
    const files = webRoadmap({ baseUrl: server.origin + FOLDER });
    const seen: RebuildProgress[] = [];
    const watched = {
      ...files,
      async find(path: string) {
        const file = await files.find(path);
        return file && {
          ...file,
          async open() {
            const source = await file.open();
            open.add(path);
            mostOpen = Math.max(mostOpen, open.size);
            const close = () => {
              open.delete(path);
              source.close();
            };
            return {
              ...source,
              read: (offset: number, length: number) => source.read(offset, length),
              close,
            };
          },
        };
      },
    };
    await rebuildCompetition(directory, {
      files: watched,
      cellTypes: CELL_TYPES,
      onProgress: (progress) => seen.push(progress),
    });
    await checkOutputs(directory);
    strictEqual(mostOpen, 3);
    ok(server.mostAtATime <= 6, `${server.mostAtATime}`);
    const { files: counted, totalFiles, done, total } = seen.at(-1)!;
    deepStrictEqual([counted, totalFiles, done], [10, 10, total]);
    const sizes = [...LONG.files].filter(([path]) => path.endsWith("tagAlign.gz"));
    strictEqual(total, sizes.reduce((sum, [, { length }]) => sum + length, 0));
    deepStrictEqual(seen.map(({ finished }) => finished).filter((name) => name).sort(), CELL_TYPES);
    // Each file is sent once, and its beginning twice.
    const whole = [...LONG.files.values()].reduce((sum, { length }) => sum + length, 0);
    ok(server.sentBytes < whole + 12 * 2 * BLOCK_BYTES, `${server.sentBytes} of ${whole}`);
    deepStrictEqual(filesIn(directory), ["eval.npz", "eval_labels.csv", "train.npz"]);
  }));

/** Faults that pass, each with whom it meets. */
const PASSING: Readonly<Record<string, (request: ServedRequest) => Fault | undefined>> = {
  "breaks connections": (request) =>
    request.earlier % 2 === 0 && isRead(request) ? { kind: "drop", after: 3000 } : undefined,
  "answers 500 and 503 first": ({ earlier }) =>
    earlier < 2 ? { kind: "status", status: earlier === 0 ? 500 : 503 } : undefined,
  "answers 429 with Retry-After": ({ earlier }) =>
    earlier === 1 ? { kind: "status", status: 429, headers: { "retry-after": "0" } } : undefined,
  "sends fewer bytes than it says": (request) =>
    request.earlier === 2 && isRead(request) ? { kind: "short", by: 100 } : undefined,
  "sends more bytes than it says": (request) =>
    request.earlier === 2 && isRead(request) ? { kind: "short", by: -100 } : undefined,
  "stalls": (request) =>
    request.earlier === 2 && request.path.endsWith("E071-H3K4me1.tagAlign.gz")
      ? { kind: "stall", after: 100 }
      : undefined,
  "is slow": (request) =>
    request.path.endsWith("E003-H3K4me3.tagAlign.gz") ? { kind: "slow", bytes: 4000 } : undefined,
  "sends small parts": () => ({ kind: "partial", bytes: 20_000 }),
  "has no ranges": () => ({ kind: "whole" }),
  "has no ranges and breaks off": ({ earlier }) =>
    earlier === 1 ? { kind: "whole", dropAfter: 40_000 } : { kind: "whole" },
  "sends wrong bytes once": (request) =>
    request.earlier === 2 && isRead(request) ? { kind: "wrong" } : undefined,
  "declares gzip files as compressed on the way, as old servers do": ({ path }) =>
    path.endsWith(".gz")
      ? { kind: "headers", headers: { "content-encoding": "x-gzip" } }
      : undefined,
  "has neither tags nor dates": () => ({
    kind: "headers",
    headers: { etag: "", "last-modified": "" },
  }),
};

for (const [what, fault] of Object.entries(PASSING)) {
  Deno.test(`a server that ${what} gives the same bytes`, () =>
    withDirectory(async (directory) => {
      await using server = serveTree(LONG, fault);
      const warnings: string[] = [];
      await rebuildFrom(server, directory, { onWarning: (text) => warnings.push(text) });
      await checkOutputs(directory);
      strictEqual(filesIn(directory).length, 3);
      if (what.startsWith("sends wrong bytes")) {
        ok(warnings.length > 0);
        for (const text of warnings) match(text, /^Cannot .*\.tagAlign\.gz.*It is read again$/);
      } else deepStrictEqual(warnings, []);
    }));
}

Deno.test("a file cut at the end of a gzip member is noticed by its length, and read again", () =>
  withDirectory(async (directory) => {
    const path = roadmapPath({ cellType: "E003", mark: "H3K4me3" });
    const { bytes, first } = gzipInTwo(LONG.alignments.get(path)!);
    const files = new Map([...LONG.files, [path, bytes]]);
    let cuts = 0;
    // The server says that the file has all bytes, and sends those of the first member as if they were all.
    await using server = serveTree({ files }, (request) => {
      if (request.path !== FOLDER + path || request.range === undefined) return undefined;
      const { start, end } = request.range;
      const has = Math.min(end, bytes.length) - start;
      if (start + has <= first || cuts++ > 2) return undefined;
      return { kind: "short", by: start + has - Math.max(first, start) };
    });
    await rebuildFrom(server, directory);
    ok(cuts > 2);
    await checkOutputs(directory);
  }));

Deno.test("a file that changes while it is read is read again from its start", () =>
  withDirectory(async (directory) => {
    const path = FOLDER + roadmapPath({ cellType: "E071", mark: "H3K9me3" });
    const other = LONG.files.get(roadmapPath({ cellType: "E003", mark: "H3K9me3" }))!;
    const own = LONG.files.get(path.slice(FOLDER.length))!;
    let changes = 0;
    await using server = serveTree(LONG, (request) => {
      // Before it is read it is another file; that is replaced when its second part is asked for.
      if (request.path === path && isRead(request) && changes === 0) {
        changes++;
        server.options.files[path] = own;
      }
      return undefined;
    });
    server.options.files[path] = other;
    const warnings: string[] = [];
    await rebuildFrom(server, directory, { onWarning: (text) => warnings.push(text) });
    await checkOutputs(directory);
    strictEqual(changes, 1);
    match(
      warnings.join("\n"),
      /changed on its server.*E071-H3K9me3\.tagAlign\.gz.*It is read again/,
    );
  }));

Deno.test("a file that is damaged each time is refused with its address, and the counts of the others are kept", () =>
  withDirectory(async (directory) => {
    const path = roadmapPath({ cellType: "E003", mark: "H3K27me3" });
    const bytes = LONG.files.get(path)!;
    const middle = bytes.length >> 1;
    const files = new Map([...LONG.files, [path, bytes.with(middle, bytes[middle]! ^ 8)]]);
    await using server = serveTree({ files });
    await rejects(rebuildFrom(server, directory), (error: Error) => {
      match(
        error.message,
        /^Cannot rebuild the competition's files: 1 of 10 files could not be counted: /,
      );
      ok(error.message.includes(`${server.origin}${FOLDER}${path}`), error.message);
      return true;
    });
    strictEqual(filesIn(directory).length, 9);
    server.options.files[FOLDER + path] = bytes;
    server.reset();
    await rebuildFrom(server, directory);
    await checkOutputs(directory);
    const read = new Set(server.requests.filter(isRead).map((request) => request.path));
    deepStrictEqual([...read], [FOLDER + path]);
  }));

Deno.test("files that are missing on the server are refused by name before any is read", () =>
  withDirectory(async (directory) => {
    await using server = serveTree(
      LONG,
      ({ path }) =>
        path.endsWith("E071-H3K36me3.tagAlign.gz") ? { kind: "status", status: 404 } : undefined,
    );
    await rejects(rebuildFrom(server, directory), (error: Error) => {
      match(error.message, /E071 lacks E071-H3K36me3\.tagAlign\.gz\. Name other cell types/);
      ok(error.message.includes(server.origin), error.message);
      return true;
    });
    deepStrictEqual(server.requests.filter(isRead), []);
    await rebuildFrom(server, directory, { missing: "leave-out" });
    const { cellTypes } = await readCompetition(`${directory}/eval.npz`);
    deepStrictEqual(cellTypes, ["E003"]);
  }));

Deno.test("a server that forbids, that sends pages, or that is not there is no server without files", () =>
  withDirectory(async (directory) => {
    const refused = async (fault: Fault, message: RegExp) => {
      await using server = serveTree(LONG, (request) => isAlignments(request) ? fault : undefined);
      await rejects(rebuildFrom(server, directory, { missing: "leave-out" }), message);
    };
    await refused({ kind: "status", status: 403 }, /status 403/);
    await refused({ kind: "status", status: 500 }, /status 500, after 4 tries/);
    await refused(
      { kind: "headers", headers: { "content-type": "text/html" } },
      /sends a web page/,
    );
    await refused({ kind: "compressed" }, /./);
    await rejects(
      rebuildFrom({ origin: "http://127.0.0.1:9" }, directory),
      /the connection failed/,
    );
    deepStrictEqual(filesIn(directory), []);
  }));

Deno.test("redirects are followed, and addresses may end without a slash or have a query", () =>
  withDirectory(async (directory) => {
    await using server = serveTree(
      LONG,
      ({ path }) =>
        path.startsWith("/moved/")
          ? { kind: "redirect", to: `/roadmap/data/${path.slice("/moved/".length)}` }
          : undefined,
    );
    const files = webRoadmap({ baseUrl: `${server.origin}/moved?key=secret`, backOffMs: 1 });
    strictEqual(files.place, `${server.origin}/moved/`);
    await rebuildCompetition(directory, { files, cellTypes: CELL_TYPES });
    await checkOutputs(directory);
    ok(
      server.requests.some(({ path, query }) =>
        path.startsWith("/moved/") && query === "?key=secret"
      ),
    );
    const { record } = await readCompetition(`${directory}/train.npz`);
    ok(!JSON.stringify(record).includes("secret"));
  }));

Deno.test("files are kept on request, whole, at their paths, and a copy of them is all that is needed", () =>
  withDirectory(async (directory) => {
    const [out, again] = [`${directory}/out`, `${directory}/again`];
    await using server = serveTree(LONG, PASSING["breaks connections"]);
    await rebuildFrom(server, out, { keep: true });
    await checkOutputs(out);
    const kept = filesIn(out).filter((name) => !/^(train|eval)/.test(name));
    deepStrictEqual(kept, [...LONG.files.keys()].sort());
    for (const name of kept) {
      strictEqual(
        inLetters(await Deno.readFile(`${out}/${name}`)),
        inLetters(LONG.files.get(name)!),
      );
    }
    await rebuildCompetition(again, { files: await localRoadmap(out), cellTypes: CELL_TYPES });
    await checkOutputs(again);
    // What is kept is not sent again.
    server.reset();
    await rebuildFrom(server, out, { keep: true });
    deepStrictEqual(server.requests.filter(isRead), []);
  }));

/** Letters that stand for bytes, which compare fast. */
function inLetters(bytes: Uint8Array): string {
  return bytes.toBase64();
}

Deno.test("a kept file that was damaged since is fetched again", () =>
  withDirectory(async (directory) => {
    await using server = serveTree(LONG);
    await rebuildFrom(server, directory, { keep: true });
    const path = roadmapPath({ cellType: "E003", mark: "H3K4me1" });
    const bytes = LONG.files.get(path)!;
    await Deno.writeFile(`${directory}/${path}`, bytes.with(9000, bytes[9000]! ^ 1));
    const short = roadmapPath({ cellType: "E003", mark: "H3K4me3" });
    await Deno.writeFile(`${directory}/${short}`, LONG.files.get(short)!.slice(0, -1));
    server.reset();
    const warnings: string[] = [];
    await rebuildFrom(server, directory, { keep: true, onWarning: (text) => warnings.push(text) });
    await checkOutputs(directory);
    const read = new Set(server.requests.filter(isRead).map((request) => request.path));
    deepStrictEqual([...read].sort(), [FOLDER + path, FOLDER + short].sort());
    strictEqual(inLetters(await Deno.readFile(`${directory}/${path}`)), inLetters(bytes));
    strictEqual(warnings.length, 1);
  }));

Deno.test("a download that was stopped continues by range where it was, unless the file has changed", () =>
  withDirectory(async (directory) => {
    // More than one flush to disk.
    const path = roadmapPath({ cellType: "E003", mark: "H3K27me3" });
    const readsOf = (other: string) => other === path ? 600_000 : 900;
    const tree = makeTree({ cellTypes: ["E003"], readsOf });
    const size = tree.files.get(path)!.length;
    ok(size > 1.2 * 2 ** 22, `${size}`);
    await using server = serveTree(tree);
    const stopped = new Error("stopped");
    const stop = async () => {
      const controller = new AbortController();
      await rejects(
        rebuildFrom(server, directory, {
          cellTypes: ["E003"],
          keep: true,
          concurrency: 1,
          signal: controller.signal,
          onProgress: ({ done }) => {
            if (done >= 2 ** 22) controller.abort(stopped);
          },
        }),
        stopped,
      );
    };
    await stop();
    const part = `${STORE_FOLDER}/E003-H3K27me3.tagAlign.gz.download`;
    ok(filesIn(directory).includes(part));
    ok(!filesIn(directory).includes(path));
    strictEqual(Deno.statSync(`${directory}/${part}`).size, 2 ** 22);
    server.reset();
    await stop();
    const own = server.requests.filter((request) => request.path === FOLDER + path);
    ok(own.some(({ range }) => range!.start > 2 ** 22));
    // Nothing of the first half was sent again, but for the beginning.
    ok(
      own.every(({ range }) =>
        range!.start === 0 ? range!.end <= BLOCK_BYTES : range!.start >= 2 ** 22 - BLOCK_BYTES
      ),
    );
    // A run that keeps nothing removes what it does not need.
    const other = `${directory}/other`;
    await Deno.mkdir(other);
    await Deno.rename(`${directory}/${STORE_FOLDER}`, `${other}/${STORE_FOLDER}`);
    await rebuildFrom(server, other, { cellTypes: ["E003"] });
    deepStrictEqual(filesIn(other), ["eval.npz", "eval_labels.csv", "train.npz"]);
    await stop();
    // The file changes: it is fetched from its start.
    const changed = makeTree({ cellTypes: ["E003"], readsOf, seed: 5 }).files.get(path)!;
    server.options.files[FOLDER + path] = changed;
    await rebuildFrom(server, directory, { cellTypes: ["E003"], keep: true });
    strictEqual(inLetters(await Deno.readFile(`${directory}/${path}`)), inLetters(changed));
    ok(!filesIn(directory).some((name) => name.startsWith(STORE_FOLDER)));
  }));
