/** Leading people to a step, with the keyboard's focus. */

import type { StepName } from "./state.ts";

/** Brings a step into view. */
export function showStep(step: StepName): void {
  document.getElementById(step)?.scrollIntoView({ behavior: motion(), block: "start" });
}

/** Brings a step into view and puts the focus on its heading, so that what is read next is the step. */
export function showHeading(step: StepName): void {
  const heading = document.getElementById(`${step}-heading`);
  heading?.focus({ preventScroll: true });
  showStep(step);
}

function motion(): ScrollBehavior {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
}
