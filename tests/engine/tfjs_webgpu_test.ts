import { createTfjsEngine } from "../../src/engine/tfjs/engine.ts";
import { testWith } from "../helpers/require.ts";
import { testConformance } from "./conformance.ts";

testConformance(createTfjsEngine("webgpu"), (name, body) => testWith("webgpu", name, body));
