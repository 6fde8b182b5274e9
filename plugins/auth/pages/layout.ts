import { LOGO_PATH, PASSKEY_SCRIPT_PATH, STYLE_PATH, THEME_PATH } from '../oidc/paths.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import { LAYOUT_TEXTS } from './layout-texts.ts';
import type { Language } from './texts.ts';
import type { Theme } from './theme/theme.ts';

/** How a page is shown. */
export interface Look {
  readonly language: Language;
  readonly theme: Theme;
  /** Path of the page in the other language; absent where an answer has no page of its own. */
  readonly path?: string;
}

/** What not every page has. */
export interface PageOptions {
  /** Puts a mark into the title, which screen readers read first. */
  readonly error?: boolean;
  /** The page works with passkeys, which need the script. Its headers must allow it. */
  readonly script?: boolean;
  /** Links between pages that belong together. */
  readonly navigation?: Html;
}

/** A whole page. */
export function page(look: Look, title: string, body: Html, options: PageOptions = {}): string {
  const { language, theme } = look;
  const texts = LAYOUT_TEXTS[language];
  const mark = options.error === true ? `${texts.errorMark}: ` : '';
  const script =
    options.script === true
      ? html`\n<script src="${PASSKEY_SCRIPT_PATH}" defer></script>`
      : undefined;
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${mark}${title} – ${theme.productName}</title>
<link rel="stylesheet" href="${STYLE_PATH}">
<link rel="stylesheet" href="${THEME_PATH}">${script}
</head>
<body>
<a class="skip" href="#main">${texts.skip}</a>
<header>
<p class="brand">${brand(theme)}</p>
${languageLink(look)}
</header>
${options.navigation}
<main id="main" tabindex="-1">
<h1>${title}</h1>
${body}
</main>
${footer(look)}
</body>
</html>
`.html;
}

/** Box at the top of a form that was not accepted; links lead to the fields. */
export function errorSummary(
  language: Language,
  faults: readonly { readonly text: string; readonly field?: string }[],
): Html | undefined {
  if (faults.length === 0) return undefined;
  const items = faults.map(({ text, field }) =>
    field === undefined ? html`<li>${text}</li>` : html`<li><a href="#${field}">${text}</a></li>`,
  );
  return html`<div class="errors" role="alert" tabindex="-1" autofocus>
<h2>${LAYOUT_TEXTS[language].errorSummary}</h2>
<ul>${items}</ul>
</div>`;
}

function brand({ productName, logo }: Theme): Html {
  if (logo === undefined) return html`${productName}`;
  return html`<img src="${LOGO_PATH}" alt="${productName}" height="40">`;
}

/** Kept by a cookie, so that it holds for the pages that follow. */
function languageLink({ language, path }: Look): Html | undefined {
  if (path === undefined) return undefined;
  const other = language === 'de' ? 'en' : 'de';
  return html`<a class="language" href="${path}?lang=${other}" lang="${other}" hreflang="${other}">${LAYOUT_TEXTS[language].otherLanguage}</a>`;
}

function footer({ language, theme }: Look): Html | undefined {
  const texts = LAYOUT_TEXTS[language];
  const items = (['imprint', 'privacy', 'support'] as const).flatMap((name) => {
    const link = theme.links[name];
    if (link === undefined) return [];
    return [
      html`<li><a href="${typeof link === 'string' ? link : link[language]}">${texts[name]}</a></li>`,
    ];
  });
  if (items.length === 0) return undefined;
  return html`<footer><nav aria-label="${texts.footer}"><ul>${items}</ul></nav></footer>`;
}
