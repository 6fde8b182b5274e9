// The server without policy and without ledger, for `npm run bench -- --compare-audit`. The product has no switch for
// either: two of its modules are exchanged while they are loaded.
import { registerHooks } from 'node:module';

const SWAPPED: ReadonlyMap<string, string> = new Map(
  [
    ['../../../src/storage/access-context.ts', './access-context.ts'],
    ['../../../src/identity/principals.ts', './principals.ts'],
  ].map(([real = '', bare = '']) => [
    new URL(real, import.meta.url).href,
    new URL(bare, import.meta.url).href,
  ]),
);

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    const bare = SWAPPED.get(found.url);
    // What takes the place of a module may itself use it.
    return bare === undefined || context.parentURL === bare ? found : { ...found, url: bare };
  },
});

await import('../../../src/main.ts');
