import type { Pause } from '../slices.ts';

/** Levels that are written member by member; what lies below is written at once. */
const LEVELS = 5;

/** `JSON.stringify` of a plain value, with pauses between its parts. */
export async function stringifyInSlices(value: unknown, pause: Pause): Promise<string> {
  const parts: string[] = [];
  await write(value, LEVELS);
  return parts.join('');

  async function write(part: unknown, levels: number): Promise<void> {
    if (typeof part !== 'object' || part === null || levels === 0) {
      parts.push(JSON.stringify(part));
      await pause();
      return;
    }
    const isArray = Array.isArray(part);
    const members = Object.entries(part).filter(([, member]) => member !== undefined);
    parts.push(isArray ? '[' : '{');
    for (const [index, [name, member]] of members.entries()) {
      if (index > 0) parts.push(',');
      if (!isArray) parts.push(JSON.stringify(name), ':');
      await write(member, levels - (isArray ? 0 : 1));
    }
    parts.push(isArray ? ']' : '}');
  }
}
