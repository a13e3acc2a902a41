/**
 * Calls a function after a while, unless the process ends before: a timer that would keep it alive is not set at all.
 *
 * @param callback Called once.
 * @param milliseconds How long to wait.
 * @returns Cancels the timer.
 */
export function startIdleTimer(callback: () => void, milliseconds: number): () => void {
  // The library types know browsers only, where a timer is a number and keeps nothing alive.
  const timer = setTimeout(callback, milliseconds) as unknown;
  const cancel = () => clearTimeout(timer as number);
  const isUnheld = typeof timer === "object" && timer !== null && "unref" in timer &&
    typeof timer.unref === "function";
  if (isUnheld) (timer.unref as () => void).call(timer);
  else cancel();
  return cancel;
}
