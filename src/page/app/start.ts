/** Starts the window: joins its parts, and opens what was kept. */

import { announceJobs } from "./announce.ts";
import { App } from "./app.ts";
import { Client, type Port } from "./client.ts";
import { acceptDrops } from "./drop.ts";
import { makeRail } from "./rail.ts";
import { Store } from "./state.ts";
import { makeChecksStep } from "./steps/checks.ts";
import { makeCountsStep } from "./steps/counts.ts";
import { addFiles, makeFilesStep } from "./steps/files.ts";
import { makeModelStep } from "./steps/model.ts";
import { makePredictionsStep } from "./steps/predictions.ts";
import { makeWhyStep } from "./steps/why.ts";
import { startFooter, startNotices, startWelcome } from "./welcome.ts";

/**
 * Starts the window.
 *
 * @param port The worker that computes.
 */
export async function startWindow(port: Port): Promise<void> {
  const store = new Store();
  const app = new App(new Client(port), store);
  const steps = [
    makeFilesStep(app),
    makeCountsStep(app),
    makeChecksStep(app),
    makeModelStep(app),
    makePredictionsStep(app),
    makeWhyStep(app),
  ];
  const rail = makeRail(steps);
  const place = (id: string) => {
    const element = document.getElementById(id);
    if (element === null) throw new Error(`Cannot start the page: it has no element "${id}"`);
    return element;
  };
  place("rail").replaceChildren(...rail.items);
  place("steps").replaceChildren(...steps.map(({ element }) => element));
  startWelcome(app, place("begin"));
  startNotices(app, place("notices"));
  startFooter(app, place("foot"));
  store.subscribe((state) => {
    for (const step of steps) step.render(state);
    rail.render(state);
  });
  announceJobs(store, place("announcements"));
  acceptDrops(document.documentElement, (files) => addFiles(app, files));
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape" && document.querySelector("dialog[open]") === null) {
      store.state.job?.cancel();
    }
  });
  await app.open();
  document.documentElement.dataset["ready"] = "";
}
