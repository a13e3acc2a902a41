/** That an explanation on a GPU is that of the processor. */

import { compareExplanations } from "../helpers/compare_explanations.ts";
import { testWithWebgpu } from "../helpers/webgpu.ts";

testWithWebgpu("webgpu explains as wasm does", () => compareExplanations("webgpu"));
