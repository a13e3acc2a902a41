/** Whether other programs compute what the engine computes: the checks that the benchmark makes before it times. */

import { fail } from "node:assert";
import { testIf } from "../helpers/require.ts";
import { Arena } from "./arena.ts";
import { figuresOf, SLOW_TO_START } from "./figures.ts";
import { findProgram, type PeerName, PEERS, type ProgramName } from "./peers.ts";
import type { WorkloadName } from "./workload.ts";

/** What a peer's program is called where a test requires it. */
const REQUIREMENTS: Partial<Record<ProgramName, "pytorch" | "jax" | "onnxruntime">> = {
  torch: "pytorch",
  jax: "jax",
  onnx: "onnxruntime",
};

/** The workloads of each peer. What takes long to compile is checked on one of each kind. */
const pairs = new Map<PeerName, Set<WorkloadName>>();
for (const { peers, workload } of figuresOf("wasm")) {
  for (const peer of peers) {
    const known = pairs.get(peer) ?? new Set();
    if (!SLOW_TO_START.includes(peer) || known.size === 0) known.add(workload);
    pairs.set(peer, known);
  }
}

for (const [peer, workloads] of pairs) {
  const { program } = PEERS[peer];
  const isHere = !("missing" in await findProgram(program, 1));
  testIf(isHere, REQUIREMENTS[program] ?? "pytorch", {
    name: `predictions and losses of ${peer} are those of the engine on wasm: ${
      [...workloads].join(", ")
    }`,
    fn: async () => {
      await using arena = new Arena({ engine: "wasm" });
      for (const workload of workloads) {
        // Throws if they disagree.
        const found = await arena.peer(peer, { workload, threads: 1 });
        if ("missing" in found) fail(found.missing);
      }
    },
  });
}
