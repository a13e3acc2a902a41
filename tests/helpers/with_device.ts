/** Runs something that opens a GPU device, which it can then be given. */
export async function withDevice<Result>(
  run: (device: () => GPUDevice) => Promise<Result>,
): Promise<Result> {
  const prototype = GPUAdapter.prototype;
  const { requestDevice } = prototype;
  let device: GPUDevice | undefined;
  prototype.requestDevice = async function (...parameters) {
    return device = await requestDevice.apply(this, parameters);
  };
  try {
    return await run(() => device!);
  } finally {
    prototype.requestDevice = requestDevice;
  }
}
