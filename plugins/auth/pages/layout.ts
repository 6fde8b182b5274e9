import { STYLE_PATH } from '../oidc/paths.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';

/** A whole page. `error` puts a mark into the title, which screen readers read first. */
export function page(lang: string, title: string, body: Html, error = false): string {
  return html`<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${error ? '⚠ ' : ''}${title}</title>
<link rel="stylesheet" href="${STYLE_PATH}">
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`.html;
}

/** Box at the top of a form that was not accepted; links lead to the fields. */
export function errorSummary(
  title: string,
  faults: readonly { readonly text: string; readonly field?: string }[],
): Html | undefined {
  if (faults.length === 0) return undefined;
  const items = faults.map(({ text, field }) =>
    field === undefined ? html`<li>${text}</li>` : html`<li><a href="#${field}">${text}</a></li>`,
  );
  return html`<div class="errors" role="alert" tabindex="-1" autofocus>
<h2>${title}</h2>
<ul>${items}</ul>
</div>`;
}
