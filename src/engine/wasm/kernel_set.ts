/** Which kernels a module has: all of them, or only those that predictions need, a third or less. */
export type KernelSet = "all" | "predictions";
