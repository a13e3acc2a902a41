/** Where the peers are and how they are started. */

import type { PeerCommand } from "./peer_process.ts";

/** Name of a peer. */
export type PeerName =
  | "PyTorch"
  | "PyTorch channels-last"
  | "tf.js"
  | "tf.js webgpu"
  | "jax-js"
  | "jax-js webgpu";

/**
 * How to start a peer.
 *
 * @returns The command, or why there is none on this machine.
 */
export async function findPeer(name: PeerName): Promise<PeerCommand | MissingPeer> {
  switch (name) {
    case "PyTorch":
      return await torchProgram("conv1d");
    case "PyTorch channels-last":
      return await torchProgram("channels-last");
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

async function torchProgram(layout: string): Promise<PeerCommand | MissingPeer> {
  const python = await findPythonWithTorch();
  if (python !== undefined) return { program: python, args: [pathOf("torch_peer.py"), layout] };
  return { missing: `none of ${PYTHONS.join(", ")} has torch (Debian: python3-torch)` };
}

async function findPythonWithTorch(): Promise<string | undefined> {
  for (const python of PYTHONS) {
    const args = ["-c", "import numpy, torch"];
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
