/** `npm run metrics`: size and shape of the source, per room; numbers to watch, not a gate. */
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const ROOMS = ['src', 'plugins', 'bots', 'lib', 'sandbox'] as const;

interface Shape {
  readonly file: string;
  readonly lines: number;
  readonly text: string;
}

async function shapes(pattern: string): Promise<Shape[]> {
  const files = globSync(pattern, { cwd: ROOT });
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(ROOT, file), 'utf8');
      return { file, lines: text.split('\n').length - 1, text };
    }),
  );
}

const isTest = ({ file }: Shape): boolean => file.includes('/test/');
const sum = (list: readonly Shape[]): number => list.reduce((total, { lines }) => total + lines, 0);

function print(name: string, list: readonly Shape[]): void {
  if (list.length === 0) return;
  const share = (count: number): string => `${((100 * count) / list.length).toFixed(0)} %`;
  const largest = list.reduce((a, b) => (b.lines > a.lines ? b : a));
  const small = share(list.filter(({ lines }) => lines <= 100).length);
  const large = share(list.filter(({ lines }) => lines > 400).length);
  console.log(
    `${name.padEnd(8)} ${String(list.length).padStart(4)} files ${String(sum(list)).padStart(6)} lines, mean ` +
      `${(sum(list) / list.length).toFixed(0).padStart(3)}, <= 100: ${small.padStart(5)}, > 400: ${large.padStart(4)}, largest ${largest.file} ${largest.lines}`,
  );
}

const all: Shape[] = [];
const tests = await shapes('test/**/*.ts');
for (const room of ROOMS) {
  const files = await shapes(`${room}/**/*.ts`);
  tests.push(...files.filter(isTest));
  const product = files.filter((shape) => !isTest(shape));
  all.push(...product);
  print(room, product);
}
print('product', all);
print('tests', tests);
if (all.length > 0) console.log(`tests : product ${(sum(tests) / sum(all)).toFixed(2)}`);

const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;
const forbidden = {
  any: /(?::|<|\bas) any\b/,
  'ts-ignore': /@ts-(?:ignore|nocheck)/,
  'lint off': /eslint-disable/,
};
for (const [name, pattern] of Object.entries(forbidden)) {
  const found = all
    .filter(({ text }) => pattern.test(name === 'any' ? text.replace(COMMENT, '') : text))
    .map(({ file }) => file);
  console.log(`${name}: ${found.length}${found.length === 0 ? '' : ` (${found.join(', ')})`}`);
}
