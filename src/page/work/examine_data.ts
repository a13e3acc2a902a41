/** Looks for what may be wrong with the samples, as the command `doctor` does. */

import type { Dataset } from "../../data/mod.ts";
import { diagnoseSamples, type Finding, type SkippedCheck } from "../../genome/mod.ts";
import type { Examination, PageFinding } from "../protocol.ts";
import { withoutCommands } from "./without_commands.ts";

/** Examines samples. */
export function examineData({ columns }: Dataset): Examination {
  const { findings, skipped } = diagnoseSamples(columns);
  return { findings: findings.map(toPage), skipped: describeSkipped(skipped) };
}

function toPage({ severity, where, message, advice }: Finding): PageFinding {
  return { severity, title: `${where}: ${message}`, text: withoutCommands(advice) };
}

/** A line for all checks that were skipped for the same reason. */
function describeSkipped(skipped: readonly SkippedCheck[]): string[] {
  const byReason = new Map<string, Set<string>>();
  for (const { reason, what } of skipped) {
    byReason.set(reason, (byReason.get(reason) ?? new Set()).add(what));
  }
  return [...byReason].map(([reason, what]) => `${[...what].join(", ")} (${reason})`);
}
