/** Counts the reads on one sequence of a BAM file. */

import type { ByteSource } from "../../files/byte_source.ts";
import { BamRecordDecoder } from "./_bam_records.ts";
import { inflateRange } from "./bgzf.ts";
import type { BamTask, OnTaskProgress, TaskCounts } from "./_count_task.ts";
import { FragmentCounter } from "./_fragment_counter.ts";
import { IntervalCursor } from "./intervals.ts";
import { makeReadFilter } from "./_read_filter.ts";
import { ReadSink } from "./_read_sink.ts";
import { makeTaskCounter } from "./_task_counter.ts";

/**
 * Counts the reads of a task.
 *
 * @throws {FormatError} If the file is damaged, or a proper pair has no length.
 */
export async function countBamTask(
  source: ByteSource,
  task: BamTask,
  onProgress?: OnTaskProgress,
): Promise<TaskCounts> {
  const counter = makeTaskCounter(task.windows, task.rule);
  const sink = new ReadSink(counter, task.extendBp);
  sink.contigLength = task.lengthBp;
  sink.leftOut = task.leftOut && new IntervalCursor(task.leftOut);
  const fragments = task.fragments ? new FragmentCounter(task.file, sink) : undefined;
  const filter = { ...makeReadFilter(task, fragments), contig: task.contig };
  const decoder = new BamRecordDecoder(task.file, filter, sink);
  for (const range of task.ranges) {
    for await (const piece of inflateRange(source, range)) {
      decoder.push(piece);
      onProgress?.(counter.passed);
    }
    decoder.finish();
  }
  return {
    values: counter.finish(),
    overlapping: counter.overlapping,
    missing: 0,
    pairs: fragments?.seen,
  };
}
