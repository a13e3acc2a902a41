/** Counts the values on one sequence of a bigWig file. */

import type { ByteSource } from "../../files/byte_source.ts";
import { visitSections } from "./_visit_sections.ts";
import { mergeWindows } from "./_contig_windows.ts";
import type { BigWigTask, OnTaskProgress, TaskCounts } from "./_count_task.ts";
import { IntervalCursor } from "./intervals.ts";
import { SectionDecoder } from "./_section_decoder.ts";
import { makeTaskCounter } from "./_task_counter.ts";

/** A section takes a tenth of a millisecond. */
const SECTIONS_BETWEEN_PROGRESS = 32;

/**
 * Counts the values of a task.
 *
 * @throws {FormatError} If the file is damaged, or intervals overlap.
 */
export async function countBigWigTask(
  source: ByteSource,
  task: BigWigTask,
  onProgress?: OnTaskProgress,
): Promise<TaskCounts> {
  const { windows, lengthBp } = task;
  const counter = makeTaskCounter(windows, task.rule);
  const leftOut = task.leftOut && new IntervalCursor(task.leftOut);
  const widthBp = windows.bins * windows.binSizeBp;
  const regions = mergeWindows(windows, { widthBp, paddingBp: 0, length: lengthBp });
  const decoder = new SectionDecoder(task, regions, (start, end, value) => {
    const to = Math.min(end, lengthBp);
    if (start >= to) return;
    if (leftOut === undefined) counter.add(start, to, value);
    else leftOut.visitRest(start, to, (from, until) => counter.add(from, until, value));
  });
  let sections = 0;
  await visitSections(source, task, (bytes, place) => {
    decoder.decode(bytes, place);
    if (++sections % SECTIONS_BETWEEN_PROGRESS === 0) onProgress?.(counter.passed);
  });
  return { values: counter.finish(), overlapping: 0, missing: decoder.missing, pairs: undefined };
}
