import type { FunctionAssembler, Local, ModuleAssembler } from "../../assembler/assembler.ts";
import { kernelAdder } from "../../assembler/kernel_table.ts";
import { pushLeaky } from "../activation.ts";
import type { BatchNormNode } from "./node.ts";

/**
 * One sample each:
 * - `forward`: output = a · input + c.
 * - `backward`: inputDelta = (a · outputDelta + b · input + c) · (input > 0 ? 1 : slope).
 */
export const BATCH_NORM_KERNELS = {
  forward: ["output", "input", "factors"],
  backward: ["inputDelta", "outputDelta", "input", "factors"],
} as const;

/** The same with a pooling, whose windows' `steps` and `chosen` inputs are kept; see `PooledRows`. */
export const POOLED_BATCH_NORM_KERNELS = {
  forward: ["output", "input", "factors", "steps", "chosen"],
  backward: ["inputDelta", "outputDelta", "input", "factors", "steps"],
} as const;

/**
 * `sumDelta`: adds Σ outputDelta to the first row of `sums`, and Σ outputDelta · (source − mean) to the second. The
 * source is the input, or with a pooling what it chose.
 */
export const BATCH_NORM_SUM_KERNELS = {
  sumDelta: ["sums", "outputDelta", "source", "mean"],
} as const;

/** Adds the kernels of a batch normalisation. */
export function addBatchNormKernels(module: ModuleAssembler, node: BatchNormNode): void {
  if (node.pool === undefined) {
    addForward(module, node);
    addBackward(module, node);
  } else {
    addPooledForward(module, node, node.pool.size);
    addPooledBackward(module, node, node.pool.size);
  }
  addDeltaSums(module, node);
}

function addForward(module: ModuleAssembler, node: BatchNormNode): void {
  const { name, input, output } = node;
  const add = kernelAdder(module, { table: BATCH_NORM_KERNELS, node: name });
  add("forward", (code, { output: target, input: source, factors }) => {
    const scratch = code.local("v128");
    const rows = [{ pointer: target, stride: output.stride }, {
      pointer: source,
      stride: input.stride,
    }];
    forRows(code, node, { count: input.rows, rows, columns: [factors] }, () => {
      code.get(target).get(source).load();
      pushFactor(code, node, { factors, row: 0 });
      pushFactor(code, node, { factors, row: 1 });
      code.multiplyAdd(scratch).store();
    });
  });
}

function addBackward(module: ModuleAssembler, node: BatchNormNode): void {
  const { name, input, output } = node;
  const add = kernelAdder(module, { table: BATCH_NORM_KERNELS, node: name });
  add("backward", (code, { inputDelta, outputDelta, input: source, factors }) => {
    const scratch = code.local("v128");
    const passBack = activationGradient(code, node);
    const ofInput = [inputDelta, source].map((pointer) => ({ pointer, stride: input.stride }));
    const rows = [...ofInput, { pointer: outputDelta, stride: output.stride }];
    forRows(code, node, { count: input.rows, rows, columns: [factors] }, () => {
      code.get(inputDelta);
      passBack({ pointer: source, offset: 0 }, (x) => {
        code.get(outputDelta).load();
        pushFactor(code, node, { factors, row: 0 });
        code.get(x);
        pushFactor(code, node, { factors, row: 1 });
        pushFactor(code, node, { factors, row: 2 });
        code.multiplyAdd(scratch).multiplyAdd(scratch);
      });
      code.store();
    });
  });
}

function addPooledForward(module: ModuleAssembler, node: BatchNormNode, size: number): void {
  const { name, input: { stride }, output } = node;
  const add = kernelAdder(module, { table: POOLED_BATCH_NORM_KERNELS, node: name });
  add("forward", (code, { output: target, input, factors, steps, chosen }) => {
    const [sign, scratch, one] = code.locals("v128", 3);
    const [best, rank, from, step, value, valueRank, larger] = code.locals("v128", 7);
    code.i32x4([1, 1, 1, 1]).set(one);
    const ofOutput = [target, steps, chosen].map((pointer) => ({ pointer, stride: output.stride }));
    const rows = [...ofOutput, { pointer: input, stride: size * stride }];
    forRows(code, node, { count: output.rows, rows, columns: [factors] }, () => {
      pushFactor(code, node, { factors, row: 2 });
      code.set(sign);
      code.get(input).load().tee(best).get(sign).op("f32x4.mul").set(rank);
      code.i32x4([0, 0, 0, 0]).tee(from).set(step);
      for (let position = 1; position < size; position++) {
        code.get(step).get(one).op("i32x4.add").set(step);
        code.get(input).load(position * stride).tee(value).get(sign).op("f32x4.mul");
        // The first of equal values wins, and where γ is 0 all are equal.
        code.tee(valueRank).get(rank).op("f32x4.gt").set(larger);
        code.get(value).get(best).get(larger).select().set(best);
        code.get(step).get(from).get(larger).select().set(from);
        code.get(valueRank).get(rank).get(larger).select().set(rank);
      }
      code.get(target).get(best);
      pushFactor(code, node, { factors, row: 0 });
      pushFactor(code, node, { factors, row: 1 });
      code.multiplyAdd(scratch).store();
      code.get(steps).get(from).store();
      code.get(chosen).get(best).store();
    });
  });
}

