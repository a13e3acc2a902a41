/** Drawing of what changes often. */

/** Makes a function that draws in the next frame, once, however often it is called until then. */
export function onceAFrame(draw: () => void): () => void {
  let isWaiting = false;
  return () => {
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(() => {
      isWaiting = false;
      draw();
    });
  };
}
