import type { SecretBox } from '../keys/secret-box.ts';

/** Seals a label for its row: people write names into labels, and a copy of the database must not tell any. */
export function sealLabel(box: SecretBox, label: string, place: string): string {
  return box.seal(label, `label ${place}`).toString('base64');
}

/** @throws TypeError when the label was not sealed for the row */
export function openLabel(box: SecretBox, sealed: string, place: string): string {
  return box.open(Buffer.from(sealed, 'base64'), `label ${place}`);
}