function addPooledBackward(module: ModuleAssembler, node: BatchNormNode, size: number): void {
  const { name, input: { rows: inputRows, stride }, output } = node;
  const add = kernelAdder(module, { table: POOLED_BATCH_NORM_KERNELS, node: name });
  add("backward", (code, { inputDelta, outputDelta, input, factors, steps }) => {
    const [b, c, scratch, one, scaled, from, step] = code.locals("v128", 7);
    const passBack = activationGradient(code, node);
    const loadFactors = () => {
      pushFactor(code, node, { factors, row: 1 });
      code.set(b);
      pushFactor(code, node, { factors, row: 2 });
      code.set(c);
    };
    const passPosition = (offset: number, pushDelta?: () => void) => {
      code.get(inputDelta);
      passBack({ pointer: input, offset }, (x) => {
        code.get(x).get(b).get(c).multiplyAdd(scratch);
        pushDelta?.();
      });
      code.store(offset);
    };
    code.i32x4([1, 1, 1, 1]).set(one);
    const ofInput = [inputDelta, input].map((pointer) => ({ pointer, stride: size * stride }));
    const ofOutput = [outputDelta, steps].map((pointer) => ({ pointer, stride: output.stride }));
    const windows = { count: output.rows, rows: [...ofInput, ...ofOutput], columns: [factors] };
    forRows(code, node, windows, () => {
      loadFactors();
      code.get(outputDelta).load();
      pushFactor(code, node, { factors, row: 0 });
      code.op("f32x4.mul").set(scaled);
      code.get(steps).load().set(from).i32x4([0, 0, 0, 0]).set(step);
      for (let position = 0; position < size; position++) {
        passPosition(position * stride, () => {
          code.get(from).get(step).op("i32x4.eq").get(scaled).op("v128.and").op("f32x4.add");
        });
        if (position + 1 < size) code.get(step).get(one).op("i32x4.add").set(step);
      }
    });
    const count = inputRows - output.rows * size;
    if (count === 0) return;
    const rows = [inputDelta, input].map((pointer) => ({ pointer, stride }));
    forRows(code, node, { count, rows, columns: [factors] }, () => {
      loadFactors();
      passPosition(0);
    });
  });
}

function addDeltaSums(module: ModuleAssembler, node: BatchNormNode): void {
  const { name, input, output, pool } = node;
  const add = kernelAdder(module, { table: BATCH_NORM_SUM_KERNELS, node: name });
  const sourceStride = pool === undefined ? input.stride : output.stride;
  add("sumDelta", (code, { sums, outputDelta, source, mean }) => {
    const [delta, scratch] = code.locals("v128", 2);
    const rows = [
      { pointer: outputDelta, stride: output.stride },
      { pointer: source, stride: sourceStride },
    ];
    forRows(code, node, { count: output.rows, rows, columns: [sums, mean] }, () => {
      code.get(sums).get(outputDelta).load().tee(delta);
      code.get(sums).load().op("f32x4.add").store();
      code.get(sums).get(source).load().get(mean).load().op("f32x4.sub");
      code.get(delta).get(sums).load(input.stride).multiplyAdd(scratch).store(input.stride);
    });
  });
}

/** Rows that a loop passes over. */
interface RowLoop {
  readonly count: number;
  /** Pointers to the first of rows, and the bytes to the next. They end after the last row. */
  readonly rows: readonly { readonly pointer: Local; readonly stride: number }[];
  /** Pointers to a row that every round reads. */
  readonly columns: readonly Local[];
}

/** Assembles a loop over rows, and over the vectors of each. Memory is read in order. */
function forRows(
  code: FunctionAssembler,
  { input }: BatchNormNode,
  { count, rows, columns }: RowLoop,
  body: () => void,
): void {
  const row = input.stride;
  code.repeat(count, () => {
    code.repeat(row / 16, () => {
      body();
      for (const pointer of [...rows.map(({ pointer }) => pointer), ...columns]) {
        code.advance(pointer, 16);
      }
    });
    for (const { pointer, stride } of rows) code.advance(pointer, stride - row);
    for (const pointer of columns) code.advance(pointer, -row);
  });
}

/** Pushes a vector of a row of factors. */
function pushFactor(
  code: FunctionAssembler,
  { input }: BatchNormNode,
  { factors, row }: { readonly factors: Local; readonly row: number },
): void {
  code.get(factors).load(row * input.stride);
}

/**
 * Returns a function that pushes a derivative times that of the activation before the node: given where the input is,
 * and what pushes the derivative from the input in a local.
 */
function activationGradient(
  code: FunctionAssembler,
  { slope }: BatchNormNode,
): (
  input: { readonly pointer: Local; readonly offset: number },
  pushDelta: (input: Local) => void,
) => void {
  const [x, delta, slopes] = code.locals("v128", 3);
  if (slope !== 1) code.f32x4(slope).set(slopes);
  return ({ pointer, offset }, pushDelta) => {
    code.get(pointer).load(offset).set(x);
    pushDelta(x);
    if (slope === 1) return;
    code.set(delta);
    pushLeaky(code, { value: x, slope: slopes, chosen: delta });
  };
}
