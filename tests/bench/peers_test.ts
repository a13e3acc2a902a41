/** Whether other programs compute what the engine computes: the checks that the benchmark makes before it times. */

import { fail } from "node:assert";
import { testIf } from "../helpers/require.ts";
import { Arena } from "./arena.ts";
import { figuresOf } from "./figures.ts";
import { findPeer, type PeerName } from "./peers.ts";

const pairs = new Map(
  figuresOf("wasm").flatMap(({ peer, preset }) =>
    peer === "ourselves" ? [] : [[`${peer} on ${preset}`, { peer, preset }] as const]
  ),
);

/** PyTorch is installed apart from this package; the other peers come from npm. */
async function isHere(peer: PeerName): Promise<boolean> {
  return !("missing" in await findPeer(peer));
}

for (const [name, { peer, preset }] of pairs) {
  testIf(await isHere(peer), "pytorch", {
    name: `predictions and losses of ${name} are those of the engine on wasm`,
    fn: async () => {
      await using arena = new Arena("wasm");
      // Throws if they disagree.
      const found = await arena.peer(peer, preset);
      if ("missing" in found) fail(found.missing);
    },
  });
}
