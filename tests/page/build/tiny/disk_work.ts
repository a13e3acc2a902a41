/** The worker of the tiny page, on a disk. */

import { useWorkers } from "../../../../src/engine/mod.ts";
import { carriedFiles } from "../../../../src/page/build/disk_files.ts";
import { answerOnce } from "./answer.ts";

useWorkers({ none: "this page was opened from a disk" });
answerOnce(async () => {
  const sheet = carriedFiles().find(({ name }) => name === "sheet.tsv");
  return (await sheet!.text()).length;
});
