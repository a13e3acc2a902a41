import { rejects } from "node:assert";
import { loadModels } from "../../src/runs/models.ts";
import { withDirectory } from "../helpers/command.ts";

Deno.test("files and directories of other programs are recognised by their names", () =>
  withDirectory(async (directory) => {
    const files: Record<string, RegExp> = {
      "a.h5":
        /"\S+a\.h5" is a model of Keras, not saved by @waka\/histone.*, expected a directory that train wrote/,
      "a.keras": /a model of Keras/,
      "a.pt": /a model of PyTorch/,
      "a.onnx": /a model of ONNX/,
      "a.pb": /a model of TensorFlow/,
      "weights.bin": /is a file, expected a directory that train wrote/,
    };
    for (const [name, message] of Object.entries(files)) {
      await Deno.writeTextFile(`${directory}/${name}`, "x");
      await rejects(loadModels(`${directory}/${name}`), { name: "ContractError", message });
    }
    await rejects(loadModels(directory), /neither a run nor a model in/);
    await rejects(loadModels(`${directory}/nowhere`), {
      name: "NotFoundError",
      message: /nowhere/,
    });
    await rejects(loadModels("https://example.org/m?key=secret"), {
      name: "ContractError",
      message: /model: "https:\/\/example.org\/m" is an address, expected a directory that train/,
    });
    const markers = {
      "model.onnx": /holds a model of ONNX \(model\.onnx\), not saved by @waka\/histone/,
      "saved_model.pb": /holds a model of TensorFlow \(SavedModel\).*, expected a directory/,
    };
    for (const [file, message] of Object.entries(markers)) {
      await Deno.writeTextFile(`${directory}/${file}`, "x");
      await rejects(loadModels(directory), { name: "ContractError", message });
    }
  }));
