/** Rules of this project for `deno lint`. */

/** Literals that need no spread: what they hold could stand where the spread stands. */
const LITERALS: Readonly<Record<string, string>> = {
  ObjectExpression: "object",
  ArrayExpression: "array",
};

const plugin: Deno.lint.Plugin = {
  name: "histone",
  rules: {
    // A spread object literal switches off the compiler's check for misspelt fields, and a spread array literal in a
    // call the check of the number of arguments.
    "no-spread-literal": {
      create: (context) => ({
        SpreadElement(node) {
          const kind = LITERALS[node.argument.type];
          if (kind === undefined) return;
          context.report({
            node,
            message: `Spread of an ${kind} literal: write its parts here`,
          });
        },
      }),
    },
  },
};

export default plugin;
