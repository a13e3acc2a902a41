/**
 * The benchmark of engine webgpu on a machine with a GPU, Deno and PyTorch, unattended and offline:
 *
 *     deno run -A --cached-only tests/bench/gpu/run.ts [--json] [--minutes 8] [--software]
 *
 * `deno install` must have been run once, online, or its cache copied. Peers that are missing leave
 * rows that say so. Exit codes: 0 done, 1 no GPU, or a peer computed something else.
 */

import { parseArgs } from "node:util";
import { describeGpu, type GpuDescription } from "../../../src/engine/gpu.ts";
import { formatRate, formatTable } from "../report.ts";
import { type GpuBenchResult, runGpuBench } from "./bench.ts";
import { NOMINAL_SECONDS } from "./budget.ts";
import { formatFloors } from "./floor.ts";

const CONFORMANCE =
  "HISTONE_REQUIRE=webgpu deno test -A --cached-only tests/engine/webgpu/device/engine_test.ts";

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      minutes: { type: "string", default: String(NOMINAL_SECONDS / 60) },
      software: { type: "boolean", default: false },
    },
  });
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) {
    throw new RangeError(`Cannot run: --minutes is ${values.minutes}, expected a number above 0`);
  }
  const gpu = await findGpu(values.software);
  const result = await runGpuBench({ gpu, minutes, log: (line) => console.error(line) });
  console.log(values.json ? JSON.stringify(result, null, 2) : formatResult(result));
  return result.agreed ? 0 : 1;
}

async function findGpu(software: boolean): Promise<GpuDescription> {
  const gpu = await describeGpu();
  if (gpu === undefined) throw new Error("Cannot measure a GPU: no WebGPU adapter was found");
  if (gpu.software && !software) {
    throw new Error(
      `Cannot measure a GPU: ${gpu.device} is a software adapter; --software runs on it all the same`,
    );
  }
  return gpu;
}

function formatResult(result: GpuBenchResult): string {
  const { device, deno, ceilings, rows, floors, notes, seconds } = result;
  const ceilingLines = [
    `Copy bandwidth: ${formatRate(ceilings.copyGigabytes)} GB/s, read and written`,
    `fp32 rate: ${formatRate(ceilings.fp32Gigaflops)} GFLOP/s`,
    `A dispatch: ${formatRate(ceilings.dispatchMicroseconds)} µs`,
    `Shuffling on the processor: ${formatRate(ceilings.shuffleNanoseconds)} ns a sample`,
  ];
  return [
    `${device}; Deno ${deno}; ${Math.round(seconds)} s in all`,
    ceilingLines.join("\n"),
    formatTable(rows),
    `A training step, predicted and measured:\n\n${formatFloors(floors)}`,
    ...(notes.length > 0 ? [notes.join("\n")] : []),
    `The conformance suite on this device:\n\n    ${CONFORMANCE}`,
  ].join("\n\n");
}

if (import.meta.main) {
  const code = await main().catch((error: Error) => {
    console.error(error.message);
    return 1;
  });
  // Neither a library's workers nor a peer that hangs may keep the process.
  Deno.exit(code);
}
