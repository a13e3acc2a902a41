/** Step 3: what may be wrong with the data. */

import type { Examination, PageFinding } from "../../protocol.ts";
import type { App } from "../app.ts";
import { make, setText } from "../dom.ts";
import { fillLines, makeAction, makeStep, type StepView } from "../step.ts";
import { formatCountOf } from "../words.ts";

const SEVERITIES: Readonly<Record<PageFinding["severity"], string>> = {
  error: "Error",
  warning: "Warning",
  note: "Note",
};

/** Makes the third step. */
export function makeChecksStep(app: App): StepView {
  const examine = makeAction(app, "Look for what may be wrong", {
    id: "examine",
    isMain: true,
    act: () => app.run("examine", {}, { step: "checks", title: "Looking for what may be wrong" }),
  });
  const list = make("ul.findings");
  const clean = make("p.clean", ["Nothing suspicious was found."]);
  const skipped = make("ul.lines");
  const words = make("summary");
  const more = make("details.more", [words, skipped]);
  let shown: Examination | undefined;
  return makeStep(app, {
    name: "checks",
    number: 3,
    title: "Checks",
    intro: "Swapped, empty or doubled files, wrong strands, labels on the wrong scale: signs of " +
      "mistakes that happen, found on real data with such mistakes.",
    waitsFor: "Waits for counts",
    controls: [examine, make("div", [clean, list, more])],
    standing: ({ page }) => {
      if (page?.examination) return "done";
      return page?.data ? "now" : "later";
    },
    summary: ({ page }) => page?.examination ? summarise(page.examination) : "Not looked at yet",
    render: ({ page }) => {
      const examination = page?.examination;
      examine.hidden = examination !== undefined;
      clean.hidden = examination === undefined || examination.findings.length > 0;
      more.hidden = !examination?.skipped.length;
      if (examination === shown) return;
      shown = examination;
      list.hidden = !examination?.findings.length;
      list.replaceChildren(...(examination?.findings ?? []).map(makeFinding));
      setText(words, `${formatCountOf(examination?.skipped.length ?? 0, "check")} not made`);
      fillLines(skipped, examination?.skipped ?? []);
    },
  });
}

function makeFinding({ severity, title, text }: PageFinding): HTMLElement {
  return make("li", [
    make("p.finding-title", [
      make("span.severity", [SEVERITIES[severity]]),
      " ",
      make("strong", [title]),
    ]),
    make("p", [text]),
  ], { "data-severity": severity });
}

function summarise({ findings }: Examination): string {
  const count = (severity: PageFinding["severity"]) =>
    findings.filter((finding) => finding.severity === severity).length;
  const parts = ([["error", "error"], ["warning", "warning"], ["note", "note"]] as const)
    .map(([severity, noun]) => [count(severity), noun] as const)
    .filter(([number]) => number > 0)
    .map(([number, noun]) => formatCountOf(number, noun));
  return parts.length === 0 ? "Nothing suspicious" : parts.join(" · ");
}
