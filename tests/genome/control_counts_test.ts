/** Which controls are kept in memory, and for how long. */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import fc from "fast-check";
import { ControlCounts } from "../../src/genome/_control_counts.ts";
import type { ControlInput, SignalInput } from "../../src/genome/prepare_options.ts";

const BYTES = 80;

function control(name: string): ControlInput {
  return { name, open: () => Promise.reject(new Error("not opened here")) };
}

function fileOf(control: ControlInput, mark = "m"): SignalInput {
  return { cellType: "liver", mark, name: "a", control, open: control.open };
}

/** Lends the controls of files in their order, some at a time, and returns how often each control was counted. */
async function lendAll(
  files: readonly SignalInput[],
  { mostBytes, together }: { readonly mostBytes: number; readonly together: number },
) {
  const counted = new Map<string, number>();
  const inMemory = new Set<Float64Array>();
  let most = 0;
  const counts = new ControlCounts(files, async ({ name }) => {
    counted.set(name, (counted.get(name) ?? 0) + 1);
    await Promise.resolve();
    const values = new Float64Array(BYTES / 8).fill(Number(name));
    inMemory.add(values);
    return { values, reads: 1 };
  }, mostBytes);
  const lend = async (file: SignalInput) => {
    await counts.lend([file], (lent) => {
      const { values } = lent.get(file.control!)!;
      ok(values.length > 0 && values.every((value) => value === Number(file.control!.name)));
      most = Math.max(most, [...inMemory].filter(({ length }) => length > 0).length);
    });
  };
  for (let i = 0; i < files.length; i += together) {
    await Promise.all(files.slice(i, i + together).map(lend));
  }
  await Promise.resolve();
  return { counted, most, left: [...inMemory].filter(({ length }) => length > 0).length };
}

Deno.test("a control is counted once, and freed after its last use", async () => {
  const [a, b] = [control("1"), control("2")];
  const files = [fileOf(a), fileOf(b), fileOf(a, "n"), fileOf(b, "n")];
  const { counted, left } = await lendAll(files, { mostBytes: 1e6, together: 2 });
  deepStrictEqual([...counted.values()], [1, 1]);
  strictEqual(left, 0);
});

Deno.test("more controls than fit are counted again, and memory stays bounded", async () => {
  const controls = Array.from({ length: 20 }, (_, i) => control(String(i)));
  const files = [...controls, ...controls].map((one) => fileOf(one));
  const { counted, most, left } = await lendAll(files, { mostBytes: 5 * BYTES, together: 1 });
  ok(most <= 6, `${most} controls in memory, expected 5 and the one in use`);
  strictEqual(left, 0);
  ok([...counted.values()].every((times) => times === 1 || times === 2));
});

Deno.test("whatever the order of uses, values are right, memory is bounded and nothing is left", async () => {
  const uses = fc.array(fc.nat(6), { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(
      uses,
      fc.nat(4),
      fc.integer({ min: 1, max: 3 }),
      async (uses, fit, together) => {
        const controls = Array.from({ length: 7 }, (_, i) => control(String(i)));
        const files = uses.map((i) => fileOf(controls[i]!));
        const { most, left } = await lendAll(files, { mostBytes: fit * BYTES, together });
        ok(most <= fit + together);
        strictEqual(left, 0);
      },
    ),
  );
});

Deno.test("an error of counting a control reaches each borrower", async () => {
  const one = control("1");
  const files = [fileOf(one), fileOf(one, "n")];
  const counts = new ControlCounts(files, () => Promise.reject(new Error("damaged")));
  const results = await Promise.allSettled(files.map((file) => counts.lend([file], () => 0)));
  for (const result of results) strictEqual(result.status, "rejected");
  await rejects(Promise.reject((results[0] as PromiseRejectedResult).reason), /damaged/);
});
