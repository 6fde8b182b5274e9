import type { Bundle } from '../bundle/open-bundle.ts';
import type { ConsoleConfig } from '../config.ts';

/** Path of the console; everything below it belongs to it. */
export const CONSOLE_PATH = '/console';
/** Files of the page. */
export const ASSETS_PATH = `${CONSOLE_PATH}/assets`;

/**
 * The page: it holds no content, only where its script and styles lie and what the script has to know.
 * @param nonce for styles that are made at run time
 */
export function consolePage(
  { script, styles }: Pick<Bundle, 'script' | 'styles'>,
  config: ConsoleConfig,
  nonce: string,
): string {
  const links = styles.map((name) => `<link rel="stylesheet" href="${ASSETS_PATH}/${name}">`);
  const settings = JSON.stringify({ idleMinutes: config.idleMinutes, title: config.title });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="console-settings" content="${escaped(settings)}">
<title>${escaped(config.title)}</title>
<link rel="icon" href="data:,">
${links.join('\n')}
<script type="module" src="${ASSETS_PATH}/${script}" nonce="${nonce}"></script>
</head>
<body>
<div id="root"></div>
<noscript><main><h1>${escaped(config.title)}</h1><p>The console needs JavaScript. Die Konsole braucht JavaScript.</p></main></noscript>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
