/** Where the peers are and how they are started. */

import type { PeerCommand } from "./peer_process.ts";

/** Name of a peer. */
export type PeerName =
  | "PyTorch"
  | "PyTorch channels-last"
  | "PyTorch cuda"
  | "PyTorch cuda graph"
  | "PyTorch cuda compiled"
  | "tf.js"
  | "tf.js webgpu"
  | "jax-js"
  | "jax-js webgpu";

/**
 * How to start a peer.
 *
 * @returns The command, or why this machine lacks it.
 */
export async function findPeer(name: PeerName): Promise<PeerCommand | MissingPeer> {
  switch (name) {
    case "PyTorch":
      return await torchProgram("conv1d");
    case "PyTorch channels-last":
      return await torchProgram("channels-last");
    case "PyTorch cuda":
      return await torchProgram("conv1d", CUDA);
    case "PyTorch cuda graph":
      return await torchProgram("conv1d", { ...CUDA, flags: [...CUDA.flags, "--step=graph"] });
    case "PyTorch cuda compiled":
      return await torchProgram("conv1d", COMPILED);
    case "tf.js":
      return denoProgram("tfjs_peer.ts", "cpu");
    case "tf.js webgpu":
      return denoProgram("tfjs_peer.ts", "webgpu");
    case "jax-js":
      return denoProgram("jax_peer.ts", "wasm");
    case "jax-js webgpu":
      return denoProgram("jax_peer.ts", "webgpu");
  }
}

/** A peer that this machine does not have. */
export interface MissingPeer {
  /** Why not. */
  readonly missing: string;
}

const PYTHONS = ["python3", "/usr/bin/python3"];

/** A way to use PyTorch. */
interface TorchUse {
  /** What a Python must be able to run for it. */
  readonly needs: string;
  /** The same in words. */
  readonly what: string;
  /** Flags of the peer. */
  readonly flags: readonly string[];
}

const CPU: TorchUse = {
  needs: "import numpy, torch",
  what: "torch (Debian: python3-torch)",
  flags: [],
};
const CUDA: TorchUse = {
  needs: "import numpy, torch; torch.zeros(1, device='cuda')",
  what: "torch with a CUDA device that works",
  flags: ["--device=cuda"],
};
const COMPILED: TorchUse = {
  needs: `${CUDA.needs}; import triton; torch.compile`,
  what: "torch with a CUDA device that works, torch.compile and triton",
  flags: [...CUDA.flags, "--step=compiled"],
};

async function torchProgram(
  layout: string,
  { needs, what, flags }: TorchUse = CPU,
): Promise<PeerCommand | MissingPeer> {
  const python = await findPythonThatRuns(needs);
  if (python === undefined) return { missing: `none of ${PYTHONS.join(", ")} has ${what}` };
  return { program: python, args: [pathOf("torch_peer.py"), ...flags, layout] };
}

async function findPythonThatRuns(program: string): Promise<string | undefined> {
  for (const python of PYTHONS) {
    const args = ["-c", program];
    try {
      const command = new Deno.Command(python, { args, stdout: "null", stderr: "null" });
      if ((await command.output()).success) return python;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return undefined;
}

function denoProgram(file: string, backend: string): PeerCommand {
  const args = ["run", "-q", "--allow-read", "--allow-env", pathOf(file), backend];
  return { program: Deno.execPath(), args };
}

function pathOf(file: string): string {
  return new URL(file, import.meta.url).pathname;
}
