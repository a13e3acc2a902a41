/** How the compiler finds modules and files, and what becomes of their names in the npm package. */

import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type ts from "typescript";

interface HostOptions {
  readonly root: string;
  readonly packages: ReadonlyMap<string, string>;
  readonly settings: ts.CompilerOptions;
}

/**
 * Makes the compiler's view of files: the project as a package of ES modules, with the packages of Deno's cache in a
 * `node_modules` that is not on disk.
 */
export function makeHost(
  compiler: typeof ts,
  { root, packages, settings }: HostOptions,
): ts.CompilerHost {
  const modules = `${root}node_modules/`;
  const library = packages.get("typescript");
  if (library === undefined) throw new Error("Cannot compile for npm: found no typescript");
  const place = (path: string): string | undefined => {
    if (!path.startsWith(modules)) return path;
    const [, name, rest] = /^((?:@[^/]+\/)?[^/]+)(.*)$/.exec(path.slice(modules.length)) ?? [];
    const folder = packages.get(name ?? "");
    return folder === undefined ? undefined : `${folder}${rest}`;
  };
  const scopes = new Set(
    [...packages.keys()].map((name) => dirname(`${modules}${name}`)),
  );
  const isPackage = (path: string) => path === `${root}package.json`;
  const readFile = (path: string) => {
    if (isPackage(path)) return JSON.stringify({ type: "module" });
    const real = place(path);
    return real === undefined || !isKind(real, "file") ? undefined : readFileSync(real, "utf8");
  };
  return {
    readFile,
    fileExists: (path) => isPackage(path) || isKind(place(path), "file"),
    directoryExists: (path) => scopes.has(path) || isKind(place(path), "directory"),
    getSourceFile: (path, languageVersion) => {
      const text = readFile(path);
      return text === undefined
        ? undefined
        : compiler.createSourceFile(path, text, languageVersion, true);
    },
    getDefaultLibFileName: () => `${library}/lib/${compiler.getDefaultLibFileName(settings)}`,
    getDefaultLibLocation: () => `${library}/lib`,
    getCurrentDirectory: () => root,
    getCanonicalFileName: (path) => path,
    getNewLine: () => "\n",
    useCaseSensitiveFileNames: () => true,
    writeFile: () => {},
  };
}

function isKind(path: string | undefined, kind: "file" | "directory"): boolean {
  if (path === undefined) return false;
  const found = statSync(path, { throwIfNoEntry: false });
  return kind === "file" ? found?.isFile() === true : found?.isDirectory() === true;
}

interface RewriteOptions {
  readonly root: string;
  readonly jsonModules: ReadonlyMap<string, string>;
}

/**
 * Makes what the compiler does not rewrite by itself fit: modules that are named by `new URL("./x.ts", import.meta.url)`
 * and `import.meta.resolve("./x.ts")` are JavaScript, and JSON files are modules, which every bundler and Node read
 * without a warning.
 */
export function rewriteModules(
  compiler: typeof ts,
  { root, jsonModules }: RewriteOptions,
): ts.TransformerFactory<ts.SourceFile> {
  return (context) => (file) => {
    const { factory } = context;
    const visit = (node: ts.Node): ts.Node => {
      if (compiler.isImportDeclaration(node) && node.attributes !== undefined) {
        const module = jsonModules.get(resolveName(file, specifierOf(node)).slice(root.length));
        if (module === undefined) return node;
        const up = "../".repeat(file.fileName.slice(root.length).split("/").length - 1);
        const { modifiers, importClause } = node;
        const name = factory.createStringLiteral(`${up || "./"}${module}`);
        return factory.updateImportDeclaration(node, modifiers, importClause, name, undefined);
      }
      if (compiler.isStringLiteral(node) && isModuleUrl(compiler, node)) {
        return factory.createStringLiteral(node.text.replace(/\.ts$/, ".js"));
      }
      return compiler.visitEachChild(node, visit, context);
    };
    return compiler.visitNode(file, visit, compiler.isSourceFile);
  };
}

/** Whether a text is the name of a module of the package in `new URL(…)` or `import.meta.resolve(…)`. */
function isModuleUrl(compiler: typeof ts, node: ts.StringLiteral): boolean {
  if (!/^\.\.?\/.*\.ts$/.test(node.text)) return false;
  const { parent } = node;
  if (compiler.isNewExpression(parent)) return parent.expression.getText() === "URL";
  return compiler.isCallExpression(parent) &&
    parent.expression.getText() === "import.meta.resolve";
}

/** Lists the modules of the package that a module names in such calls, as paths. */
export function moduleUrls(compiler: typeof ts, file: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (compiler.isStringLiteral(node) && isModuleUrl(compiler, node)) {
      found.push(resolveName(file, node.text));
    }
    compiler.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function specifierOf(node: ts.ImportDeclaration): string {
  return (node.moduleSpecifier as ts.StringLiteral).text;
}

function resolveName(file: ts.SourceFile, specifier: string): string {
  return new URL(specifier, `file://${file.fileName}`).pathname;
}

/** Lists the modules outside the package that a module imports, types too, at its start or later. */
export function moduleSpecifiers(compiler: typeof ts, file: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (compiler.isStringLiteral(node) && isImported(compiler, node)) found.push(node.text);
    compiler.forEachChild(node, visit);
  };
  visit(file);
  return found.filter((specifier) => !specifier.startsWith("."));
}

function isImported(compiler: typeof ts, { parent }: ts.StringLiteral): boolean {
  if (compiler.isImportDeclaration(parent) || compiler.isExportDeclaration(parent)) return true;
  if (compiler.isLiteralTypeNode(parent)) return compiler.isImportTypeNode(parent.parent);
  return compiler.isCallExpression(parent) &&
    parent.expression.kind === compiler.SyntaxKind.ImportKeyword;
}
