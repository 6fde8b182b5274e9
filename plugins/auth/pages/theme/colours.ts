import { contrast } from './contrast.ts';

/** What text must reach against its ground. @see https://www.w3.org/TR/WCAG22/#contrast-minimum */
export const MINIMUM_CONTRAST = 4.5;

/** Grounds that pages lie on: they are not for the manufacturer to choose. */
export const GROUND = { light: '#ffffff', dark: '#16161a' } as const;

/** Colours of one scheme. */
export interface Colours {
  /** Links, buttons and focus marks. */
  readonly accent: string;
  /** Text on buttons. */
  readonly onAccent: string;
}

/** Colours where nothing is configured. */
export const DEFAULT_COLOURS: Readonly<Record<'light' | 'dark', Colours>> = {
  light: { accent: '#0b4f8a', onAccent: '#ffffff' },
  dark: { accent: '#8ec5ff', onAccent: '#10243a' },
};

/** Why colours cannot be read by everybody; undefined: they can. */
export function colourFault(scheme: 'light' | 'dark', colours: Colours): string | undefined {
  const pairs = [
    ['accent on the page', colours.accent, GROUND[scheme]],
    ['onAccent on accent', colours.onAccent, colours.accent],
  ] as const;
  for (const [what, text, ground] of pairs) {
    const ratio = contrast(text, ground);
    if (ratio < MINIMUM_CONTRAST) {
      return `${what} (${text} on ${ground}) has a contrast of ${ratio.toFixed(2)}:1, ${MINIMUM_CONTRAST}:1 is needed (WCAG 2.2, 1.4.3)`;
    }
  }
  return undefined;
}
