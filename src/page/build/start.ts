/**
 * The first script of the page. A classic one, since a page on a disk may not load modules: it loads the program that
 * fits the place that the page was opened from, and has the service worker isolate the page where the server does not.
 *
 * @module
 */

import { joinServiceWorker } from "./join_service_worker.ts";

const own = new URL((document.currentScript as HTMLScriptElement).src);

if (location.protocol === "file:") {
  const script = document.createElement("script");
  script.src = new URL("disk.js", own).href;
  document.head.append(script);
} else {
  void startFromServer();
}

async function startFromServer(): Promise<void> {
  if (await joinServiceWorker(new URL("../service_worker.js", own)) === "reloads") return;
  await import(new URL("window.js", own).href);
}
