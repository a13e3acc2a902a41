/** What models compute between two others in a session on WebGPU, whose kernels do all members of a session together. */

import { createWebgpuEngine } from "../../../../src/engine/webgpu/engine.ts";
import { testWithWebgpu } from "../../../helpers/webgpu.ts";
import { testBetweenOthers } from "../../conformance.ts";

testBetweenOthers(createWebgpuEngine({ kernels: "shared" }), testWithWebgpu);
