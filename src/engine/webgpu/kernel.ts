/**
 * A kernel as the rest of the engine sees it: WGSL for one exact shape, the names of the buffers it is bound to, and
 * the number of workgroups it is dispatched in. All of it is text and numbers, so kernels are made, and tested, without
 * a GPU.
 *
 * @module
 */

/** Why samples are passed through the network. */
export type Purpose = "training" | "prediction";

/** Why samples are passed through a network whose samples are uploaded. */
export type GraphPurpose = Purpose | "inputGradients";

/** A buffer as a kernel sees it. */
export interface KernelBuffer {
  /** Name among the session's buffers. */
  readonly buffer: string;
  /** Whether the kernel writes to it. */
  readonly access: "read" | "read_write";
  /** Type of its elements in WGSL. */
  readonly type: "f32" | "u32" | "vec2f" | "vec2u" | "vec4f" | "vec4u";
}

/** A compute shader and how to run it. */
export interface Kernel {
  /** What it computes, for labels and error messages. */
  readonly name: string;
  /** The shader; its entry point is `main`. */
  readonly wgsl: string;
  /** Buffers in the order of the bindings of group 0; group 1 holds the step. */
  readonly buffers: readonly KernelBuffer[];
  /** Workgroups in x, y and z. */
  readonly workgroups: readonly [number, number, number];
}

/** A kernel before it is put together. */
export interface KernelDescription {
  readonly name: string;
  /** Buffers by their names in the code. */
  readonly buffers: Readonly<Record<string, KernelBuffer>>;
  /** Declarations of the module: constants, functions and workgroup variables. */
  readonly declarations?: string | undefined;
  /** Invocations of a workgroup. */
  readonly threads: number;
  readonly workgroups: readonly [number, number, number];
  /** Body of `main`, given `group` (vec3u), `lane` (u32), `model` (u32) and `step` (Step), which has samples. */
  readonly body: string;
}

/** A buffer that a kernel only reads. */
export function bindRead(buffer: string, type: KernelBuffer["type"] = "f32"): KernelBuffer {
  return { buffer, access: "read", type };
}

/** A buffer that a kernel writes. */
export function bindWrite(buffer: string, type: KernelBuffer["type"] = "f32"): KernelBuffer {
  return { buffer, access: "read_write", type };
}

/** Bytes of a `Step`. */
export const STEP_BYTES = 32;

/**
 * What one model does in a training step or in a batch of a prediction. `samples` is 0 for a model whose epoch is over;
 * `position` is the place of the batch's first sample in the epoch's order and `gatheredAt` its place among the samples
 * gathered for the submission; `index` is the number of the step in the epoch. `rate`, `correction` and `decay` are Adam's.
 */
const STEP_WGSL = `struct Step {
  samples: u32,
  position: u32,
  gatheredAt: u32,
  index: u32,
  rate: f32,
  correction: f32,
  decay: f32,
  unused: u32,
}
@group(1) @binding(0) var<storage, read> steps: array<Step>;
`;

/** Puts a kernel together. The model is the third coordinate of the workgroup. */
export function makeKernel(description: KernelDescription): Kernel {
  const { name, buffers, declarations = "", threads, workgroups, body } = description;
  const bindings = Object.entries(buffers).map(([variable, { access, type }], index) =>
    `@group(0) @binding(${index}) var<storage, ${access}> ${variable}: array<${type}>;`
  );
  const wgsl = `// ${name}
${STEP_WGSL}${bindings.join("\n")}
${declarations}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
${body}
}
`;
  return { name, wgsl, buffers: Object.values(buffers), workgroups };
}

/** Lines of `text(0)` to `text(count − 1)`: an unrolled loop. */
export function unrollWgsl(count: number, text: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => text(index)).join("\n");
}

/** WGSL for four neighbours in a buffer, the first at place `i`. */
export function loadFourWgsl(buffer: string, type: "vec4f" | "vec4u" = "vec4f"): string {
  return `${type}(${buffer}[i], ${buffer}[i + 1u], ${buffer}[i + 2u], ${buffer}[i + 3u])`;
}

/** A WGSL literal of type f32. */
export function formatFloatWgsl(value: number): string {
  const text = String(Math.fround(value));
  return /[.e]/.test(text) ? `${text}f` : `${text}.0f`;
}
