import { normalized, select, type XmlElement } from '../xml/xml-element.ts';

/** Elements at a path whose `schemeID` is the given one. */
const withScheme = (from: XmlElement, path: string, scheme: string): readonly XmlElement[] =>
  select(from, path).filter((element) => element.attributes.get('schemeID') === scheme);

/** Normalised text of the one element of that scheme, else empty. */
export const schemed = (from: XmlElement, path: string, scheme: string): string => {
  const found = withScheme(from, path, scheme);
  return found.length === 1 ? normalized(found[0]) : '';
};

/** Text of the one date in format 102 at a path, else empty. */
export const date102 = (from: XmlElement | undefined, path: string): string => {
  if (from === undefined) return '';
  const found = select(from, path).filter((date) => date.attributes.get('format') === '102');
  return found.length === 1 ? normalized(found[0]) : '';
};

/** Whether a date in format 102 is at a path. */
export const hasDate102 = (from: XmlElement, path: string): boolean =>
  select(from, path).some((date) => date.attributes.get('format') === '102');

/** Whether the scheme is used anywhere at or below an element. */
export const hasSchemeId = (from: XmlElement, scheme: string): boolean =>
  from.attributes.get('schemeID') === scheme ||
  from.children.some((child) => hasSchemeId(child, scheme));

/** Whether an element has exactly one IK of nine digits at a path. */
export function hasIk(from: XmlElement, path: string): boolean {
  return /^\d{9}$/.test(schemed(from, path, 'XR03'));
}

/** Number of IKs at a path. */
export function countIks(from: XmlElement, path: string): number {
  return withScheme(from, path, 'XR03').length;
}

/** The IK at a path, else empty. */
export function ikAt(from: XmlElement, path: string): string {
  return schemed(from, path, 'XR03');
}
