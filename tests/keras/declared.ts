// The constructors of exported classes as their sources declare them, read by TypeScript's compiler: arguments, options,
// and the default that an initialiser or a docstring states.
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** An argument or option of a constructor. */
export interface Declared {
  /** Whether it has to be given. */
  readonly required: boolean;
  /** The default as text: an initialiser's, or what stands behind "Default" in the docstring. */
  readonly stated: string | undefined;
}

/** Constructors by class, of the entry point `ts/src/MODULE/index.ts`. */
export type Constructors = ReadonlyMap<string, ReadonlyMap<string, Declared>>;

/** Reads the constructors of entry points, such as `losses`. */
export function declaredConstructors(modules: readonly string[]): ReadonlyMap<string, Constructors> {
  const files = modules.map((module) => `${root}ts/src/${module}/index.ts`);
  const config = ts.readConfigFile(`${root}tsconfig.json`, (path) => ts.sys.readFile(path)).config as object;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram(files, { ...options, noEmit: true });
  const checker = program.getTypeChecker();
  return new Map(modules.map((module, i) => [module, constructors(checker, program.getSourceFile(files[i]!)!)]));
}

function constructors(checker: ts.TypeChecker, file: ts.SourceFile): Constructors {
  const found = new Map<string, ReadonlyMap<string, Declared>>();
  for (const exported of checker.getExportsOfModule(checker.getSymbolAtLocation(file)!)) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    if (!(symbol.flags & ts.SymbolFlags.Class)) continue;
    const signature = checker.getTypeOfSymbolAtLocation(symbol, file).getConstructSignatures()[0];
    found.set(exported.name, new Map((signature?.parameters ?? []).flatMap((parameter) => fields(checker, parameter, file))));
  }
  return found;
}

/** Arguments that hold options. */
const RECORDS = new Set(['options', 'wrapper', 'functions']);

/** A positional argument, or what is in a record of options. */
function fields(checker: ts.TypeChecker, parameter: ts.Symbol, file: ts.SourceFile): [string, Declared][] {
  const type = checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(parameter, file));
  if (!RECORDS.has(parameter.name)) return [[parameter.name, declared(checker, parameter)]];
  return checker.getPropertiesOfType(type).map((property) => [property.name, declared(checker, property)]);
}

function declared(checker: ts.TypeChecker, symbol: ts.Symbol): Declared {
  const node = symbol.valueDeclaration;
  const initializer = node !== undefined && ts.isParameter(node) ? node.initializer?.getText() : undefined;
  const optional = (symbol.flags & ts.SymbolFlags.Optional) !== 0 || initializer !== undefined;
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker)).replace(/\s+/g, ' ');
  const stated = /\b[Dd]efault:? (.+?)(?=[.,;:]? |[.,;]?$)/.exec(text)?.[1];
  return { required: !optional, stated: initializer ?? stated };
}
