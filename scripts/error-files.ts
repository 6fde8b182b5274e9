import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { HOST_ERRORS } from '../src/outcome/codes.ts';
import {
  ERROR_CODE_SYSTEM,
  type ErrorDefinition,
  type ErrorTable,
} from '../src/outcome/fhir-error.ts';

const root = join(import.meta.dirname, '..');

/** An error table and whose it is: the host's, or that of a folder such as `plugins/auth`. */
interface OwnedTable {
  readonly owner: string;
  readonly table: ErrorTable;
}

/**
 * The files made from the error tables: path from the project's root, and text.
 * @throws TypeError where one code means two things
 */
export async function errorFiles(): Promise<ReadonlyMap<string, string>> {
  const tables = [{ owner: 'the host', table: HOST_ERRORS }, ...(await pluginTables())];
  const codes = distinct(tables);
  return new Map([
    ['docs/errors.md', reference(tables)],
    ['profiles/CodeSystem-error-code.json', `${JSON.stringify(codeSystem(codes), null, 2)}\n`],
  ]);
}

async function pluginTables(): Promise<OwnedTable[]> {
  const files = globSync('{plugins,lib}/*/errors.ts', { cwd: root }).toSorted();
  const found = await Promise.all(
    files.map(async (file) => {
      const module = (await import(pathToFileURL(join(root, file)).href)) as object;
      const owner = file.replace(/\/errors\.ts$/, '');
      return Object.values(module)
        .filter(isTable)
        .map((table) => ({ owner, table }));
    }),
  );
  return found.flat();
}

function isTable(value: unknown): value is ErrorTable {
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).every(
    (row: unknown) => typeof row === 'object' && row !== null && 'status' in row && 'issue' in row,
  );
}

function distinct(tables: readonly OwnedTable[]): ReadonlyMap<string, ErrorDefinition> {
  const codes = new Map<string, ErrorDefinition>();
  for (const { owner, table } of tables) {
    for (const [code, definition] of Object.entries(table)) {
      const known = codes.get(code);
      if (known !== undefined && known.text !== definition.text)
        throw new TypeError(`${code} of ${owner} means something else elsewhere`);
      codes.set(code, definition);
    }
  }
  return new Map([...codes].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function reference(tables: readonly OwnedTable[]): string {
  const lines = [
    '# Errors',
    '',
    'Every error is an OperationOutcome with one of these codes in `issue.details.coding`, of the CodeSystem',
    `\`${ERROR_CODE_SYSTEM}\` (\`profiles/CodeSystem-error-code.json\`). Codes are stable; texts are not. Words in braces`,
    'are filled in. Where HAPI FHIR has a number for the same situation, `issue.diagnostics` begins with it.',
    '',
    'Made by `scripts/docs-errors.ts` from the tables in the source; a test compares them.',
  ];
  for (const { owner, table } of tables) {
    lines.push(
      '',
      `## Of ${owner}`,
      '',
      '| Code | HTTP | Issue type | Text | HAPI |',
      '|---|---|---|---|---|',
    );
    for (const [code, { status, issue, text, hapi }] of Object.entries(table)) {
      const escaped = text.replaceAll('|', '\\|');
      lines.push(`| \`${code}\` | ${String(status)} | \`${issue}\` | ${escaped} | ${hapi ?? ''} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function codeSystem(codes: ReadonlyMap<string, ErrorDefinition>): object {
  return {
    resourceType: 'CodeSystem',
    id: 'error-code',
    url: ERROR_CODE_SYSTEM,
    name: 'DigaServerErrorCode',
    title: 'Error codes of diga-server',
    status: 'active',
    description: 'Codes in OperationOutcome.issue.details that say which error it is.',
    caseSensitive: true,
    content: 'complete',
    count: codes.size,
    property: [
      { code: 'httpStatus', description: 'Status of the HTTP response', type: 'integer' },
      { code: 'issueType', description: 'OperationOutcome.issue.code', type: 'string' },
    ],
    concept: [...codes].map(([code, { status, issue, text }]) => ({
      code,
      display: text,
      property: [
        { code: 'httpStatus', valueInteger: status },
        { code: 'issueType', valueString: issue },
      ],
    })),
  };
}
