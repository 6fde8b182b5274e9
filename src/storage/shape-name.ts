import { hash } from 'node:crypto';

/** Statement shapes that become prepared statements; callers choose the shape of a search, so their number is bounded. */
const SHAPES = 500;

/** Gives the name of the prepared statement for a text, or undefined once there are too many: it then runs unprepared. */
export type ShapeNames = (text: string) => string | undefined;

/** Starts without any shape. */
export function createShapeNames(): ShapeNames {
  const names = new Map<string, string>();
  return (text) => {
    const known = names.get(text);
    if (known !== undefined) return known;
    if (names.size >= SHAPES) return undefined;
    const name = `q${hash('sha256', text, 'hex').slice(0, 24)}`;
    names.set(text, name);
    return name;
  };
}
