import { compileFunction } from 'node:vm';
import { requireModule } from './modules.ts';

/** The exported function of a bot. */
export type Handler = (medplum: unknown, event: unknown) => unknown;

/**
 * Runs the CommonJS code of a bot and takes its handler. `import()` finds nothing in it: there is no callback for it.
 * @throws whatever the code throws; TypeError where it exports no handler
 */
export function loadHandler(code: string): Handler {
  const module: { exports: unknown } = { exports: {} };
  const parameters = ['exports', 'require', 'module', '__filename', '__dirname'];
  const run = compileFunction(code, parameters, { filename: 'bot.js' });
  run.call(module.exports, module.exports, requireModule, module, 'bot.js', '');
  const { handler } = (module.exports ?? {}) as { readonly handler?: unknown };
  if (typeof handler !== 'function') throw new TypeError('The bot exports no handler');
  return handler as Handler;
}
