/** Compiles the package's sources to JavaScript and types for npm, with TypeScript's own compiler. */

import type ts from "typescript";
import { formatCountOf } from "../src/base/count.ts";
import { ContractError } from "../src/errors.ts";
import { makeHost, moduleSpecifiers, moduleUrls, rewriteModules } from "./_npm_modules.ts";

/** What is compiled, and from where. */
export interface CompileOptions {
  /** The project's folder, with a slash at its end. */
  readonly root: string;
  /** Entry points, relative to `root`. */
  readonly entries: readonly string[];
  /** Folders of npm packages by their names. */
  readonly packages: ReadonlyMap<string, string>;
  /** Modules that replace imported JSON files, by the files' paths relative to `root`. */
  readonly jsonModules: ReadonlyMap<string, string>;
}

/** The compiled package. */
export interface Compiled {
  /** Texts of modules and types by their paths relative to the package. */
  readonly files: ReadonlyMap<string, string>;
  /** Names of modules that stand outside the package: `node:path`, `vega`, `@cf-wasm/resvg/node`. */
  readonly imports: ReadonlySet<string>;
  /** Modules that run as threads, as they are named in the sources, relative to the package. */
  readonly threads: readonly string[];
}

/**
 * Where `Deno` is named, which the types of Node and of browsers do not know. These files are checked by `deno check`
 * alone.
 */
const DENO_FOLDERS = /^src\/(files|commands)\//;

/**
 * The newest language that may be used: Node 20 has all of ES2023 and none of what came later, except the symbols of
 * `using`, which is compiled to plain statements.
 */
const LIBRARIES = [
  "es2023",
  "es2024.string",
  "esnext.sharedmemory",
  "esnext.disposable",
  "dom",
  "dom.iterable",
  "dom.asynciterable",
];

/**
 * Compiles entry points with all that they import.
 *
 * @throws {ContractError} If the sources use what Node 20 or browsers do not have; what and where is printed.
 */
export async function compilePackage(options: CompileOptions): Promise<Compiled> {
  const compiler = await loadCompiler();
  const { root, entries } = options;
  const settings = makeSettings(compiler, root);
  const host = makeHost(compiler, { ...options, settings });
  const roots = new Set(entries.map((path) => `${root}${path}`));
  let program = compiler.createProgram([...roots], settings, host);
  const threads = findThreads(compiler, program, root);
  // Nothing imports them, so the compiler has not seen them.
  for (const path of threads) roots.add(path);
  program = compiler.createProgram([...roots], settings, host, program);
  const own = ownFiles(program, root);
  const files = new Map<string, string>();
  const { diagnostics } = program.emit(
    undefined,
    (path, text) => void files.set(path.slice(root.length), text),
    undefined,
    false,
    { before: [rewriteModules(compiler, options)] },
  );
  const faults = [
    ...program.getOptionsDiagnostics(),
    ...own.flatMap((file) => [...program.getSyntacticDiagnostics(file)]),
    ...own.filter(({ fileName }) => !DENO_FOLDERS.test(fileName.slice(root.length)))
      .flatMap((file) => [...program.getSemanticDiagnostics(file)]),
    ...diagnostics,
  ];
  if (faults.length > 0) refuse(compiler, faults, root);
  const imports = new Set(own.flatMap((file) => moduleSpecifiers(compiler, file)));
  return { files, imports, threads: [...threads].map((path) => path.slice(root.length)) };
}

/** The files of the project that a program consists of. */
function ownFiles(program: ts.Program, root: string): ts.SourceFile[] {
  return program.getSourceFiles().filter(({ fileName }) => isOwn(fileName, root));
}

/** Finds the programs of threads: modules that others name by their addresses. */
function findThreads(compiler: typeof ts, program: ts.Program, root: string): Set<string> {
  return new Set(ownFiles(program, root).flatMap((file) => moduleUrls(compiler, file)));
}

function isOwn(path: string, root: string): boolean {
  return path.startsWith(root) && path.endsWith(".ts") && !path.includes("/node_modules/");
}

/**
 * Loads the compiler as browsers load it. Otherwise it would read a dozen variables of the environment, which the task
 * may not do; files come from the host that it is given.
 */
async function loadCompiler(): Promise<typeof ts> {
  const { process } = globalThis as { process?: { browser?: boolean } };
  if (process !== undefined) process.browser = true;
  return (await import("typescript")).default;
}

function makeSettings(compiler: typeof ts, root: string): ts.CompilerOptions {
  return {
    target: compiler.ScriptTarget.ES2022,
    module: compiler.ModuleKind.NodeNext,
    moduleResolution: compiler.ModuleResolutionKind.NodeNext,
    lib: LIBRARIES.map((name) => `lib.${name}.d.ts`),
    types: ["node"],
    rootDir: root,
    outDir: root,
    newLine: compiler.NewLineKind.LineFeed,
    declaration: true,
    rewriteRelativeImportExtensions: true,
    resolveJsonModule: true,
    noEmitOnError: false,
    skipLibCheck: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noImplicitOverride: true,
  };
}

/** Prints what the compiler says, one error a line, and refuses. */
function refuse(compiler: typeof ts, faults: readonly ts.Diagnostic[], root: string): never {
  console.error(compiler.formatDiagnostics(faults, {
    getCurrentDirectory: () => root,
    getCanonicalFileName: (path) => path,
    getNewLine: () => "\n",
  }));
  throw new ContractError(
    `Cannot compile for npm: found ${
      formatCountOf(faults.length, "error")
    }, named above, expected sources that use ` +
      "only what Node 20 and browsers have",
  );
}
