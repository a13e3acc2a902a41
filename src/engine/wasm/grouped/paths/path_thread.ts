import { wasmMemory } from "../../../../base/shared_memory.ts";
import type { Loss } from "../../../../model/spec.ts";
import { predictionSlope } from "../../../loss.ts";
import type { Barrier } from "../../barrier.ts";
import type { PathJob } from "../../jobs.ts";
import { ExecutionContext } from "../../ops/context.ts";
import { bindNode } from "../group.ts";
import { LANE_KERNELS } from "../lanes.ts";
import { GROUP_QUADS, GROUP_SAMPLES, LANES, VECTOR } from "../layout.ts";
import { FIXED } from "../plan.ts";
import { BACK_KERNELS } from "./backs.ts";
import { FIRST_LAYER_KERNELS } from "./first_layer.ts";
import type { PathProgram } from "./program.ts";
import type { BackNode, PathPlan } from "./types.ts";

/** Paths of a task: whatever their number of points, those of so many paths fill whole groups. */
const TASK_PATHS = GROUP_QUADS;
/** The same where each path has a single point. */
const TASK_POINTS = GROUP_SAMPLES;
/** Lanes that the ends of a path take. */
const ENDS = 2;

/** Some quads of a path that a group has. */
interface Stretch {
  /** Number of the path in its task. */
  readonly path: number;
  /** The first quad, in the group. */
  readonly first: number;
  readonly quads: number;
  /** Whether the path ends here. */
  readonly isLast: boolean;
}

/** A thread's kernels over a memory of its own, which follow one path after another. */
export class PathThread {
  readonly #plan: PathPlan;
  readonly #loss: Loss;
  readonly #floats: Float32Array;
  readonly #words: Int32Array;
  readonly #kernels: ReturnType<typeof bindPlan>;

  /** Takes memory, and instantiates the kernels. */
  constructor({ plan, module, constants }: PathProgram, loss: Loss) {
    const { pages } = plan;
    const memory = wasmMemory(pages);
    const context = new ExecutionContext({ module, memory, scratch: 0 });
    context.floats.set(constants, FIXED.constants.address / 4);
    this.#plan = plan;
    this.#loss = loss;
    this.#floats = context.floats;
    this.#words = context.words;
    this.#kernels = bindPlan(context, plan);
  }

  /** Sets the weights, as `packPathWeights` makes them. */
  setWeights(image: Float32Array): void {
    this.#floats.set(image, this.#plan.weights.address / 4);
  }

  /** Follows the paths of a job, sharing them out among threads; no thread waits for another but at the end. */
  run(barrier: Barrier, job: PathJob): void {
    const paths = job.entryOf.length;
    const isSingle = job.weights.length === 1;
    const size = isSingle ? TASK_POINTS : TASK_PATHS;
    const tasks = Math.ceil(paths / size);
    for (let task = barrier.takeTask(); task < tasks; task = barrier.takeTask()) {
      if (barrier.stopAsked) break;
      const first = task * size;
      const count = Math.min(size, paths - first);
      if (isSingle) this.#visit(job, first, count);
      else this.#follow(job, first, count);
      barrier.addSamplesDone(count * job.weights.length);
    }
    barrier.wait();
  }

  /** Follows `count` paths from the one numbered `first` on. */
  #follow(job: PathJob, first: number, count: number): void {
    const { first: layer } = this.#plan;
    const { ends, mix, collect, deliver, last, load, store } = this.#kernels;
    this.#writeEnds(job, first, count);
    const quadsOfEnds = Math.ceil(count * ENDS / LANES);
    load(quadsOfEnds);
    ends(quadsOfEnds);
    const points = new PathPoints(job, first);
    for (let start = 0; start < count * points.quads; start += GROUP_QUADS) {
      const quads = Math.min(GROUP_QUADS, count * points.quads - start);
      const stretches = points.cut(start, quads);
      const weights = points.write(start, quads, this.#floats.subarray(this.#plan.points / 4));
      for (const { path, first: quad, quads } of stretches) {
        const target = layer.output.address + quad * layer.output.quadBytes;
        mix(target, this.#addressOfEnds(path), this.#plan.points + quad * VECTOR, quads);
      }
      this.#passBack(weights);
      for (const { path, first: quad, quads, isLast } of stretches) {
        const source = layer.delta.address + quad * layer.delta.quadBytes;
        collect(source, layer.output.address + quad * layer.output.quadBytes, quads);
        if (isLast) deliver(this.#selectLane(path));
      }
    }
    const quads = Math.ceil(count / LANES);
    last(quads);
    this.#moveMarks(count);
    store(quads);
    this.#readDerivatives(job, first, count);
  }

  /** Finds the gradients at one point of each of `count` paths from the one numbered `first` on; lanes are paths. */
  #visit(job: PathJob, first: number, count: number): void {
    const { load, single, singleBack, last, store } = this.#kernels;
    this.#writePoints(job, first, count);
    const quads = Math.ceil(count / LANES);
    load(quads);
    single(quads);
    this.#passBack(new Float64Array(quads * LANES).fill(job.weights[0]!));
    singleBack(quads);
    last(quads);
    store(quads);
    this.#readDerivatives(job, first, count);
  }

  /** From the first layer's output to the network's, and back; derivatives count as much as the lanes' weights say. */
  #passBack(weights: Float64Array): void {
    const { output, outputDelta } = this.#plan;
    const quads = weights.length / LANES;
    for (const node of this.#kernels.nodes) node(quads);
    for (const [lane, weight] of weights.entries()) {
      const quad = Math.floor(lane / LANES);
      const at = (output.address + quad * output.quadBytes) / 4 + lane % LANES;
      const to = (outputDelta.address + quad * outputDelta.quadBytes) / 4 + lane % LANES;
      const slope = weight === 0 ? 0 : predictionSlope(this.#loss, this.#floats[at]!);
      this.#floats[to] = weight * slope;
    }
    for (const back of this.#kernels.backs) back(quads);
  }

  /** Puts the point of each path where samples are. */
  #writePoints(
    { baselines, baselineOf, samples, entryOf, fractions }: PathJob,
    first: number,
    count: number,
  ): void {
    const { address, sampleBytes, values } = this.#plan.raw;
    for (let path = 0; path < count; path++) {
      const fraction = Math.fround(fractions[fractions.length === 1 ? 0 : first + path]!);
      const begin = baselineOf[first + path]! * values;
      const end = entryOf[first + path]! * values;
      const to = (address + path * sampleBytes) / 4;
      for (let i = 0; i < values; i++) {
        const own = baselines[begin + i]!;
        this.#floats[to + i] = own + fraction * (samples[end + i]! - own);
      }
    }
  }

  /** Puts the ends of each path beside each other. */
  #writeEnds(
    { baselines, baselineOf, samples, entryOf }: PathJob,
    first: number,
    count: number,
  ): void {
    const { address, sampleBytes, values } = this.#plan.raw;
    for (let path = 0; path < count; path++) {
      const ends = [[baselines, baselineOf], [samples, entryOf]] as const;
      for (const [end, [table, entries]] of ends.entries()) {
        const from = entries[first + path]! * values;
        const to = (address + (path * ENDS + end) * sampleBytes) / 4;
        this.#floats.set(table.subarray(from, from + values), to);
      }
    }
  }

  /** Address of a path's beginning among the sums of the first layer. */
  #addressOfEnds(path: number): number {
    const { address, quadBytes } = this.#plan.first.ends;
    const lane = path * ENDS;
    return address + Math.floor(lane / LANES) * quadBytes + lane % LANES * 4;
  }

