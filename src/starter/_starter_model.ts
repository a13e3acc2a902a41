/** Made by `deno task starter`; docs/starter.md says of what. `unpack_model.ts` has the layout. */

/** The starter model, an npz file in base64. */
export const STARTER_MODEL = `
`;
