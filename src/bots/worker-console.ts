import { formatWithOptions } from 'node:util';
import { BOT_LIMITS, type LogLevel } from './messages.ts';

const LEVELS = { debug: 'debug', log: 'info', info: 'info', warn: 'warn', error: 'error' } as const;

/** Makes a console whose lines go to `write` until their bound is reached. */
export function botConsole(write: (level: LogLevel, text: string) => void): Partial<Console> {
  let left: number = BOT_LIMITS.log;
  const line = (level: LogLevel, args: readonly unknown[]): void => {
    if (left <= 0) return;
    const text = formatWithOptions({ depth: 3, breakLength: Infinity }, ...args);
    write(level, text.length <= left ? text : `${text.slice(0, left - 1)}…`);
    left -= text.length + 1;
    if (left <= 0) write('warn', 'Further output is left out');
  };
  return Object.fromEntries(
    Object.entries(LEVELS).map(([method, level]) => [
      method,
      (...args: unknown[]) => {
        line(level, args);
      },
    ]),
  );
}
