import { BOT_LIMITS, type LogLevel } from '../messages.ts';

/** Collects what a run prints: the last 10 KiB of it, as Medplum keeps them. */
export class RunLog {
  #text = '';

  readonly add = (level: LogLevel, line: string): void => {
    const marked = level === 'error' || level === 'warn' ? `${level.toUpperCase()} ${line}` : line;
    this.#text = `${this.#text}${this.#text === '' ? '' : '\n'}${marked}`.slice(-BOT_LIMITS.log);
  };

  get text(): string {
    // PostgreSQL takes no NUL, and a half of a pair is no character.
    return this.#text.replaceAll('\0', '�').toWellFormed();
  }
}
