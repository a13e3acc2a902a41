/** Contestants: made when first asked for, checked against each other, ended together. */

import { checkAgreement, checkSizeOf } from "./agreement.ts";
import type { Contestant, Outputs } from "./contestant.ts";
import { type PeerCommand, PeerProcess } from "./peer_process.ts";
import { findProgram, type Missing, ourProgram, type PeerName, PEERS } from "./peers.ts";
import { makeWorkload, type Workload, type WorkloadName, writeWorkload } from "./workload.ts";

/** A contestant that computes what ours computes. */
export type Checked = Contestant & AsyncDisposable;

/** What a contestant is asked to compute, and on how many threads. */
export interface Place {
  readonly workload: WorkloadName;
  readonly threads: number;
}

/** Options of an {@linkcode Arena}. */
export interface ArenaOptions {
  /** Engine of ours. */
  readonly engine: string;
  /** The checkout that ours is of. @default this one */
  readonly root?: string | undefined;
  /** How workloads are made. */
  readonly make?: ((name: WorkloadName) => Workload) | undefined;
}

/** All contestants of a run, each program in one process for each number of threads. */
export class Arena implements AsyncDisposable {
  readonly #engine: string;
  readonly #root: string | undefined;
  readonly #make: (name: WorkloadName) => Workload;
  readonly #stack = new AsyncDisposableStack();
  readonly #workloads = new Map<WorkloadName, Workload>();
  readonly #folders = new Map<WorkloadName, Promise<string>>();
  readonly #processes = new Map<string, PeerProcess>();
  readonly #opened = new Map<string, Checked | Missing>();
  readonly #processOf = new WeakMap<object, PeerProcess>();
  readonly #outputs = new Map<WorkloadName, Outputs>();

  constructor({ engine, root, make = makeWorkload }: ArenaOptions) {
    this.#engine = engine;
    this.#root = root;
    this.#make = make;
  }

  /** Our engine; with another checkout's root that one's, checked to compute the same. */
  async ours(place: Place, root?: string): Promise<Checked> {
    const key = `ours ${root} ${place.workload} ${place.threads}`;
    const known = this.#find(key);
    if (known !== undefined) return known as Checked;
    const program = ourProgram({
      engine: this.#engine,
      threads: place.threads,
      root: root ?? this.#root,
    });
    const opened = await this.#open(program, "", place);
    this.#opened.set(key, opened);
    if (root !== undefined) await this.#check(opened, place);
    return opened;
  }

  /**
   * A peer, checked to compute what ours does; or why it is missing. `signal` ends the process of a peer that is started now.
   *
   * @throws {ContractError} If the peer and our engine disagree.
   */
  async peer(name: PeerName, place: Place, signal?: AbortSignal): Promise<Checked | Missing> {
    const key = `${name} ${place.workload} ${place.threads}`;
    const known = this.#find(key);
    if (known !== undefined) return known;
    const { program, form } = PEERS[name];
    const command = await findProgram(program, place.threads);
    if ("missing" in command) {
      this.#opened.set(key, command);
      return command;
    }
    const opened = await this.#open(command, form, { ...place, signal });
    await this.#check(opened, place);
    this.#opened.set(key, opened);
    return opened;
  }

  /** Closes the contestants of a workload. */
  async close(workload: WorkloadName): Promise<void> {
    for (const [key, opened] of this.#opened) {
      if (!key.includes(` ${workload} `)) continue;
      this.#opened.delete(key);
      if ("missing" in opened || this.#processOf.get(opened)?.ended) continue;
      await opened[Symbol.asyncDispose]();
    }
    this.#workloads.delete(workload);
  }

  /** Ends all processes and deletes the folders. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]();
  }

  /** The workload of a name. */
  workload(name: WorkloadName): Workload {
    const workload = this.#workloads.get(name) ?? this.#make(name);
    this.#workloads.set(name, workload);
    return workload;
  }

  /** What was opened before, unless its program has ended. */
  #find(key: string): Checked | Missing | undefined {
    const known = this.#opened.get(key);
    return known !== undefined && this.#processOf.get(known)?.ended ? undefined : known;
  }

  async #open(
    command: PeerCommand,
    form: string,
    { workload, signal }: Place & { readonly signal?: AbortSignal | undefined },
  ): Promise<Checked> {
    const folder = await this.#folder(workload);
    signal?.throwIfAborted();
    const key = JSON.stringify(command);
    const known = this.#processes.get(key);
    // One that was stopped with an earlier figure, whose time was over, is started again.
    const process = known === undefined || known.ended
      ? this.#stack.use(new PeerProcess(command, signal))
      : known;
    this.#processes.set(key, process);
    const opened = await process.open(folder, form);
    this.#processOf.set(opened, process);
    return opened;
  }

  /** Compares with what ours computes, on any number of threads. */
  async #check(theirs: Checked, place: Place): Promise<void> {
    const { workload } = place;
    const size = checkSizeOf(this.workload(workload));
    const ours = await this.ours(place);
    const outputs = this.#outputs.get(workload) ?? await ours.check(size);
    this.#outputs.set(workload, outputs);
    const pair = `${workload} on ${ours.label} and ${theirs.label}`;
    checkAgreement({ ours: outputs, theirs: await theirs.check(size), size }, pair);
  }

  /** The workload's files, for programs to read. */
  #folder(name: WorkloadName): Promise<string> {
    const known = this.#folders.get(name) ?? this.#writeFolder(name);
    this.#folders.set(name, known);
    return known;
  }

  async #writeFolder(name: WorkloadName): Promise<string> {
    const folder = await Deno.makeTempDir({ prefix: "histone_bench_" });
    this.#stack.defer(() => Deno.remove(folder, { recursive: true }));
    await writeWorkload(folder, this.workload(name));
    return folder;
  }
}
