/** What a member takes from here for samples that are gathered batch by batch, and for gradients; loaded when needed. */

export { BatchLoader } from "./batch_loader.ts";
export { BatchPredictor } from "./batch_predictor.ts";
export { PathFollower } from "./path_follower.ts";
export { createGradients, readGradients } from "./read_gradients.ts";
export { StepTrainer } from "./step_trainer.ts";
