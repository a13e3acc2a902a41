import type { ByteSource } from "../../files/byte_source.ts";
import { countBamTask } from "./_bam_task.ts";
import { countBigWigTask } from "./_big_wig_task.ts";
import type { CountTask, OnTaskProgress, TaskCounts } from "./_count_task.ts";

/**
 * Does a task, on any thread.
 *
 * @throws {FormatError} If the file is damaged.
 */
export async function runCountTask(
  source: ByteSource,
  task: CountTask,
  onProgress?: OnTaskProgress,
): Promise<TaskCounts> {
  return task.format === "bam"
    ? await countBamTask(source, task, onProgress)
    : await countBigWigTask(source, task, onProgress);
}
