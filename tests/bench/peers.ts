/** Which peers there are, in which forms, and how their programs are started. */

import { findPython } from "./peer_python.ts";
import type { PeerCommand } from "./peer_process.ts";

/** Programs that peers run in. */
export type ProgramName =
  | "torch"
  | "torch cuda"
  | "jax"
  | "jax cuda"
  | "onnx"
  | "tfjs cpu"
  | "tfjs webgpu"
  | "jaxjs wasm"
  | "jaxjs webgpu";

/** A program in one of its forms. */
export interface Peer {
  readonly program: ProgramName;
  /** As the program knows it. */
  readonly form: string;
}

/** Every peer, by the name in tables and figures. */
export const PEERS = {
  "PyTorch": { program: "torch", form: "conv1d" },
  "PyTorch channels last": { program: "torch", form: "channels-last" },
  "PyTorch compiled": { program: "torch", form: "compiled" },
  "PyTorch cuda": { program: "torch cuda", form: "conv1d" },
  "PyTorch cuda graph": { program: "torch cuda", form: "graph" },
  "PyTorch cuda compiled": { program: "torch cuda", form: "compiled" },
  "JAX": { program: "jax", form: "step" },
  "JAX scan": { program: "jax", form: "scan" },
  "JAX cuda": { program: "jax cuda", form: "scan" },
  "ONNX Runtime": { program: "onnx", form: "conv1d" },
  "ONNX Runtime conv2d": { program: "onnx", form: "conv2d" },
  "tf.js": { program: "tfjs cpu", form: "" },
  "tf.js webgpu": { program: "tfjs webgpu", form: "" },
  "jax-js": { program: "jaxjs wasm", form: "" },
  "jax-js webgpu": { program: "jaxjs webgpu", form: "" },
} as const satisfies Readonly<Record<string, Peer>>;

/** Name of a peer. */
export type PeerName = keyof typeof PEERS;

/** Something that this machine does not have. */
export interface Missing {
  /** Why not. */
  readonly missing: string;
}

/** What a Python must be able to run. */
const NEEDS = {
  torch: "import numpy, torch; assert tuple(map(int, torch.__version__.split('.')[:2])) >= (2, 6)",
  jax: "import numpy, jax; assert tuple(map(int, jax.__version__.split('.')[:2])) >= (0, 5)",
  onnx: "import numpy, onnx, onnxruntime",
} as const;
const NEEDS_CUDA = {
  torch: `${NEEDS.torch}; torch.zeros(1, device='cuda')`,
  jax: `${NEEDS.jax}; assert jax.devices('cuda')`,
} as const;
const NAMES = {
  torch: "PyTorch 2.6 or later",
  jax: "JAX 0.5 or later",
  onnx: "onnxruntime and onnx",
};

/**
 * How to start a program.
 *
 * @param program Which one.
 * @param threads Threads that it computes on.
 * @returns The command, or why this machine lacks the program.
 */
export async function findProgram(
  program: ProgramName,
  threads: number,
): Promise<PeerCommand | Missing> {
  switch (program) {
    case "torch":
    case "jax":
    case "onnx":
      return await pythonProgram(program, threads);
    case "torch cuda":
      return await pythonProgram("torch", threads, "cuda");
    case "jax cuda":
      return await pythonProgram("jax", threads, "cuda");
    case "tfjs cpu":
      return denoProgram("tfjs_peer.ts", ["cpu"]);
    case "tfjs webgpu":
      return denoProgram("tfjs_peer.ts", ["webgpu"]);
    case "jaxjs wasm":
      return denoProgram("jaxjs_peer.ts", ["wasm"]);
    case "jaxjs webgpu":
      return denoProgram("jaxjs_peer.ts", ["webgpu"]);
  }
}

async function pythonProgram(
  library: keyof typeof NEEDS,
  threads: number,
  device: "cpu" | "cuda" = "cpu",
): Promise<PeerCommand | Missing> {
  const needs = device === "cuda" && library !== "onnx" ? NEEDS_CUDA[library] : NEEDS[library];
  const what = NAMES[library] + (device === "cuda" ? " with a CUDA device that works" : "");
  const found = await findPython(needs, what);
  if ("missing" in found) return found;
  const flags = ["--threads", `${threads}`, ...(device === "cuda" ? ["--device", device] : [])];
  return { program: found.python, args: [pathOf(`${library}_peer.py`), ...flags] };
}

/** How to start this package's engine, of this checkout or of the one at `root`. */
export function ourProgram(
  { engine, threads, root }: {
    readonly engine: string;
    readonly threads: number;
    readonly root?: string | undefined;
  },
): PeerCommand {
  const flags = ["--engine", engine, "--threads", `${threads}`];
  return denoProgram("our_peer.ts", [...flags, ...(root === undefined ? [] : ["--root", root])]);
}

function denoProgram(file: string, args: readonly string[]): PeerCommand {
  const flags = ["run", "-q", "--no-prompt", "--allow-read", "--allow-env", "--allow-sys"];
  return { program: Deno.execPath(), args: [...flags, pathOf(file), ...args] };
}

function pathOf(file: string): string {
  return new URL(`peers/${file}`, import.meta.url).pathname;
}
