/** What is prepared before a command computes. */

import type { Command } from "commander";
import { formatCountOf } from "../base/count.ts";
import { chooseThreads, limitThreads } from "../base/threads.ts";
import { lentThreads } from "../files/lent.ts";
import { readVariable } from "./_environment.ts";
import { V8_FLAGS } from "./version.ts";

/** Prepares threads and drivers, and says where they differ from what was asked for. */
export function prepareRuntime(command: Command): void {
  limitThreads(lentThreads());
  const has = (name: string) => command.options.some((option) => option.attributeName() === name);
  if (has("engine")) quietVulkan();
  if (has("threads")) reportThreads(command.opts().threads);
  if (has("epochs")) noteMemoryGrowth();
}

/** Prints how many threads are used if more were asked for than there are cores. */
function reportThreads(asked: number | undefined): void {
  const cores = lentThreads();
  if (asked === undefined || asked <= cores) return;
  console.warn(
    `warning: --threads ${asked} is more than the ${
      formatCountOf(cores, "core")
    } that this machine lends: ` +
      `${formatCountOf(chooseThreads(asked), "thread")} at most are used`,
  );
}

/** Prints a note if memory will grow over many epochs, because V8's flags do not make it collect garbage early. */
function noteMemoryGrowth(): void {
  if (Reflect.has(globalThis, "gc")) return;
  console.warn(
    `note: without V8's flags ${V8_FLAGS}, memory grows by about a tenth over many epochs, ` +
      "and a fault of V8 can change figures; histone --version prints how to install with them",
  );
}

/** Sets XDG_RUNTIME_DIR if it is unset, as on most clusters: each of Mesa's Vulkan drivers would print an error. */
function quietVulkan(): void {
  if (Deno.build.os === "linux" && readVariable("XDG_RUNTIME_DIR") === undefined) {
    Deno.env.set("XDG_RUNTIME_DIR", "/tmp");
  }
}
