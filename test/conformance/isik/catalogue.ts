import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ISIK = join(import.meta.dirname, '../../../../shared/data/profiles/isik');
const CATALOGUE = join(ISIK, 'testsuite-requests.txt');

/** A feature of gematik's test suite: what the server declares for it, and what it is asked. */
export interface Feature {
  readonly name: string;
  readonly interactions: readonly { readonly code: string; readonly type: string }[];
  readonly parameters: readonly { readonly code: string; readonly type: string }[];
  /** Below the base, variables filled in. */
  readonly requests: readonly string[];
}

/** True if the catalogue is at hand. */
export const hasCatalogue = existsSync(CATALOGUE);

/** Features of a stage and module, such as `Stufe5` and `Basis`. */
export function features(stage: string, module: string): readonly Feature[] {
  if (!hasCatalogue) return [];
  const [, text = ''] = readFileSync(CATALOGUE, 'utf8').split(`##### ${stage}\n`);
  const data = testData(stage);
  return (text.split('#####')[0] ?? '').split('\n* ').flatMap((block) => {
    const [head = '', ...lines] = block.replace(/^\* /, '').split('\n');
    if (!head.startsWith(`${module}/`)) return [];
    const [name = '', interactions = '', parameters = ''] = head.split('|');
    return [
      {
        name: name.trim(),
        interactions: [...interactions.matchAll(/\('([a-z-]+)', '(\w+)'\)/g)].map(
          ([, code = '', type = '']) => ({ code, type }),
        ),
        parameters: [...parameters.matchAll(/([\w-]+)\((\w+)\)/g)].map(
          ([, code = '', type = '']) => ({ code, type }),
        ),
        requests: [...new Set(lines.map((line) => fill(line.trim(), data)))].filter(isWhole),
      },
    ];
  });
}

/** Lines that the catalogue has in full: scenario outlines and cut ones are not. */
function isWhole(request: string): boolean {
  return request !== '' && !/[<>]|\$\{|=Patie$/.test(request);
}

function fill(request: string, data: ReadonlyMap<string, string>): string {
  return request.replaceAll(/\$\{data\.([\w-]+)\}/g, (all, name: string) => {
    return data.get(name.toLowerCase()) ?? all;
  });
}

/** The variables of a stage: a flat list of keys and values. */
function testData(stage: string): ReadonlyMap<string, string> {
  const values = globSync(`testsuite-testdata/${stage}/*.yaml`, { cwd: ISIK }).flatMap((path) =>
    readFileSync(join(ISIK, path), 'utf8')
      .split('\n')
      .flatMap((line) => {
        const [, name, value] = /^([\w-]+):\s*"?([^"]*?)"?\s*$/.exec(line) ?? [];
        return name === undefined ? [] : [[name, value ?? ''] as const];
      }),
  );
  return new Map(values);
}
