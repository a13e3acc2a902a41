import { takeTurn } from "../../base/take_turn.ts";
import type { ZarrReadStore } from "./reader.ts";

/** The same files, which cannot be read after a signal; what is read lets others have a turn, also in memory. */
export function endedBy(store: ZarrReadStore, signal: AbortSignal | undefined): ZarrReadStore {
  if (signal === undefined) return store;
  return {
    async get(key) {
      await takeTurn();
      signal.throwIfAborted();
      return await store.get(key);
    },
  };
}
