import { deepStrictEqual, ok } from "node:assert";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { startBackend } from "../../src/engine/tfjs/backend.ts";
import { registerDilatedGradient } from "../../src/model/dilated_gradient.ts";
import { testWith } from "../helpers/require.ts";

registerDilatedGradient();

interface Case {
  readonly bins: number;
  readonly width: number;
  readonly dilation: number;
  readonly padding: "same" | "valid";
  readonly samples: number;
}

const cases = fc.record({
  bins: fc.integer({ min: 1, max: 23 }),
  width: fc.integer({ min: 1, max: 6 }),
  dilation: fc.integer({ min: 2, max: 5 }),
  padding: fc.constantFrom("same" as const, "valid" as const),
  samples: fc.integer({ min: 1, max: 3 }),
}).filter(({ bins, width, dilation, padding }) =>
  padding === "same" || (width - 1) * dilation + 1 <= bins
);

/** The kernel with dilation − 1 zeros between its taps: the same convolution without a dilation. */
function spread(kernel: tf.Tensor3D, dilation: number): tf.Tensor3D {
  const [width, inputs, outputs] = kernel.shape;
  const padded = tf.pad(tf.reshape(kernel, [width, 1, inputs, outputs]), [
    [0, 0],
    [0, dilation - 1],
    [0, 0],
    [0, 0],
  ]);
  const interleaved = tf.reshape<tf.Rank.R3>(padded, [width * dilation, inputs, outputs]);
  return tf.slice(interleaved, [0, 0, 0], [(width - 1) * dilation + 1, inputs, outputs]);
}

type Convolution = (x: tf.Tensor3D, kernel: tf.Tensor3D) => tf.Tensor3D;

async function gradients(convolution: Convolution, { bins, width, samples }: Case) {
  const x = tf.randomNormal<tf.Rank.R3>([samples, bins, 3], 0, 1, "float32", 1);
  const kernel = tf.randomNormal<tf.Rank.R3>([width, 3, 4], 0, 1, "float32", 2);
  const loss = (x: tf.Tensor, kernel: tf.Tensor) => {
    const output = convolution(x as tf.Tensor3D, kernel as tf.Tensor3D);
    const factors = tf.sin(tf.reshape(tf.range(0, output.size), output.shape));
    return tf.sum(tf.mul(output, factors));
  };
  const [dx, dKernel] = tf.grads(loss)([x, kernel]);
  return [...await dx.data(), ...await dKernel.data()];
}

async function compare(which: Case): Promise<void> {
  const { dilation, padding } = which;
  const dilated: Convolution = (x, k) => tf.conv1d(x, k, 1, padding, "NWC", dilation);
  const plain: Convolution = (x, k) => tf.conv1d(x, spread(k, dilation), 1, padding);
  const found = await gradients(dilated, which);
  const wanted = await gradients(plain, which);
  deepStrictEqual(found.length, wanted.length);
  const apart = Math.max(...found.map((value, i) => Math.abs(value - wanted[i])));
  ok(apart < 1e-4, `${JSON.stringify(which)}: ${apart}`);
}

Deno.test("a dilated convolution has the gradient of the same kernel with zeros in between", async () => {
  await startBackend("cpu");
  await fc.assert(fc.asyncProperty(cases, compare), { numRuns: 60 });
});

testWith("webgpu", "it has it on tf.js' webgpu backend too", async () => {
  await startBackend("webgpu");
  await fc.assert(fc.asyncProperty(cases, compare), { numRuns: 8 });
});

Deno.test("2-D dilations have the gradient of the spread kernel too", async () => {
  await startBackend("cpu");
  const x = tf.randomNormal<tf.Rank.R4>([2, 9, 8, 2], 0, 1, "float32", 1);
  const kernel = tf.randomNormal<tf.Rank.R4>([2, 2, 2, 3], 0, 1, "float32", 2);
  const loss = (k: tf.Tensor) =>
    tf.sum(tf.square(tf.conv2d(x, k as tf.Tensor4D, 1, "same", "NHWC", [3, 2])));
  const gradient = tf.grad(loss)(kernel);
  const direction = tf.randomNormal<tf.Rank.R4>(kernel.shape, 0, 1, "float32", 3);
  const [slope] = await tf.sum(tf.mul(gradient, direction)).data();
  const moved = (step: number) => loss(tf.add(kernel, tf.mul(direction, step)));
  const [difference] = await tf.div(tf.sub(moved(1e-2), moved(-1e-2)), 2e-2).data();
  // The loss is quadratic, so a central difference is exact but for float32.
  ok(Math.abs(slope - difference) < 1e-2 * Math.abs(slope), `${slope} and ${difference}`);
});

Deno.test("plain convolutions keep the gradient of tf.js, strides included", async () => {
  await startBackend("cpu");
  const x = tf.ones<tf.Rank.R3>([1, 5, 1]);
  const kernel = tf.tensor3d([1, 2, 3], [3, 1, 1]);
  const loss = (x: tf.Tensor) => tf.sum(tf.conv1d(x as tf.Tensor3D, kernel, 2, "valid"));
  deepStrictEqual([...await tf.grad(loss)(x).data()], [1, 2, 4, 2, 3]);
});
