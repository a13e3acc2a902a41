/** What a file can be read from, and how its reading ends. */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import vm from "node:vm";
import { NotFoundError, RemoteError } from "../../src/errors.ts";
import { bytesSource } from "../../src/files/byte_source.ts";
import { guardSource } from "../../src/files/guard_source.ts";
import { openSource } from "../../src/files/open_source.ts";
import { withDirectory } from "../helpers/command.ts";

const BYTES = Uint8Array.of(1, 2, 3, 4, 5);

Deno.test("each kind of source has its name, and closing it closes only what was opened", async () => {
  using bytes = await openSource(BYTES);
  deepStrictEqual([bytes.name, bytes.size], ["memory", 5]);
  deepStrictEqual([...await bytes.read(1, 2)], [2, 3]);
  using blob = await openSource(new Blob([BYTES]));
  strictEqual(blob.name, "blob");
  using file = await openSource(new File([BYTES], "a.bin"));
  strictEqual(file.name, "a.bin");
  using response = await openSource(new Response(BYTES));
  deepStrictEqual([response.name, [...await response.read(0, 5)]], ["response", [...BYTES]]);
  await withDirectory(async (directory) => {
    await Deno.writeFile(`${directory}/a.bin`, BYTES);
    const opened = await openSource(`${directory}/a.bin`);
    strictEqual(opened.identity?.size, 5);
    opened.close();
    await rejects(opened.read(0, 1));
    await rejects(openSource(`${directory}/a.bin/b`), (error: unknown) => {
      ok(error instanceof NotFoundError && error.cause instanceof Error);
      return /a part of this path is a file/.test(error.message);
    });
  });
  await rejects(openSource(new URL("ftp://example.org/a.bin")), TypeError);
});

Deno.test("bytes may be a buffer or a view of one", async () => {
  const { buffer } = Uint8Array.of(0, ...BYTES, 9);
  using whole = await openSource(buffer);
  deepStrictEqual([whole.name, whole.size], ["memory", 7]);
  using view = await openSource(new DataView(buffer, 1, 5));
  deepStrictEqual([...await view.read(0, view.size)], [...BYTES]);
  const shared = new SharedArrayBuffer(2);
  new Uint8Array(shared).set([7, 8]);
  using copy = await openSource(new DataView(shared, 1));
  deepStrictEqual([...await copy.read(0, 1)], [8]);
});

Deno.test("bytes of another context of JavaScript are taken by their names, without a copy", async () => {
  const other = (code: string) => vm.runInNewContext(code);
  const bytes: Uint8Array = other("Uint8Array.of(1, 2, 3, 4, 5)");
  strictEqual((bytes as object) instanceof Uint8Array, false);
  const view = other("(bytes) => new DataView(bytes.buffer, 1, 3)")(bytes);
  for (
    const [source, start, end] of [[bytes, 0, 5], [bytes.buffer, 0, 5], [view, 1, 4]] as const
  ) {
    using opened = await openSource(source);
    deepStrictEqual(await opened.read(0, opened.size), BYTES.slice(start, end));
    bytes[1] = 9;
    strictEqual((await opened.read(1 - start, 1))[0], 9);
    bytes[1] = 2;
  }
  // Such as those of jsdom: they have the methods and the names.
  const blobLike = (blob: Blob) => ({
    [Symbol.toStringTag]: blob instanceof File ? "File" : "Blob",
    name: blob instanceof File ? blob.name : undefined,
    size: blob.size,
    slice: (start: number, end: number) => blob.slice(start, end),
    arrayBuffer: () => blob.arrayBuffer(),
  });
  using blob = await openSource(blobLike(new Blob([BYTES])) as unknown as Blob);
  deepStrictEqual([blob.name, await blob.read(0, 5)], ["blob", BYTES]);
  using file = await openSource(blobLike(new File([BYTES], "a.bin")) as unknown as Blob);
  deepStrictEqual([file.name, await file.read(1, 2)], ["a.bin", BYTES.slice(1, 3)]);
  const { ok: isOk, status, url, headers, body } = new Response(BYTES);
  const answer = { [Symbol.toStringTag]: "Response", ok: isOk, status, url, headers, body };
  using response = await openSource(answer as unknown as Response);
  deepStrictEqual(await response.read(0, 5), BYTES);
  await withDirectory(async (directory) => {
    await Deno.writeFile(`${directory}/a.bin`, BYTES);
    const { href, protocol, pathname } = new URL(`file://${directory}/a.bin`);
    const place = { [Symbol.toStringTag]: "URL", href, protocol, pathname, toString: () => href };
    using opened = await openSource(place as unknown as URL);
    strictEqual(opened.size, 5);
  });
});

Deno.test("bytes whose memory was transferred are refused, empty ones are not", async () => {
  const bytes = Uint8Array.of(1, 2);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  for (const source of [bytes, bytes.buffer]) {
    await rejects(openSource(source), TypeError);
  }
  await rejects(openSource(bytes), /^TypeError: .* a Uint8Array whose memory was transferred or/);
  using empty = await openSource(new ArrayBuffer());
  strictEqual(empty.size, 0);
});

