import { strictEqual } from "node:assert";
import { bitsOfValue, readFloat16, valueOfBits, writeFloat16 } from "../../src/base/float16.ts";

Deno.test("all 65,536 patterns of 16 bits have the values that Float16Array gives them, and back", () => {
  const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const values = new Float16Array(bits.buffer);
  for (let i = 0; i < bits.length; i++) {
    strictEqual(valueOfBits(i), values[i]);
    if (!Number.isNaN(values[i])) strictEqual(bitsOfValue(values[i]!), i);
  }
});

Deno.test("numbers between two patterns are rounded as Float16Array rounds them, ties too", () => {
  const values = new Float16Array(Uint16Array.from({ length: 0x7c01 }, (_, i) => i).buffer);
  const own = new Float16Array(1);
  const bits = new Uint16Array(own.buffer);
  for (let i = 0; i < 0x7c00; i++) {
    const [low, high] = [values[i]!, i === 0x7bff ? 65536 : values[i + 1]!];
    const middle = (low + high) / 2;
    for (const value of [middle, middle * (1 - 2 ** -50), middle * (1 + 2 ** -50), -middle]) {
      own[0] = value;
      strictEqual(bitsOfValue(value), bits[0], `${value}`);
    }
  }
});

Deno.test("arrays are read and written as bytes", () => {
  const bytes = writeFloat16([1.5, -2, 65504, 1e-8, NaN]);
  strictEqual(bytes.length, 10);
  strictEqual(readFloat16(bytes.buffer, 2, 3).join(), "-2,65504,0");
});
