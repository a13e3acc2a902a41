/** Preloaded by a command, takes its GPU away in the middle of an epoch, once so many pieces of work were submitted to it. */

/** webgpu submits two an epoch of twelve steps, tf.js eight a step. */
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
