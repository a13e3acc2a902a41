import { getGradient, registerGradient, unregisterGradient } from "@tensorflow/tfjs-core";
// Registers tf.js' own gradients, of which one is replaced here.
import "@tensorflow/tfjs-layers";

const KERNEL = "Unpack";
let registered = false;

/**
 * Teaches tf.js to train recurrent layers that read one position only. Such a layer unstacks its input into one
 * tensor. tf.js hands that tensor's gradient over bare where its gradient of unstacking expects an array, and throws.
 * Further calls do nothing.
 */
export function registerUnstackGradient(): void {
  if (registered) return;
  registered = true;
  const original = getGradient(KERNEL);
  // Replacing without removing first would print a warning.
  unregisterGradient(KERNEL);
  registerGradient({
    ...original,
    gradFunc: (dy, saved, attributes) =>
      original.gradFunc(Array.isArray(dy) ? dy : [dy], saved, attributes),
  });
}
