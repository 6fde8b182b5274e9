import { type LabelValue, normalizeString, type UriValue } from '../search/index-values.ts';

/** Characters of all labels of a resource that are kept; a label is never cut. */
const MAX_LENGTH = 1_000_000;

const URL = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^\s\u0000]*$/;

/** Collects what the tokens of a resource say in words. */
export interface Labels {
  add(label: LabelValue): void;
  /** A URL, as written, for `:below`; other uris have nothing below them. */
  addUrl(uri: UriValue): void;
  /**
   * One line for each text: the parameters that say it, with commas around, an equals sign, and the text as strings are
   * compared. Neither commas nor equals signs stand in codes of parameters, line ends not in compared texts.
   */
  text(): string | null;
}

/** Starts without labels. */
export function createLabels(): Labels {
  const params = new Map<string, Set<string>>();
  let length = 0;
  const put = (param: string, text: string): void => {
    length += text.length;
    if (text === '' || length > MAX_LENGTH) return;
    const of = params.get(text) ?? new Set();
    params.set(text, of.add(param));
  };
  return {
    add({ param, value }) {
      put(param, normalizeString(value));
    },
    addUrl({ param, value }) {
      // An identifier with its type is one text, whose system may look like a URL.
      if (URL.test(value)) put(param, value);
    },
    text() {
      if (params.size === 0) return null;
      return [...params].map(([text, of]) => `,${[...of].join(',')},=${text}`).join('\n');
    },
  };
}
