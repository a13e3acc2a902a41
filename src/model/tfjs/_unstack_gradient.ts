import { replaceGradient } from "./_replace_gradient.ts";

/**
 * Teaches tf.js to train recurrent layers that read one position only. Such a layer unstacks its input into one
 * tensor. tf.js hands that tensor's gradient over bare where its gradient of unstacking expects an array, and throws.
 * Further calls do nothing.
 */
export function registerUnstackGradient(): void {
  replaceGradient(
    "Unpack",
    (original) => (dy, saved, attributes) =>
      original(Array.isArray(dy) ? dy : [dy], saved, attributes),
  );
}
