/** Preloaded by a command; takes its GPU away in the middle of an epoch, after a number of submissions. */

/** webgpu submits twice in an epoch of twelve steps, tf.js eight times in a step. */
const SUBMITS = 40;

const requestDevice = GPUAdapter.prototype.requestDevice;
GPUAdapter.prototype.requestDevice = async function (...descriptor) {
  const device = await requestDevice.apply(this, descriptor);
  const { submit } = device.queue;
  let left = SUBMITS;
  device.queue.submit = function (...buffers) {
    if (left-- === 0) device.destroy();
    return submit.apply(this, buffers);
  };
  return device;
};
