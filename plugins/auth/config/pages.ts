import { z } from 'zod';
import { colourFault, DEFAULT_COLOURS } from '../pages/theme/colours.ts';

const colour = z.string().regex(/^#[0-9a-fA-F]{6}$/, 'a colour such as #0b4f8a is expected');

const colours = (scheme: 'light' | 'dark') =>
  z
    .strictObject({
      accent: colour.default(DEFAULT_COLOURS[scheme].accent),
      onAccent: colour.default(DEFAULT_COLOURS[scheme].onAccent),
    })
    .superRefine((value, context) => {
      const fault = colourFault(scheme, value);
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
    })
    .prefault({});

const page = z.url({ protocol: /^https$/ });

/** A page of the manufacturer, one for all languages or one for each. */
const link = z.union([page, z.strictObject({ de: page, en: page })]);

/** The section `plugins.auth.pages`: how the pages of the sign-in look. */
export const pagesConfig = z
  .strictObject({
    /** Shown at the top of every page and in its title. */
    productName: z.string().min(1).max(60).default('DiGA'),
    /** File with the logo, SVG or PNG, at most 256 KiB; the server sends it from its own origin. */
    logoFile: z
      .string()
      .regex(/\.(svg|png)$/, 'an SVG or PNG file is expected')
      .optional(),
    /** Colours are checked at start: text must reach a contrast of 4.5:1. */
    light: colours('light'),
    dark: colours('dark'),
    /** Imprint, privacy and support pages, at the foot of every page. */
    links: z
      .strictObject({
        imprint: link.optional(),
        privacy: link.optional(),
        support: link.optional(),
      })
      .prefault({}),
  })
  .prefault({});

/** Validated look of the pages. */
export type PagesConfig = z.output<typeof pagesConfig>;
