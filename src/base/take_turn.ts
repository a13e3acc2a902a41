/** Browsers make each timer wait for 4 ms; other run-times have timers wait for all messages. */
const MESSAGES_ARE_FAIR = !("process" in globalThis);

/** Waits until others had their turn: events, timers, and what a page has to draw. */
export function takeTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (!MESSAGES_ARE_FAIR) return void setTimeout(resolve);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
