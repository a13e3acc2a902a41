/** Files on servers: only on the page that says that it connects. */

import type { App } from "../app.ts";
import { make } from "../dom.ts";
import { makeAction, makeField } from "../step.ts";
import { formatCountOf } from "../words.ts";

/** Whether this is the page that may open addresses, which its element `html` says. */
export function connects(): boolean {
  return document.documentElement.dataset["connects"] !== undefined;
}

/** Makes the field for addresses; where the page may not connect, the way to the page that may. */
export function makeAddresses(app: App): HTMLElement {
  if (!connects()) return makeWay(app);
  const area = make("textarea", [], { id: "addresses", rows: 3, spellcheck: "false" });
  const add = makeAction(app, "Open addresses", {
    id: "add-addresses",
    act: async () => {
      const addresses = area.value.split(/\s+/).filter(Boolean);
      if (addresses.length === 0) return area.focus();
      const answer = await app.run("addAddresses", { addresses }, {
        step: "files",
        title: `Asking for ${formatCountOf(addresses.length, "file")}`,
      });
      if (answer) area.value = "";
    },
  });
  return make("div.addresses", [
    makeField(
      "Addresses of files on servers, one a line",
      area,
      "This page asks these servers for the parts of the files that it needs, and nothing else. " +
        "The server must allow that (CORS, ranges).",
    ),
    add,
  ]);
}

/** The way to the page that connects, which a page from a disk does not have. */
function makeWay(app: App): HTMLElement {
  const element = make("p.hint", [
    "Your files are on a server? ",
    make("a", ["Open the page that connects to servers"], { href: "remote.html" }),
    ".",
  ]);
  app.store.subscribe(({ page }) => {
    element.hidden = page?.machine.fromDisk === true;
  });
  return element;
}
