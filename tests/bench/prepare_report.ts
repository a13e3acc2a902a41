/** The result of the comparison of counting as tables, and as rows that are kept. */

import type { PrepareBench, PrepareRow } from "./prepare.ts";
import type { Cost } from "./prepare_job.ts";
import { formatMarkdown, formatRate, type Row } from "./report.ts";

/** The result as Markdown tables. */
export function formatPrepare({ rows, memory, remote, missing }: PrepareBench): string {
  return [
    formatMarkdown(
      ["job", "peer", "ours", "theirs", "time, ratio", "memory, ratio", "pairs", "values"],
      rows.map((row) => [
        row.job,
        `${row.peer}${describeShare(row)}`,
        formatCost(row.ours),
        formatCost(row.theirs),
        `${formatRate(row.ratio)}×`,
        `${formatRate(row.theirs.megabytes / row.ours.megabytes)}×`,
        String(row.pairs),
        describeAgreement(row),
      ]),
    ),
    ...missing.map((name) => `\nNOT MEASURED: ${name}: not installed here`),
    "",
    formatMarkdown(
      ["`prepare` on", "time, memory"],
      memory.map((row) => [row.files, formatCost(row)]),
    ),
    "",
    formatMarkdown(
      ["ten genes of", "size", "moved", "requests", "time"],
      remote.map(({ file, fileMegabytes, movedMegabytes, requests, seconds }) => [
        file,
        `${formatRate(fileMegabytes)} MB`,
        `${formatRate(movedMegabytes)} MB`,
        String(requests),
        `${formatRate(seconds)} s`,
      ]),
    ),
  ].join("\n");
}

function formatCost({ seconds, cpuSeconds, megabytes }: Cost): string {
  return `${formatRate(seconds)} s (${formatRate(cpuSeconds)} of processors), ${
    formatRate(megabytes)
  } MB`;
}

/** Says of which windows the time was extrapolated. */
function describeShare({ steps }: PrepareRow): string {
  const shares = steps.filter((step) => step > 1).map((step) => `1/${step}`);
  return shares.length === 0 ? "" : ` (from ${shares.join(" and ")} of the windows)`;
}

function describeAgreement({ agreement }: PrepareRow): string {
  if (agreement === undefined) return "decodes, counts nothing";
  const { values, different, largest } = agreement;
  const count = (value: number) => value.toLocaleString("en-US");
  if (different > 0) {
    return `${count(different)} of ${count(values)} differ, by ${formatRate(largest)} at most`;
  }
  return largest === 0
    ? `all ${count(values)} equal`
    : `all ${count(values)} equal to ${largest.toExponential(0)}`;
}

/** The rows as those of engines are kept. */
export function keptRows({ rows, memory, remote }: PrepareBench): Row[] {
  const compared = rows.flatMap(({ job, peer, ours, theirs, ratio }): Row[] => {
    const row = { threads: 2, peer };
    return [
      {
        ...row,
        figure: `prepare ${job}`,
        unit: "s",
        ours: ours.seconds,
        theirs: theirs.seconds,
        ratio,
      },
      {
        ...row,
        figure: `prepare ${job}, memory`,
        unit: "MB",
        ours: ours.megabytes,
        theirs: theirs.megabytes,
        ratio: theirs.megabytes / ours.megabytes,
      },
    ];
  });
  const alone = { threads: 2, peer: "none", theirs: null, ratio: null } as const;
  return [
    ...compared,
    ...memory.flatMap(({ files, seconds, megabytes }): Row[] => [
      { ...alone, figure: `prepare ${files}`, unit: "s", ours: seconds },
      { ...alone, figure: `prepare ${files}, memory`, unit: "MB", ours: megabytes },
    ]),
    ...remote.map(({ file, movedMegabytes }): Row => (
      { ...alone, figure: `ten genes of ${file} on a server`, unit: "MB", ours: movedMegabytes }
    )),
  ];
}
