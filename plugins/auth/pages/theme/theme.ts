import { readFile, stat } from 'node:fs/promises';
import type { PagesConfig } from '../../config/pages.ts';
import { authError } from '../../errors.ts';
import type { Colours } from './colours.ts';

const MAX_LOGO_BYTES = 256 * 1024;

/** The manufacturer's look, as pages and assets use it. */
export interface Theme {
  readonly productName: string;
  readonly links: PagesConfig['links'];
  /** Style sheet with the colours. */
  readonly css: string;
  readonly logo?: { readonly type: string; readonly content: Buffer };
}

/** Reads the look at start. @throws FhirError `AUTH_LOGO_INVALID` */
export async function loadTheme(config: PagesConfig): Promise<Theme> {
  const { productName, links, logoFile } = config;
  const css = `:root{${variables(config.light)}}@media(prefers-color-scheme:dark){:root{${variables(config.dark)}}}\n`;
  if (logoFile === undefined) return { productName, links, css };
  const type = logoFile.endsWith('.svg') ? 'image/svg+xml' : 'image/png';
  return { productName, links, css, logo: { type, content: await readLogo(logoFile) } };
}

async function readLogo(file: string): Promise<Buffer> {
  let size: number;
  try {
    ({ size } = await stat(file));
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'it cannot be read';
    throw authError('AUTH_LOGO_INVALID', { file, reason });
  }
  if (size > MAX_LOGO_BYTES) {
    const reason = `it has ${size} bytes, ${MAX_LOGO_BYTES} are allowed`;
    throw authError('AUTH_LOGO_INVALID', { file, reason });
  }
  return readFile(file);
}

function variables({ accent, onAccent }: Colours): string {
  return `--accent:${accent};--on-accent:${onAccent}`;
}
