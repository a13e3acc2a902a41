/** Engines, workloads and peers: made when first asked for, ended together. */

import { type EngineName, selectEngine } from "../../src/engine/select.ts";
import { presetSpec, type SequentialPresetName } from "../../src/model/presets.ts";
import { CHECK_SIZE, checkAgreement } from "./agreement.ts";
import { OurEngine } from "./our_engine.ts";
import { PeerProcess } from "./peer_process.ts";
import { findPeer, type MissingPeer, type PeerName } from "./peers.ts";
import { makeWorkload, type Workload, writeWorkload } from "./workload.ts";

/** A peer that computes what ours computes. */
export interface CheckedPeer {
  readonly process: PeerProcess;
  /** Name and version. */
  readonly label: string;
}

/** All contestants of a run. */
export class Arena implements AsyncDisposable {
  readonly #engine: EngineName;
  readonly #makeWorkload: (preset: SequentialPresetName) => Workload;
  readonly #stack = new AsyncDisposableStack();
  readonly #workloads = new Map<SequentialPresetName, Workload>();
  readonly #folders = new Map<SequentialPresetName, string>();
  readonly #ours = new Map<SequentialPresetName, OurEngine>();
  readonly #peers = new Map<string, CheckedPeer | MissingPeer>();

  /** Ours is the engine of this name. */
  constructor(engine: EngineName, make: (preset: SequentialPresetName) => Workload = makeWorkload) {
    this.#engine = engine;
    this.#makeWorkload = make;
  }

  /** Our engine with the workload of a preset. */
  async ours(preset: SequentialPresetName): Promise<OurEngine> {
    const known = this.#ours.get(preset);
    if (known !== undefined) return known;
    const { engine } = await selectEngine(this.#engine, presetSpec(preset));
    const ours = this.#stack.use(new OurEngine(engine, this.#workload(preset)));
    this.#ours.set(preset, ours);
    return ours;
  }

  /**
   * A peer with the same workload, checked to compute the same; or why it is missing. `signal` ends
   * the process of a peer that is started now.
   *
   * @throws {ContractError} If the peer and our engine disagree.
   */
  async peer(
    name: PeerName,
    preset: SequentialPresetName,
    signal?: AbortSignal,
  ): Promise<CheckedPeer | MissingPeer> {
    const key = `${name} ${preset}`;
    const known = this.#peers.get(key) ?? await this.#startPeer(name, preset, signal);
    this.#peers.set(key, known);
    return known;
  }

  /** Ends all processes and sessions and deletes the folders. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]();
  }

  async #startPeer(
    name: PeerName,
    preset: SequentialPresetName,
    signal?: AbortSignal,
  ): Promise<CheckedPeer | MissingPeer> {
    const found = await findPeer(name);
    if ("missing" in found) return found;
    const folder = await this.#folder(preset);
    signal?.throwIfAborted();
    const process = this.#stack.use(new PeerProcess(found, folder, signal));
    const label = await process.describe();
    const ours = await this.ours(preset);
    const [our, their] = [await ours.check(CHECK_SIZE), await process.check(CHECK_SIZE)];
    checkAgreement(our, their, `${preset} on ${this.#engine} and ${label}`);
    return { process, label };
  }

  #workload(preset: SequentialPresetName): Workload {
    const workload = this.#workloads.get(preset) ?? this.#makeWorkload(preset);
    this.#workloads.set(preset, workload);
    return workload;
  }

  /** The workload's files, for peers to read. */
  async #folder(preset: SequentialPresetName): Promise<string> {
    const known = this.#folders.get(preset);
    if (known !== undefined) return known;
    const folder = await Deno.makeTempDir({ prefix: "histone_bench_" });
    this.#stack.defer(() => Deno.remove(folder, { recursive: true }));
    await writeWorkload(folder, this.#workload(preset));
    this.#folders.set(preset, folder);
    return folder;
  }
}
