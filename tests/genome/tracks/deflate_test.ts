import { deepStrictEqual, ok } from "node:assert";
import { inflateRawSync, inflateSync } from "node:zlib";
import { deflate, deflatePortable, deflateRaw } from "../../../src/genome/tracks/_deflate.ts";

Deno.test("what is deflated, with zlib or as in a browser, is inflated again", async () => {
  for (const length of [0, 1, 1000, 70_000]) {
    const bytes = Uint8Array.from({ length }, (_, i) => i * i % 251);
    for (const effort of ["quickly", "well"] as const) {
      deepStrictEqual(new Uint8Array(inflateSync(await deflate(bytes, effort))), bytes);
      deepStrictEqual(new Uint8Array(inflateRawSync(await deflateRaw(bytes, effort))), bytes);
    }
    deepStrictEqual(new Uint8Array(inflateSync(await deflatePortable(bytes, "deflate"))), bytes);
    const raw = await deflatePortable(bytes, "deflate-raw");
    deepStrictEqual(new Uint8Array(inflateRawSync(raw)), bytes);
  }
});

Deno.test("a small result does not keep a large buffer", async () => {
  const { buffer } = await deflate(new Uint8Array(10_000), "well");
  ok(buffer.byteLength < 100, `${buffer.byteLength}`);
});
