/**
 * Starts workers that inherit the page's policy.
 *
 * @module
 */

/**
 * Starts a worker whose program is a module of the page's own server.
 *
 * A worker that is started by an address has the policy of that answer's headers, which a plain file server does not
 * send, so it could connect to any server. One that is started from a blob inherits the policy of whoever starts it,
 * and so do the workers that it starts in the same way.
 *
 * @param program Address of the module.
 * @param name The worker's name, for debuggers.
 * @returns The worker.
 */
export function startInheritingWorker(program: URL, name: string): Worker {
  const text = `import ${JSON.stringify(program.href)};`;
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  return new Worker(address, { type: "module", name });
}
