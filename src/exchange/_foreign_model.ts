/** Recognises files of models that are not read, to say what to write instead. */

import { FormatError } from "../errors.ts";

const PYTORCH =
  "it is PyTorch's (torch.save), which only Python can unpickle, expected its weights as safetensors " +
  "(safetensors.torch.save_file of model.state_dict()) or its graph as ONNX (torch.onnx.export)";
const ARRAYS =
  "it is an npz file of arrays, expected weights as safetensors (safetensors.numpy.save_file)";
const PICKLE =
  "it is a pickle of Python, which only Python can read, expected safetensors, ONNX, .keras or .h5";

/** How zip files begin; the name of the first member follows the 30 bytes of its header. */
const ZIP = "PK\x03\x04";
const NAME_PLACE = 30;
/** PyTorch keeps all members in one folder, which begins with one of these. */
const PYTORCH_MEMBER =
  /^[^/]+\/(?:data\.pkl|constants\.pkl|version|byteorder|\.format_version|\.data\/|code\/)/;
/** The first protocol of pickles that begins with its number, and the last. */
const PICKLE_STARTS = ["\x80\x02", "\x80\x03", "\x80\x04", "\x80\x05"];
/** The number with which PyTorch began its files before it wrote zip files, within a pickle. */
const OLD_PYTORCH = "\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19";

/**
 * Throws if a file is of another program's kind.
 *
 * @throws {FormatError} The message says what to write instead.
 */
export function refuseForeign(start: Uint8Array, file: string): void {
  const found = describeForeign(String.fromCharCode(...start));
  if (found !== undefined) throw new FormatError(`Cannot import model: ${found}`, { file });
}

/** Describes a file by its first bytes as Latin-1. */
function describeForeign(start: string): string | undefined {
  if (start.startsWith(ZIP)) {
    const length = start.charCodeAt(NAME_PLACE - 4) + 256 * start.charCodeAt(NAME_PLACE - 3);
    const member = start.slice(NAME_PLACE, NAME_PLACE + length);
    if (PYTORCH_MEMBER.test(member)) return PYTORCH;
    return member.endsWith(".npy") ? ARRAYS : undefined;
  }
  if (!PICKLE_STARTS.some((pickle) => start.startsWith(pickle))) return undefined;
  return start.startsWith(OLD_PYTORCH, 2) ? PYTORCH : PICKLE;
}
