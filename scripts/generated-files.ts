import { configurationReference } from '../src/config/reference.ts';
import { configJsonSchema } from '../src/config/settings-list.ts';

/** Files made from the source: path from the project's root, and text. */
export function generatedFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['config/schema.json', `${JSON.stringify(configJsonSchema(), null, 2)}\n`],
    ['docs/configuration.md', configurationReference()],
  ]);
}