Deno.test("what is no file is refused with what it is", async () => {
  const cases: [unknown, string, string][] = [
    [undefined, "undefined", ""],
    [null, "null", ""],
    [5, "a number", ""],
    [[1, 2], "an Array", ""],
    [{ read: () => {} }, "an object", ""],
    [Object.create(null), "an object", ""],
    [Float32Array.of(1), "a Float32Array", ""],
    [() => BYTES, "a function", ""],
    [Promise.resolve(BYTES), "a Promise", "; await it"],
    [new ReadableStream(), "a ReadableStream", "; new Response(stream) is one"],
  ];
  for (const [wrong, found, advice] of cases) {
    await rejects(openSource(wrong as Uint8Array), {
      name: "TypeError",
      message:
        `Cannot open file: found ${found}, expected a path, a URL, a Blob, an ArrayBuffer, ` +
        `a Uint8Array, a DataView, a Response or a ByteSource${advice}`,
    });
  }
});

/** An answer with an address, as `fetch` gives it. */
function answer(body: BodyInit | null, init: ResponseInit): Response {
  const response = new Response(body, init);
  Object.defineProperty(response, "url", { value: "https://example.org/a.bin?token=secret" });
  return response;
}

Deno.test("an answer that is a refusal, breaks off, is cut short or was read already is refused", async () => {
  const refuse = (response: Response, message: RegExp) =>
    rejects(openSource(response), (error: unknown) => {
      ok(error instanceof RemoteError, `${error}`);
      ok(!/secret/.test(error.message));
      return message.test(error.message);
    });
  await refuse(
    answer("no", { status: 404 }),
    /a\.bin: its server answered 404, expected the file$/,
  );
  const cut = { headers: { "content-length": "9" } };
  await refuse(answer(BYTES, cut), /cut short: found 5 bytes, expected 9/);
  const broken = new ReadableStream({ pull: () => Promise.reject(new Error("reset")) });
  await refuse(answer(broken, {}), /the connection broke: reset/);
  const long = { headers: { "content-length": `${2 ** 31}` } };
  await refuse(answer(BYTES, long), /it has 2147483648 bytes, expected at most 1073741824/);
  const read = answer(BYTES, {});
  await read.bytes();
  await rejects(openSource(read), { name: "TypeError", message: /its body was read already/ });
  // What was compressed on its way is longer than it says.
  const encoded = { headers: { "content-length": "3", "content-encoding": "gzip" } };
  using whole = await openSource(answer(BYTES, encoded));
  strictEqual(whole.size, 5);
});

Deno.test("an answer that comes slowly can be given up, which ends it", async () => {
  const reason = new Error("enough");
  let cancelled: unknown;
  const endless = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(BYTES),
    pull: () => new Promise(() => {}),
    cancel: (why) => void (cancelled = why),
  });
  const controller = new AbortController();
  const opening = rejects(openSource(new Response(endless), { signal: controller.signal }), reason);
  setTimeout(() => controller.abort(reason), 5);
  await opening;
  strictEqual(cancelled, reason);
});

Deno.test("a reader of bytes in memory lets a timer abort it", async () => {
  const controller = new AbortController();
  const source = guardSource(bytesSource(BYTES), controller.signal);
  const reason = new Error("enough");
  setTimeout(() => controller.abort(reason));
  const readOn = async () => {
    // Without turns for others this would never end: nothing here waits for more than a microtask.
    for (;;) await source.read(0, 5);
  };
  await rejects(readOn(), reason);
  strictEqual(source.readInto, undefined);
});

Deno.test("an array that a reader lent is not written into after its reading has ended", async () => {
  const controller = new AbortController();
  const { promise: disk, resolve: spin } = Promise.withResolvers<void>();
  const target = new Uint8Array(5);
  const slow = guardSource({
    ...bytesSource(BYTES),
    async readInto(offset, into) {
      await disk;
      into.set(BYTES.subarray(offset, offset + into.length));
    },
  }, controller.signal);
  let hasEnded = false;
  const reading = rejects(slow.readInto!(0, target), /enough/).then(() => hasEnded = true);
  controller.abort(new Error("enough"));
  await new Promise((resolve) => setTimeout(resolve));
  strictEqual(hasEnded, false);
  spin();
  await reading;
  deepStrictEqual([...target], [...BYTES]);
});

Deno.test("a source that is lent or guarded keeps the blob that other threads can be given", async () => {
  const blob = new Blob([BYTES]);
  const given = { ...bytesSource(BYTES), blob };
  const { signal } = new AbortController();
  using lent = await openSource(given);
  using guarded = await openSource(given, { signal });
  deepStrictEqual([lent.blob, guarded.blob], [blob, blob]);
});
