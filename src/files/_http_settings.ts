/** How files on servers are asked for. */

/** Sends a request, as the global `fetch` does. */
export type FetchLike = (url: URL, init: RequestInit) => Promise<Response>;

/** Options of {@linkcode openHttpSource}. */
export interface HttpSourceOptions {
  /**
   * Headers of every request to the address itself, such as `Authorization`. Hosts that the server redirects to do not
   * get them.
   *
   * @default {No headers.}
   */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Whether the file will be read from its start to its end, so that what follows is fetched before it is asked for. A
   * server that sends whole files only is then read as it sends.
   *
   * @default {false}
   */
  readonly readsAhead?: boolean | undefined;
  /**
   * How many requests for the file there are at a time. No host has more than six at a time, for all files together.
   *
   * @default {6}
   */
  readonly requests?: number | undefined;
  /**
   * Size in bytes of the memory that keeps what was read, the least recently used being forgotten first.
   *
   * @default {16777216, or 6291456 if the file is read ahead, since it is hardly read again.}
   */
  readonly cacheBytes?: number | undefined;
  /**
   * How often in a row a request may fail, because the connection breaks or the server is busy, without any block of
   * data arriving.
   *
   * @default {5}
   */
  readonly retries?: number | undefined;
  /**
   * About how long in milliseconds to wait after a first failure, unless the server says. After each further failure in
   * a row it is twice as long, up to 20 seconds.
   *
   * @default {300}
   */
  readonly backOffMs?: number | undefined;
  /**
   * How long in milliseconds no byte may arrive before a request counts as failed. A transfer may be
   * as slow as it likes while it moves.
   *
   * @default {30000}
   */
  readonly stallTimeoutMs?: number | undefined;
  /**
   * Largest file in bytes that is kept whole in memory if the server does not send parts of it.
   *
   * @default {33554432}
   */
  readonly wholeFileBytes?: number | undefined;
  /** Ends all requests and all waiting for the file. */
  readonly signal?: AbortSignal | undefined;
  /**
   * What sends the requests.
   *
   * @default {The global `fetch`.}
   */
  readonly fetch?: FetchLike | undefined;
}

/** The options with their defaults. */
export interface HttpSettings {
  readonly headers: Readonly<Record<string, string>>;
  readonly readsAhead: boolean;
  readonly requests: number;
  readonly cacheBytes: number;
  readonly retries: number;
  readonly backOffMs: number;
  readonly stallTimeoutMs: number;
  readonly wholeFileBytes: number;
  readonly signal: AbortSignal | undefined;
  readonly fetch: FetchLike;
  /** Whether nobody else has the arrays that bodies come in, so that their memory may be given back early. */
  readonly ownsBodies: boolean;
}

/**
 * Fills in the defaults.
 *
 * @throws {RangeError} If a number is not one of those that an option may have.
 */
export function resolveSettings(options: HttpSourceOptions): HttpSettings {
  const integer = (
    name: keyof HttpSourceOptions & keyof HttpSettings,
    value: number,
    least: number,
  ) => {
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new RangeError(`Cannot use ${name} ${value}: expected an integer of at least ${least}`);
  };
  return {
    headers: options.headers ?? {},
    readsAhead: options.readsAhead ?? false,
    requests: integer("requests", options.requests ?? 6, 1),
    cacheBytes: integer(
      "cacheBytes",
      options.cacheBytes ?? (options.readsAhead ? 6 : 16) * 2 ** 20,
      0,
    ),
    retries: integer("retries", options.retries ?? 5, 0),
    backOffMs: integer("backOffMs", options.backOffMs ?? 300, 0),
    stallTimeoutMs: integer("stallTimeoutMs", options.stallTimeoutMs ?? 30_000, 1),
    wholeFileBytes: integer("wholeFileBytes", options.wholeFileBytes ?? 32 * 2 ** 20, 0),
    signal: options.signal,
    ownsBodies: options.fetch === undefined,
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
  };
}
