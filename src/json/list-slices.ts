import { endOfString } from './string-end.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** A JSON text cut at the items of one of its lists. */
export interface ListSlices {
  /** The text with `0` in place of each item. */
  readonly skeleton: string;
  /** Start and end of each item, one after the other. */
  readonly items: readonly number[];
}

/**
 * Cuts an object in JSON at the items of the list under one of its members, in one pass and without parsing: skeleton and
 * items can then be parsed each for itself, so that a list of ten thousand never has to be in memory as a whole.
 * @returns undefined where there is no such list, or more than one; whether the text is JSON is for the parser to say
 */
export function sliceList(text: string, member: string): ListSlices | undefined {
  const items: number[] = [];
  const outside: string[] = [];
  let depth = 0;
  let done = 0;
  let itemStart = -1;
  let inList = false;
  let lists = 0;
  let key = '';
  for (let index = 0; index < text.length; index += 1) {
    switch (text.charCodeAt(index)) {
      case QUOTE: {
        const end = endOfString(text, index);
        if (depth === 1) key = text.slice(index + 1, end);
        index = end;
        break;
      }
      case OPEN_LIST:
      case OPEN_OBJECT:
        depth += 1;
        if (depth === 2 && key === member && text.charCodeAt(index) === OPEN_LIST) {
          inList = true;
          lists += 1;
          itemStart = index + 1;
        } else if (depth === 2) key = '';
        break;
      case COMMA:
        if (!inList || depth !== 2) break;
        cut(itemStart, index);
        itemStart = index + 1;
        break;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        if (inList && depth === 2) {
          if (items.length > 0 || text.slice(itemStart, index).trim() !== '') cut(itemStart, index);
          inList = false;
          key = '';
        }
        depth -= 1;
        break;
    }
  }
  if (lists !== 1) return undefined;
  outside.push(text.slice(done));
  return { skeleton: outside.join('0'), items };

  function cut(start: number, end: number): void {
    outside.push(text.slice(done, start));
    items.push(start, end);
    done = end;
  }
}
