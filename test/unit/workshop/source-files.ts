import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';

/** The project's root. */
export const ROOT = join(import.meta.dirname, '../../..');

/** Files of these rooms, from the root, with forward slashes. */
export function sourceFiles(...rooms: readonly string[]): string[] {
  return rooms.flatMap((room) => globSync(`${room}/**/*.ts`, { cwd: ROOT })).toSorted();
}

/** One import or re-export of a file. */
export interface ImportOf {
  readonly specifier: string;
  /** Gone at run time. */
  readonly typeOnly: boolean;
}

/** Imports of a file, dynamic ones with a literal included. */
export async function importsOf(file: string): Promise<ImportOf[]> {
  return parseImports(await readFile(join(ROOT, file), 'utf8'));
}

/** Imports of a source text. */
export function parseImports(text: string): ImportOf[] {
  const source = ts.createSourceFile('file.ts', text, ts.ScriptTarget.ESNext);
  const found: ImportOf[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
      found.push({ specifier: node.moduleSpecifier.text, typeOnly });
    } else if (
      ts.isExportDeclaration(node) &&
      node.moduleSpecifier !== undefined &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      found.push({ specifier: node.moduleSpecifier.text, typeOnly: node.isTypeOnly });
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument !== undefined && ts.isStringLiteral(argument)) {
        found.push({ specifier: argument.text, typeOnly: false });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
