import type { OpenedDevice } from "./device.ts";
import type { Kernel } from "./kernel.ts";
import type { GpuMemory } from "./memory.ts";

/** A compiled kernel. */
interface Stage {
  readonly kernel: Kernel;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** Kernels bound to their buffers. */
interface Binding {
  /** The buffers of all kernels, in sequence. */
  readonly buffers: readonly GPUBuffer[];
  readonly encode: (pass: GPUComputePassEncoder) => void;
}

/** Kernels that run in sequence: a training step, a prediction, a gathering. */
export class Program {
  readonly #device: GPUDevice;
  readonly #stages: readonly Stage[];
  #binding: Binding | undefined;

  private constructor(device: GPUDevice, stages: readonly Stage[]) {
    this.#device = device;
    this.#stages = stages;
  }

  /** Compiles kernels, in parallel where the driver can. */
  static async compile(
    { device, guard, stepLayout }: OpenedDevice,
    kernels: readonly Kernel[],
  ): Promise<Program> {
    const stages = kernels.map(async (kernel): Promise<Stage> => {
      const layout = device.createBindGroupLayout({
        entries: kernel.buffers.map(({ access }, binding) => ({
          binding,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: access === "read" ? "read-only-storage" : "storage" },
        })),
      });
      const module = device.createShaderModule({ label: kernel.name, code: kernel.wgsl });
      const pipeline = await device.createComputePipelineAsync({
        label: kernel.name,
        layout: device.createPipelineLayout({ bindGroupLayouts: [layout, stepLayout] }),
        compute: { module, entryPoint: "main" },
      });
      return { kernel, pipeline, layout };
    });
    return new Program(device, await guard(Promise.all(stages)));
  }

  /**
   * Binds the kernels to their buffers; returns a function that encodes all of them. The binding is kept while the
   * buffers stay the same, since the driver frees its memory only when garbage is collected.
   */
  bind(memory: GpuMemory): Binding["encode"] {
    const buffers = this.#stages.flatMap(({ kernel }) =>
      kernel.buffers.map(({ buffer }) => memory.get(buffer))
    );
    const known = this.#binding?.buffers;
    if (known === undefined || buffers.some((buffer, i) => buffer !== known[i])) {
      this.#binding = { buffers, encode: this.#bindTo(memory) };
    }
    return this.#binding!.encode;
  }

  #bindTo(memory: GpuMemory): Binding["encode"] {
    const bound = this.#stages.map(({ kernel, pipeline, layout }) => {
      const entries = kernel.buffers.map(({ buffer }, binding) => ({
        binding,
        resource: { buffer: memory.get(buffer) },
      }));
      const group = this.#device.createBindGroup({ label: kernel.name, layout, entries });
      return { pipeline, group, workgroups: kernel.workgroups };
    });
    return (pass) => {
      for (const { pipeline, group, workgroups } of bound) {
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(...workgroups);
      }
    };
  }
}
