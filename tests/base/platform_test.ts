import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert";
import {
  attemptAsync,
  deferred,
  detachBuffer,
  fromBase64,
  fromHex,
  parseUrl,
  readAll,
  toBase64,
  toHex,
} from "../../src/base/platform.ts";

/** Runs a body while methods are missing that older run-times lack. */
async function without(
  missing: readonly (readonly [holder: object, name: string])[],
  body: () => Promise<void> | void,
): Promise<void> {
  const kept = missing.map(([holder, name]) => Object.getOwnPropertyDescriptor(holder, name)!);
  for (const [holder, name] of missing) delete (holder as Record<string, unknown>)[name];
  try {
    await body();
  } finally {
    missing.forEach(([holder, name], at) => Object.defineProperty(holder, name, kept[at]!));
  }
}

const BYTES = Uint8Array.from({ length: 20_003 }, (_, i) => i * 7919 % 256);
const NAMES = [[Uint8Array.prototype, "toHex"], [Uint8Array.prototype, "toBase64"]] as const;

Deno.test("hexadecimal and base64 are the same with and without the methods for them", async () => {
  const [hex, base64] = [BYTES.toHex(), BYTES.toBase64()];
  const check = () => {
    strictEqual(toHex(BYTES), hex);
    strictEqual(toBase64(BYTES), base64);
    deepStrictEqual(fromHex(hex.toUpperCase()), BYTES);
    deepStrictEqual(fromHex(""), new Uint8Array());
    for (const damaged of ["0", "0g", " 00"]) throws(() => fromHex(damaged), SyntaxError);
  };
  check();
  await without(NAMES, check);
});

Deno.test("a buffer that is detached has no bytes, with and without the method for it", async () => {
  const check = () => {
    const bytes = new Uint8Array(100);
    detachBuffer(bytes.buffer);
    strictEqual(bytes.length, 0);
  };
  check();
  await without([[ArrayBuffer.prototype, "transfer"]], check);
});

Deno.test("what a function throws becomes a rejection, and a promise is settled from outside", async () => {
  await rejects(
    attemptAsync(() => {
      throw new Error("thrown");
    }),
    /thrown/,
  );
  strictEqual(await attemptAsync(() => 5), 5);
  const { promise, resolve } = deferred<number>();
  resolve(6);
  strictEqual(await promise, 6);
  const refused = deferred();
  refused.reject(new Error("refused"));
  await rejects(refused.promise, /refused/);
});

Deno.test("base64 is read with and without the method for it", () => {
  const text = toBase64(BYTES);
  const missing = Object.getOwnPropertyDescriptor(Uint8Array, "fromBase64")!;
  deepStrictEqual(fromBase64(text), BYTES);
  // The constructor is asked for its methods when the module loads.
  delete (Uint8Array as { fromBase64?: unknown }).fromBase64;
  try {
    deepStrictEqual(fromBase64(text), BYTES);
  } finally {
    Object.defineProperty(Uint8Array, "fromBase64", missing);
  }
});

Deno.test("a stream is read to its end, and what is no URL is null", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const [bytes] = await Promise.all([
    readAll(readable),
    writer.write(BYTES).then(() => writer.write(BYTES)).then(() => writer.close()),
  ]);
  deepStrictEqual(bytes, Uint8Array.of(...BYTES, ...BYTES));
  strictEqual(parseUrl("https://"), null);
  strictEqual(parseUrl("b.bam", "https://host/a/")?.href, "https://host/a/b.bam");
});
