/** Bounds how many requests a host has at a time, for all files together. */

/** As many as browsers send. */
const MOST_REQUESTS = 6;

interface Host {
  busy: number;
  readonly waiting: (() => void)[];
}

const hosts = new Map<string, Host>();

/**
 * Waits until a host may have one more request.
 *
 * @returns A function that says that the request is over; to be called once.
 */
export async function takeTurn(origin: string): Promise<() => void> {
  const host = hosts.get(origin) ?? { busy: 0, waiting: [] };
  hosts.set(origin, host);
  if (host.busy < MOST_REQUESTS) host.busy++;
  // The turn is handed over by whoever ends, so the number stays.
  else await new Promise<void>((resolve) => host.waiting.push(resolve));
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    const next = host.waiting.shift();
    if (next !== undefined) return next();
    host.busy--;
    if (host.busy === 0) hosts.delete(origin);
  };
}
