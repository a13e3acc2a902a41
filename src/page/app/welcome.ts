/** The top of the page, which stands in its HTML, and what is above and below the steps. */

import type { PageMachine } from "../protocol.ts";
import type { App } from "./app.ts";
import { make, setText } from "./dom.ts";
import { tryExample } from "./example.ts";
import { makeAction } from "./step.ts";
import { formatCountOf } from "./words.ts";

/** Brings the buttons of the welcome to life. */
export function startWelcome(app: App, place: HTMLElement): void {
  const button = makeAction(app, "Try the example", {
    id: "try-example",
    isMain: true,
    act: () => tryExample(app),
  });
  place.replaceChildren(
    button,
    make("a.button", ["Use your files"], { href: "#files" }),
  );
}

/** Says what computes, and that an earlier visit's work is here again. */
export function startNotices(app: App, place: HTMLElement): void {
  const kept = make("p.kept", [
    "What you did before is here again. The files themselves are not kept: choose them again to count them again.",
  ], { hidden: true });
  const disk = make("p.disk", [
    "This page was opened from a disk: it computes on one thread, and does not keep anything between visits.",
  ], { hidden: true });
  place.append(kept, disk);
  app.store.subscribe(({ page, wasKept }) => {
    kept.hidden = !wasKept;
    disk.hidden = page?.machine.fromDisk !== true;
  });
}

/** The line about the machine, and the way to forget everything. */
export function startFooter(app: App, place: HTMLElement): void {
  const machine = make("p.machine", [], { id: "machine" });
  const dialog = makeForget(app);
  const forget = makeAction(app, "Forget everything", {
    id: "forget",
    act: () => dialog.showModal(),
  });
  place.replaceChildren(machine, forget, dialog);
  app.store.subscribe(({ page }) => {
    if (page) setText(machine, describeMachine(page.machine));
  });
}

/** What computes, in a line. */
export function describeMachine(machine: PageMachine): string {
  const { engine, threads } = machine;
  return `${engine}. It computes on ${formatCountOf(threads, "thread")}. ${
    describeKeeping(machine)
  }`;
}

function describeKeeping({ keepsState, fromDisk }: PageMachine): string {
  if (keepsState) return "Finished steps are kept in this browser until you forget them.";
  const nothing = "Nothing is kept after this page is closed";
  if (fromDisk) return `${nothing}.`;
  // Both look the same to the worker, which finds the folder taken or none.
  return `${nothing}: it is open in another tab, which keeps its own work, or this browser keeps no files for it.`;
}

function makeForget(app: App): HTMLDialogElement {
  const dialog = make("dialog", [], { "aria-labelledby": "forget-heading" });
  const close = () => dialog.close();
  const yes = make("button.main", ["Forget everything"], {
    type: "button",
    id: "forget-yes",
    onclick: async () => {
      close();
      await app.run("clear", {}, { step: "files", title: "Forgetting" });
      document.getElementById("files-heading")?.focus();
    },
  });
  const no = make("button", ["Keep it"], { type: "button", onclick: close });
  dialog.append(
    make("h2", ["Forget everything?"], { id: "forget-heading" }),
    make("p", [
      "The counts, the model and the predictions are removed from this page and from this browser's storage. Your own files stay as they are.",
    ]),
    make("div.actions", [yes, no]),
  );
  return dialog;
}
