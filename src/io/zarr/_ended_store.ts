import { takeTurn } from "../../base/take_turn.ts";
import type { ZarrReadStore } from "./read_store.ts";

/** The same files, which cannot be read after a signal; what is read lets others have a turn, also in memory. */
export function endedBy(store: ZarrReadStore, signal: AbortSignal | undefined): ZarrReadStore {
  if (signal === undefined) return store;
  const check = async () => {
    await takeTurn();
    signal.throwIfAborted();
  };
  return {
    async get(key) {
      await check();
      return await store.get(key);
    },
    ...(store.getRange && {
      async getRange(key, range) {
        await check();
        return await store.getRange!(key, range);
      },
    }),
  };
}
