/** The list of steps at the side, with where each stands. */

import { make, setAttributes, setText } from "./dom.ts";
import type { AppState } from "./state.ts";
import type { Standing, StepView } from "./step.ts";

const WORDS: Readonly<Record<Standing | "running", string>> = {
  later: "not yet",
  now: "next",
  done: "done",
  running: "running",
};

/** Makes the list. */
export function makeRail(steps: readonly StepView[]): {
  readonly items: readonly HTMLElement[];
  readonly render: (state: AppState) => void;
} {
  const entries = steps.map((step) => {
    const words = make("span.unseen");
    const item = make("li", [
      make("a", [make("span.rail-dot", [], { "aria-hidden": "true" }), step.title, words], {
        href: `#${step.name}`,
      }),
    ]);
    return { step, item, words };
  });
  return {
    items: entries.map(({ item }) => item),
    render: (state) => {
      for (const { step, item, words } of entries) {
        const now = state.job?.step === step.name ? "running" : step.standing(state);
        setAttributes(item, { "data-standing": now });
        setText(words, `, ${WORDS[now]}`);
      }
    },
  };
}
