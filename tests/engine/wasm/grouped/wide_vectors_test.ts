/** Groups with V8's vectors of 256 bits, which programs get by a flag. */

import { deepStrictEqual, ok } from "node:assert";
import { testIf } from "../../../helpers/require.ts";

const PROGRAM = new URL("../../../helpers/grouped_outputs.ts", import.meta.url).pathname;
/** Kernels are compiled by V8's last compiler from the start, which alone makes such vectors. */
const BEST = "--v8-flags=--no-liftoff";
const WIDE = `${BEST},--experimental-wasm-revectorize,--trace-wasm-revectorize`;

/** Outputs of the program, and what V8 has traced. */
interface Run {
  readonly outputs: readonly unknown[];
  readonly trace: readonly string[];
}

async function runWith(flags: string): Promise<Run> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", "--no-check", "--cached-only", flags, PROGRAM],
    env: { NO_COLOR: "1" },
  }).output();
  const lines = new TextDecoder().decode(stdout).split("\n");
  const isOutput = (line: string) => line.startsWith('{"name"');
  return {
    outputs: lines.filter(isOutput).map((line) => JSON.parse(line)),
    trace: lines.filter((line) => !isOutput(line)),
  };
}

const wide = await runWith(WIDE);
const isMet = wide.trace.some((line) => line.startsWith("Begin revec function"));

testIf(isMet, "vectors-of-256-bits", {
  name: "V8 makes vectors of 256 bits of a group's products, with the same bits",
  fn: async () => {
    const plain = await runWith(BEST);
    deepStrictEqual(plain.outputs.length, 2);
    deepStrictEqual(wide.outputs, plain.outputs);
    // Two models have three products each, of at least ten terms by five tiles.
    const vectorized = wide.trace.filter((line) => {
      const nodes = /Decided to vectorize, (\d+) revectorizable nodes/.exec(line)?.[1];
      return Number(nodes) > 100;
    });
    ok(vectorized.length >= 6, `${vectorized.length} products have such vectors`);
  },
});
