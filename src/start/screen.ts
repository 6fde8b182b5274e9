/** What the start-up screen tells. */
export interface StartScreen {
  readonly mode: 'sandbox' | 'production';
  /** Public origin without a trailing slash. */
  readonly origin: string;
  readonly plugins: readonly string[];
  readonly bots: readonly string[];
  /** Stand-ins of the outside world that run beside the server. */
  readonly sandboxes: readonly { readonly name: string; readonly url: string }[];
  /** Seconds from the start of the process until it takes requests. */
  readonly seconds: number;
}

/** Text for whoever has just started the server: where it is, how to get in, what to try. Ends with a line break. */
export function startScreen(screen: StartScreen): string {
  const fhir = `${screen.origin}/fhir/R4`;
  const rows: [string, string][] = [
    ['FHIR R4', fhir],
    ['Capabilities', `${fhir}/metadata`],
    ...(screen.plugins.includes('auth')
      ? [['Sign-in', `${screen.origin}/.well-known/openid-configuration`] as [string, string]]
      : []),
    ...screen.sandboxes.map(({ name, url }): [string, string] => [`Stand-in ${name}`, url]),
    ['Plugins', listed(screen.plugins)],
    ['Bots', listed(screen.bots)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    '',
    `  diga-server is ready (${screen.mode}, ${screen.seconds.toFixed(1)} s)`,
    '',
    ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    '',
    ...(screen.mode === 'sandbox' ? tryOut(fhir) : []),
    '  Ctrl-C stops the server; what is written stays.',
    '',
    '',
  ].join('\n');
}

function tryOut(fhir: string): string[] {
  return [
    '  Try it in a second terminal:',
    '',
    '    TOKEN=$(npm run -s token -- clinician)',
    `    curl -H "Authorization: Bearer $TOKEN" '${fhir}/Patient?_count=5'`,
    '',
    '  An app and an admin from account to accepted invoice: npm run journey',
    '',
    '  The sandbox has made-up people and open doors. Never put data of real patients into it.',
    '',
  ];
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}
