import { ok, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";

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
  return [...await dx!.data(), ...await dKernel!.data()];
}

async function compare(which: Case): Promise<void> {
  const { dilation, padding } = which;
  const dilated: Convolution = (x, k) => tf.conv1d(x, k, 1, padding, "NWC", dilation);
  const plain: Convolution = (x, k) => tf.conv1d(x, spread(k, dilation), 1, padding);
  const found = await gradients(dilated, which);
  const wanted = await gradients(plain, which);
  strictEqual(found.length, wanted.length);
  const apart = Math.max(...found.map((value, i) => Math.abs(value - wanted[i]!)));
  ok(apart < 1e-4, `${JSON.stringify(which)}: ${apart}`);
}

/**
 * Compares the gradients of random dilated convolutions, on the current backend of tf.js, with those of the
 * same convolutions without a dilation and with zeros between the kernel's taps.
 */
export async function checkDilatedGradients(numRuns: number): Promise<void> {
  await fc.assert(fc.asyncProperty(cases, compare), { numRuns });
}
