/** Hooks that nothing waits for, and whose errors must not be lost all the same. */

import { namesOf } from "./option_names.ts";

/** A hook that is watched. */
export interface WatchedHook<Reports extends readonly unknown[]> {
  /** Calls the hook; throws what an earlier call was rejected with. */
  readonly call: (...reports: Reports) => void;
  /** Throws what a call was rejected with, if it was. */
  readonly check: () => void;
}

/**
 * Watches a hook that may be asynchronous, though its promise is not waited for. Nobody would handle its rejection, which ends
 * programs: work that reports its progress ends with it instead, at the next report or at its end.
 *
 * @param hook The hook.
 * @returns It, watched; `undefined` without one.
 */
export function watchHook<Reports extends readonly unknown[]>(
  hook: ((...reports: Reports) => unknown) | null | undefined,
): WatchedHook<Reports> | undefined {
  // JSON has null for what is not given.
  if (hook === undefined || hook === null) return undefined;
  let failure: { readonly reason: unknown } | undefined;
  const check = () => {
    if (failure !== undefined) throw failure.reason;
  };
  return {
    call(...reports) {
      check();
      const returned = hook(...reports);
      if (typeof Object(returned).then !== "function") return;
      Promise.resolve(returned).catch((reason) => failure ??= { reason });
    },
    check,
  };
}

/** The options that are hooks which nothing waits for. */
const HOOKS: readonly string[] = [
  "onFile",
  "onNote",
  "onPairs",
  "onProgress",
  "onTrial",
  "onValues",
  "onWarning",
  "onWriting",
];

/** Options whose hooks are watched. */
export interface WatchedOptions<Options> {
  /** The same options, with hooks to call in place of the caller's. */
  readonly options: Options;
  /** Throws what a call of a hook was rejected with, if one was; to be called when the work is done. */
  readonly settle: () => Promise<void>;
}

/**
 * Watches all hooks of options that nothing waits for, as {@linkcode watchHook} does.
 *
 * @param options The options; those of a class may have getters.
 * @returns A copy of them.
 */
export function watchHooks<Options extends object>(options: Options): WatchedOptions<Options> {
  // `files.map(readGenes)` gives other things in their place, in which nobody looks for hooks.
  if (typeof (options ?? {}) !== "object") {
    return { options, settle: () => Promise.resolve() };
  }
  // JSON has null for what is not given.
  const given = (options ?? {}) as Readonly<Record<string, unknown>>;
  const watched: Record<string, unknown> = {};
  const checks: (() => void)[] = [];
  for (const name of namesOf(given).names) {
    const value = given[name];
    const isHook = HOOKS.includes(name) && typeof value === "function";
    // A hook that is a method may want the object that it was given in.
    const hook = isHook ? watchHook(value.bind(given) as () => unknown) : undefined;
    if (hook !== undefined) checks.push(hook.check);
    watched[name] = hook?.call ?? value;
  }
  const settle = async () => {
    // A rejection of the last call is heard of one turn later.
    await Promise.resolve();
    for (const check of checks) check();
  };
  return { options: watched as Options, settle };
}

/**
 * Does some work with options whose hooks are watched.
 *
 * @param options The options.
 * @param work Does it, with these options in place of the caller's.
 * @returns What it returns.
 * @throws What it throws, and what a hook was rejected with.
 */
export async function withWatchedHooks<Options extends object, Result>(
  options: Options,
  work: (options: Options) => Result | PromiseLike<Result>,
): Promise<Awaited<Result>> {
  const watched = watchHooks(options);
  const result = await work(watched.options);
  await watched.settle();
  return result;
}

/** Yields what a generator does, whose work calls hooks that are watched, and hears of them at its end. */
export async function* untilSettled<Item>(
  items: AsyncIterable<Item>,
  settle: () => Promise<void>,
): AsyncGenerator<Item, void, void> {
  for await (const item of items) yield item;
  await settle();
}

/**
 * A hook of work that is not asynchronous, which cannot hear of a promise: one that returns some is refused.
 *
 * @param hook The hook.
 * @param options Its name, and what is refused otherwise, such as `find motifs`.
 * @returns A hook that throws a `TypeError` if this one returns a promise.
 */
export function plainHook<Report>(
  hook: ((report: Report) => unknown) | null | undefined,
  { action, name }: { readonly action: string; readonly name: string },
): ((report: Report) => void) | undefined {
  if (hook === undefined || hook === null) return undefined;
  return (report) => {
    const returned = hook(report);
    if (typeof Object(returned).then !== "function") return;
    // Nobody else handles its rejection, which ends programs.
    Promise.resolve(returned).catch(() => {});
    throw new TypeError(
      `Cannot ${action}: ${name} returned a promise, expected a function that is not asynchronous`,
    );
  };
}