  /** Says which lane a path is delivered to; returns the address of its quad. */
  #selectLane(path: number): number {
    const { delivered: { address, quadBytes }, lane } = this.#plan.first;
    for (let i = 0; i < LANES; i++) this.#words[lane / 4 + i] = i === path % LANES ? -1 : 0;
    return address + Math.floor(path / LANES) * quadBytes;
  }

  /** Marks paths where either end was marked. */
  #moveMarks(count: number): void {
    const marks = this.#floats.subarray(this.#plan.raw.marks / 4);
    for (let path = 0; path < count; path++) {
      marks[path] = marks[path * ENDS]! + marks[path * ENDS + 1]!;
    }
  }

  /** Copies derivatives, which are where samples were, to where the job wants them. */
  #readDerivatives({ target }: PathJob, first: number, count: number): void {
    const { raw: { address, sampleBytes, values }, last: { output } } = this.#plan;
    const { rows, channels, stride } = output;
    for (let path = 0; path < count; path++) {
      const from = (address + path * sampleBytes) / 4;
      const to = (first + path) * values;
      for (let row = 0; row < rows; row++) {
        for (let channel = 0; channel < channels; channel++) {
          target[to + row * channels + channel] = this.#floats[from + row * stride + channel]!;
        }
      }
    }
  }
}

function bindPlan(
  context: ExecutionContext,
  { ends, single, first, nodes, backs, last }: PathPlan,
) {
  const bindBack = (node: BackNode) =>
    node.kind === "conv" ? bindNode(context, node) : context.bind(BACK_KERNELS, node.name).back;
  return {
    ...context.bind(LANE_KERNELS),
    ...context.bind(FIRST_LAYER_KERNELS, first.name),
    ends: bindNode(context, ends),
    single: bindNode(context, single.node),
    singleBack: bindBack(single.back),
    nodes: nodes.map((node) => bindNode(context, node)),
    backs: backs.map(bindBack),
    last: bindNode(context, last),
  };
}

/** The points of the paths of a task, four in a quad; the last quad of a path may have room left. */
class PathPoints {
  /** Quads of a path. */
  readonly quads: number;
  readonly #job: PathJob;
  readonly #first: number;

  /** `first` is the number of the task's first path. */
  constructor(job: PathJob, first: number) {
    this.#job = job;
    this.#first = first;
    this.quads = Math.ceil(job.weights.length / LANES);
  }

  /** The stretches of paths that some quads of the task are. */
  cut(start: number, quads: number): Stretch[] {
    const stretches: Stretch[] = [];
    for (let first = 0; first < quads;) {
      const path = Math.floor((start + first) / this.quads);
      const left = (path + 1) * this.quads - start - first;
      const own = Math.min(left, quads - first);
      stretches.push({ path, first, quads: own, isLast: own === left });
      first += own;
    }
    return stretches;
  }

  /** Writes how far the points of some quads are on their paths; returns by lane what their gradients count. */
  write(start: number, quads: number, target: Float32Array): Float64Array {
    const { fractions, weights } = this.#job;
    const steps = weights.length;
    const isShared = fractions.length === steps;
    const counts = new Float64Array(quads * LANES);
    for (let lane = 0; lane < counts.length; lane++) {
      const quad = start + Math.floor(lane / LANES);
      const step = quad % this.quads * LANES + lane % LANES;
      const path = isShared ? 0 : this.#first + Math.floor(quad / this.quads);
      target[lane] = step < steps ? fractions[path * steps + step]! : 0;
      counts[lane] = weights[step] ?? 0;
    }
    return counts;
  }
}
