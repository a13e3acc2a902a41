import { bindRead, bindWrite, type Kernel, makeKernel, unrollWgsl } from "../kernel.ts";
import { locateSampleWgsl, locateValueWgsl, sampleStride } from "../tensors.ts";
import type { DenseShape } from "./dense.ts";
import { activateWgsl, coverTensor, locateThreadWgsl } from "./elementwise.ts";

/** With fewer inputs than this, a sum over all of them in one workgroup is short enough. */
const LEAST_INPUTS = 4096;
/** Inputs of a part of the sum. */
const PART = 256;
/** Rows that a thread keeps in registers, and threads of a workgroup. */
const ROWS = 8;
const THREADS = 64;

/**
 * Whether a dense layer has so many inputs that its forward pass is divided along them: a batch of 100 rows and 82
 * columns has few sums, of 39,936 products each, which would leave most of a GPU idle.
 */
export function isWide({ input }: Pick<DenseShape, "input">): boolean {
  return input.channels >= LEAST_INPUTS && sampleStride(input) % 4 === 0;
}

function countParts({ input }: DenseShape): number {
  return Math.ceil(input.channels / PART);
}

/** Values of the partial sums of a model. */
export function partialSize(shape: DenseShape): number {
  return countParts(shape) * shape.input.samples * shape.kernel.columns;
}

/** Name of the buffer of the partial sums: `[model, part, row, column]`. */
export function nameOfPartial(name: string): string {
  return `${name}.partial`;
}

/**
 * partial[part, row, column] = Σ over the part's k of input[row, k] · kernel[k, column]. A thread has four columns of
 * eight rows; neighbouring threads have neighbouring columns and read the same inputs. Workgroups: x columns and rows,
 * y parts, z models.
 */
export function sumPartsWgsl(shape: DenseShape): Kernel {
  const { name, input, output, kernel, weightStride, models } = shape;
  const quads = kernel.columns / 4;
  const threads = quads * Math.ceil(input.samples / ROWS);
  const load = (row: number) =>
    `      let a${row} = input[(${locateSampleWgsl(input, `row + ${row}u`)}) / 4u + k];`;
  return makeKernel({
    name: `${name} partial sums`,
    buffers: {
      input: bindRead(`${input.name}.value`, "vec4f"),
      weights: bindRead("weights", "vec4f"),
      partial: bindWrite(nameOfPartial(name), "vec4f"),
      ...output.count.buffers,
    },
    threads: THREADS,
    workgroups: [Math.ceil(threads / THREADS), countParts(shape), models],
    body: `  let i = group.x * ${THREADS}u + lane;
  let row = i / ${quads}u * ${ROWS}u;
  let quad = i % ${quads}u;
  if (row >= ${output.count.wgsl}) { return; }
${unrollWgsl(ROWS, (r) => `  var sum${r} = vec4f();`)}
  let end = min(${input.channels / 4}u, (group.y + 1u) * ${PART / 4}u);
  for (var k = group.y * ${PART / 4}u; k < end; k++) {
    let at = (model * ${weightStride}u + ${kernel.start}u) / 4u + 4u * k * ${quads}u + quad;
${unrollWgsl(4, (j) => `    let b${j} = weights[at + ${j * quads}u];`)}
${
      unrollWgsl(ROWS, (r) =>
        `    {
${load(r)}
      sum${r} += a${r}.x * b0 + a${r}.y * b1 + a${r}.z * b2 + a${r}.w * b3;
    }`)
    }
  }
  let to = ((model * ${countParts(shape)}u + group.y) * ${input.samples}u + row) * ${quads}u + quad;
${
      unrollWgsl(
        ROWS,
        (r) =>
          `  if (row + ${r}u < ${output.count.wgsl}) { partial[to + ${r * quads}u] = sum${r}; }`,
      )
    }`,
  });
}

/**
 * value[unit] = activation(bias + Σ over parts of partial[part, unit]), the parts in order. One thread has one value.
 */
export function addPartsWgsl(shape: DenseShape): Kernel {
  const { name, input, output, kernel, weightStride, models } = shape;
  const parts = countParts(shape);
  return makeKernel({
    name: `${name} forward`,
    buffers: {
      partial: bindRead(nameOfPartial(name)),
      weights: bindRead("weights"),
      value: bindWrite(`${output.name}.value`),
      ...output.count.buffers,
    },
    ...coverTensor(output, models),
    body: `${locateThreadWgsl(output)}
  var sum = weights[model * ${weightStride}u + ${kernel.bias}u + unit];
  for (var part = 0u; part < ${parts}u; part++) {
    sum += partial[((model * ${parts}u + part) * ${input.samples}u + sample) * ${kernel.columns}u + unit];
  }
  value[${locateValueWgsl(output, "sample")} + unit] = ${activateWgsl("sum", output.slope)};`,
  });
}
