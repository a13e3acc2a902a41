/**
 * Waits until others had their turn: events, timers, and what a page has to draw. Timers would do, but browsers make
 * each of them wait for 4 ms.
 */
export function takeTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
