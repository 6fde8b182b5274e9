import { isNativeError } from 'node:util/types';

/** What a log may say of an error that came out of foreign code. */
export interface ErrorSummary {
  readonly type: string;
  readonly code?: string;
  /** Only where the text is known to hold no content: coded errors and mistakes in the program. */
  readonly message?: string;
  readonly frames?: readonly string[];
}

const SAFE_TYPES: ReadonlySet<string> = new Set([
  'FhirError',
  'PluginError',
  'BotError',
  'MigrationError',
  'TypeError',
  'ReferenceError',
  'RangeError',
]);

/**
 * Reduces an error to what may stand in a log. The text of an arbitrary error may quote the data it failed on (a JSON
 * parser, a database, an insurer's answer), so it is left out and the stack frames show the place instead.
 */
export function summarizeError(error: unknown): ErrorSummary {
  if (typeof error !== 'object' || error === null) return { type: typeof error };
  const { name, code, message, stack } = error as Readonly<Record<string, unknown>>;
  const type = typeof name === 'string' && /^\w{1,80}$/.test(name) ? name : 'Error';
  return {
    type,
    ...(typeof code === 'string' && /^\w{1,80}$/.test(code) ? { code } : {}),
    ...(SAFE_TYPES.has(type) && typeof message === 'string' ? { message } : {}),
    ...(isNativeError(error) && typeof stack === 'string' ? { frames: framesOf(stack) } : {}),
  };
}

/** One line for a column or a sentence: the code where there is one, else the type. */
export function nameError(error: unknown): string {
  const { type, code } = summarizeError(error);
  return code ?? type;
}

function framesOf(stack: string): readonly string[] {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 6)
    .map((line) => line.trim());
}
