import { deepStrictEqual, ok } from "node:assert";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { startBackend } from "../../../src/engine/tfjs/backend.ts";
import { registerDilatedGradient } from "../../../src/model/tfjs/dilated_gradient.ts";
import { checkDilatedGradients } from "../../helpers/dilated_gradients.ts";

registerDilatedGradient();

Deno.test("a dilated convolution has the gradient of the same kernel with zeros in between", async () => {
  await startBackend("cpu");
  await checkDilatedGradients(60);
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
  ok(Math.abs(slope! - difference!) < 1e-2 * Math.abs(slope!), `${slope} and ${difference}`);
});

Deno.test("plain convolutions keep the gradient of tf.js, strides included", async () => {
  await startBackend("cpu");
  const x = tf.ones<tf.Rank.R3>([1, 5, 1]);
  const kernel = tf.tensor3d([1, 2, 3], [3, 1, 1]);
  const loss = (x: tf.Tensor) => tf.sum(tf.conv1d(x as tf.Tensor3D, kernel, 2, "valid"));
  deepStrictEqual([...await tf.grad(loss)(x).data()], [1, 2, 4, 2, 3]);
});
