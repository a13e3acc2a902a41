/** What the device can do at most, measured with kernels that do nothing else. */

import { openDevice, type OpenedDevice } from "../../../src/engine/webgpu/device.ts";
import { deriveKey, RandomStream, shuffledIndices } from "../../../src/random.ts";

/** Limits of a device and of the processor beside it. */
export interface Ceilings {
  /**
   * Of copying a buffer much larger than the caches: 10⁹ bytes per second, read and written ones.
   */
  readonly copyGigabytes: number;
  /** Of independent fused multiply-adds in registers: 10⁹ per second, counted as two each. */
  readonly fp32Gigaflops: number;
  /** Of a dispatch that does nothing but wait for the one before. */
  readonly dispatchMicroseconds: number;
  /** Of putting a sample into an epoch's order. */
  readonly shuffleNanoseconds: number;
}

/** A kernel with its buffers, to be timed. */
interface Job {
  /** How long to dispatch it, in seconds. */
  readonly seconds: number;
  readonly wgsl: string;
  readonly buffers: readonly GPUBuffer[];
  readonly workgroups: number;
}

const COPY_THREADS = 256;
const COPY_WGSL = `
@group(0) @binding(0) var<storage, read> source: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> copied: array<vec4f>;
@compute @workgroup_size(${COPY_THREADS})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < arrayLength(&source); i += groups.x * ${COPY_THREADS}u) {
    copied[i] = source[i];
  }
}`;

/** Vectors of four sums: chains enough for the latency of a multiply-add. */
const CHAINS = 8;
const STEPS = 1024;
const CHAIN_NAMES = Array.from({ length: CHAINS }, (_, i) => `sum${i}`);
/** The factors come from memory, so that no compiler can know them; the sums tend to 1. */
const FMA_WGSL = `
@group(0) @binding(0) var<storage, read> factors: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> sums: array<vec4f>;
@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let factor = factors[0];
  let addend = factors[1];
${CHAIN_NAMES.map((sum, i) => `  var ${sum} = vec4f(f32(id.x + ${i}u));`).join("\n")}
  for (var step = 0u; step < ${STEPS}u; step++) {
${CHAIN_NAMES.map((sum) => `    ${sum} = fma(${sum}, factor, addend);`).join("\n")}
  }
  sums[id.x] = ${CHAIN_NAMES.join(" + ")};
}`;

/**
 * Bound to a buffer that it may write, so that each dispatch waits for the one before, as those of
 * a step do.
 */
const EMPTY_WGSL = `
@group(0) @binding(0) var<storage, read_write> unused: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x > 63u) { unused[0] = 1.0f; }
}`;

/** Bytes of the buffers that are copied. */
const COPY_BYTES = { gpu: 512 * 2 ** 20, software: 64 * 2 ** 20 };
/** Workgroups of the arithmetic: a millisecond of work or so. */
const FMA_WORKGROUPS = { gpu: 4096, software: 8 };
/** WebGPU's limit on workgroups along one dimension. */
const MOST_WORKGROUPS = 65_535;
/** A measurement is at least this long, in seconds: enough for a GPU to raise its clock. */
const LEAST_SECONDS = { gpu: 0.3, software: 0.1 };
const REPEATS = 3;
/** Dispatches of a submission, and submissions that may wait: as the engine has them. */
const DISPATCHES = 256;
const IN_FLIGHT = 2;
const SHUFFLED = 200_000;

/** Measures the ceilings; `kind` decides how much work that takes. */
export async function measureCeilings(kind: keyof typeof COPY_BYTES): Promise<Ceilings> {
  const opened = await openDevice();
  const { device } = opened;
  const seconds = LEAST_SECONDS[kind];
  try {
    const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
    const bytes = Math.min(COPY_BYTES[kind], maxBufferSize, maxStorageBufferBindingSize);
    const copied = [makeBuffer(device, bytes), makeBuffer(device, bytes)];
    const copySeconds = await secondsOfDispatch(opened, {
      seconds,
      wgsl: COPY_WGSL,
      buffers: copied,
      workgroups: Math.min(MOST_WORKGROUPS, Math.ceil(bytes / 16 / COPY_THREADS)),
    });
    copied.forEach((buffer) => buffer.destroy());
    const workgroups = FMA_WORKGROUPS[kind];
    const factors = makeBuffer(device, 32);
    device.queue.writeBuffer(factors, 0, Float32Array.of(0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5));
    const threads = 256 * workgroups;
    const fmaSeconds = await secondsOfDispatch(opened, {
      seconds,
      wgsl: FMA_WGSL,
      buffers: [factors, makeBuffer(device, 16 * threads)],
      workgroups,
    });
    const emptySeconds = await secondsOfDispatch(opened, {
      seconds,
      wgsl: EMPTY_WGSL,
      buffers: [makeBuffer(device, 16)],
      workgroups: 1,
    });
    return {
      copyGigabytes: 2 * bytes / copySeconds / 1e9,
      fp32Gigaflops: 2 * 4 * CHAINS * STEPS * threads / fmaSeconds / 1e9,
      dispatchMicroseconds: emptySeconds * 1e6,
      shuffleNanoseconds: measureShuffle(),
    };
  } finally {
    device.destroy();
  }
}

function makeBuffer(device: GPUDevice, size: number): GPUBuffer {
  return device.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST });
}

/** Dispatches more and more until that takes long enough; the best of some repetitions. */
async function secondsOfDispatch(opened: OpenedDevice, job: Job): Promise<number> {
  const run = await prepare(opened, job);
  let count = 1;
  while (await run(count) < job.seconds) count *= 2;
  let best = Infinity;
  for (let i = 0; i < REPEATS; i++) best = Math.min(best, await run(count));
  return best / count;
}

/** Compiles a kernel; returns what dispatches it so many times and tells the seconds. */
async function prepare(
  { device, guard }: OpenedDevice,
  { wgsl, buffers, workgroups }: Job,
): Promise<(count: number) => Promise<number>> {
  const module = device.createShaderModule({ code: wgsl });
  const pipeline = await guard(
    device.createComputePipelineAsync({ layout: "auto", compute: { module, entryPoint: "main" } }),
  );
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  const submit = (dispatches: number) => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (let i = 0; i < dispatches; i++) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(workgroups);
    }
    pass.end();
    device.queue.submit([encoder.finish()]);
    return device.queue.onSubmittedWorkDone() as Promise<void>;
  };
  return async (count) => {
    const started = performance.now();
    const waiting: Promise<void>[] = [];
    for (let done = 0; done < count; done += DISPATCHES) {
      waiting.push(submit(Math.min(DISPATCHES, count - done)));
      if (waiting.length > IN_FLIGHT) await guard(waiting.shift()!);
    }
    await guard(Promise.all(waiting));
    return (performance.now() - started) / 1000;
  };
}

/** Nanoseconds of a sample, the best of some repetitions. */
function measureShuffle(): number {
  let best = Infinity;
  for (let i = 0; i < REPEATS; i++) {
    const started = performance.now();
    shuffledIndices(SHUFFLED, new RandomStream(deriveKey(i, "bench")));
    best = Math.min(best, performance.now() - started);
  }
  return best * 1e6 / SHUFFLED;
}
