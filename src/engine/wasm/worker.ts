/** What a worker thread does: the jobs it is sent, one after the other; it says how each ended. */

import type { WorkerPort } from "../../base/workers.ts";
import * as extended from "./extended/code.ts";
import { setExtendedCode } from "./extended_code.ts";
import * as code from "./grouped/code.ts";
import { setGroupedCode } from "./grouped_code.ts";
import { failed, ThreadProgram, type WorkerReply, type WorkerRequest } from "./thread_program.ts";

setGroupedCode(code);
setExtendedCode(extended);

/** Returns what takes requests, and answers them on the thread's port. */
export function listen(port: WorkerPort): (request: WorkerRequest) => void {
  const program = new ThreadProgram();
  return (request) => {
    let reply: WorkerReply | undefined;
    try {
      reply = program.answer(request);
    } catch (error) {
      reply = failed(error);
    }
    if (reply !== undefined) port.postMessage(reply);
  };
}
