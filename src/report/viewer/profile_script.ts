/** The script of the page over all genes: it reads bins out, and shows or hides groups. All of it runs in pages. */

import { listenToAll } from "./gestures.ts";
import {
  decodeProfile,
  describeProfiles,
  type ProfileValues,
  type ProfileViewData,
} from "./profile_values.ts";
import { findElement, makeStage, moveCursor, readPageData, showDomain } from "./stage.ts";
import type { HTMLElement, PageDocument } from "./dom.ts";

declare const document: PageDocument;

/** Writes what each track has in a bin beside its name, and returns all of it as a sentence. */
export function readProfilesOut(
  groups: readonly ProfileValues[],
  { bin, bins }: { readonly bin: number | undefined; readonly bins: number },
): string {
  const said: string[] = [];
  for (const element of document.querySelectorAll<HTMLElement>(".track")) {
    const track = Number(element.dataset["track"]);
    const text = describeProfiles(groups, { track, bin, bins });
    findElement(element, ".value").textContent = text;
    said.push(findElement(element, ".name").textContent + " " + text);
  }
  return said.join("; ");
}

/** Makes the buttons of groups show and hide their lines. */
export function listenToGroups(): void {
  for (const button of document.querySelectorAll<HTMLElement>("[data-group]")) {
    button.addEventListener("click", () => {
      const isShown = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(isShown));
      for (const path of document.querySelectorAll(".lane .g" + button.dataset["group"])) {
        path.classList.toggle("hidden", !isShown);
      }
    });
  }
}

/** Starts the page. */
export function startProfilePage(): void {
  const { window: { bins }, window: viewWindow, groups } = readPageData() as ProfileViewData;
  const values = groups.map(decodeProfile);
  const stage = makeStage(viewWindow, {
    readOut: (bin) => readProfilesOut(values, { bin, bins }),
    onDomain: () => {},
  });
  listenToAll(stage);
  listenToGroups();
  showDomain(stage, stage.domain);
  moveCursor(stage, undefined);
}
