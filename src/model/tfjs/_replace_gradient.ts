import {
  getGradient,
  type GradConfig,
  registerGradient,
  unregisterGradient,
} from "@tensorflow/tfjs-core";
// Registers tf.js' own gradients, of which some are replaced.
import "@tensorflow/tfjs-layers";

type GradientFunction = GradConfig["gradFunc"];

const replaced = new Set<string>();

/**
 * Replaces the gradient that tf.js has for a kernel, once: further calls for the kernel do nothing.
 *
 * @param kernel The kernel's name in tf.js, such as `Conv2D`.
 * @param make Makes the new gradient of tf.js' own, which it may call.
 */
export function replaceGradient(
  kernel: string,
  make: (original: GradientFunction) => GradientFunction,
): void {
  if (replaced.has(kernel)) return;
  replaced.add(kernel);
  const original = getGradient(kernel);
  // Replacing without removing first would print a warning.
  unregisterGradient(kernel);
  registerGradient({ ...original, gradFunc: make(original.gradFunc) });
}
