/** The program of a thread that counts, but it dies after a number of answers, which follows the `?` of its URL. */

import "../../src/genome/signal/count_thread.ts";

interface Scope {
  postMessage(reply: unknown, transfer?: readonly ArrayBufferLike[]): void;
}

const scope = globalThis as unknown as Scope;
const post = scope.postMessage.bind(scope);
let left = Number(new URL(import.meta.url).search.slice(1));

scope.postMessage = (reply, transfer) => {
  if (left-- > 0) return post(reply, transfer);
  // Where no promise could catch it.
  setTimeout(() => {
    throw new Error("struck by a test");
  });
};
