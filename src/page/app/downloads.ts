/** Saving what the worker made. */

import type { DownloadKind } from "../protocol.ts";
import type { App } from "./app.ts";
import { make } from "./dom.ts";
import type { StepName } from "./state.ts";

/** How long a file is kept for the browser to save it. */
const KEEP_MS = 60_000;

/** Makes a button that saves a file. */
export function makeDownload(
  app: App,
  kind: DownloadKind,
  { step, text }: { readonly step: StepName; readonly text: string },
): HTMLButtonElement {
  const button = make("button.quiet", [arrow(), text], { type: "button", "data-download": kind });
  button.addEventListener("click", async () => {
    const answer = await app.run("download", { kind }, { step, title: `Making ${text}` });
    if (answer) saveFile(answer.name, answer.file);
  });
  return button;
}

/** Lets the browser save a file. */
function saveFile(name: string, file: Blob): void {
  const address = URL.createObjectURL(file);
  const link = make("a", [], { href: address, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), KEEP_MS);
}

function arrow(): Node {
  return make("span", ["↓"], { "aria-hidden": "true" });
}
