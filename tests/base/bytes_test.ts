import { deepStrictEqual, strictEqual } from "node:assert";
import { concatenate, sha256 } from "../../src/base/bytes.ts";
import { freeArray } from "../../src/base/free.ts";

Deno.test("bytes are concatenated, without a copy if the first array is empty", () => {
  deepStrictEqual(concatenate(Uint8Array.of(1), Uint8Array.of(2, 3)), Uint8Array.of(1, 2, 3));
  const bytes = Uint8Array.of(5);
  strictEqual(concatenate(new Uint8Array(), bytes), bytes);
});

Deno.test("the SHA-256 digest of no bytes is the published one", async () => {
  strictEqual(
    (await sha256(new Uint8Array())).toHex(),
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  );
});

Deno.test("an array that was freed has no elements", () => {
  const array = new Float64Array(8);
  const view = array.subarray(2);
  freeArray(array);
  deepStrictEqual([array.length, view.length], [0, 0]);
  const shared = new Uint8Array(new SharedArrayBuffer(4));
  freeArray(shared);
  strictEqual(shared.length, 4);
});
