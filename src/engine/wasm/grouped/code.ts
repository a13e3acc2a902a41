/** What the engine takes from the grouped path, in one module, so that it is loaded as one; see `grouped_code.ts`. */

export { viewColumn, viewGathered } from "./joined/input_view.ts";
export { JoinedThread } from "./joined/joined_thread.ts";
export { createPathImages, makeGroupedPath, packPathImages } from "./path.ts";
export { PathThread } from "./paths/path_thread.ts";
export { makePathProgram } from "./paths/program.ts";
export { packPathWeights } from "./paths/weights.ts";
export { cutGroups, ThreadGroups } from "./thread_groups.ts";
