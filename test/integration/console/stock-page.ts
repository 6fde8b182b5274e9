import { build } from 'esbuild';
import { join } from 'node:path';
import type { Page } from '../../support/chromium.ts';

/** What the stock app does to sign somebody in: Medplum's client with its own storage, and Medplum's own form. */
const SOURCE = `
import { createElement as h, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { MantineProvider } from '@mantine/core';
import { MedplumClient } from '@medplum/core';
import { MedplumProvider, SignInForm, useMedplumProfile } from '@medplum/react';
const medplum = new MedplumClient({ baseUrl: location.origin + '/', clientId: 'medplum' });
globalThis.medplum = medplum;
function Who() {
  const profile = useMedplumProfile();
  const [done, setDone] = useState(false);
  return done || profile
    ? h('output', null, profile ? profile.resourceType + '/' + profile.id : '')
    : h(SignInForm, { clientId: 'medplum', onSuccess: () => setDone(true) }, h('h1', null, 'Stock'));
}
createRoot(document.body.appendChild(document.createElement('div'))).render(
  h(MantineProvider, null, h(MedplumProvider, { medplum }, h(Who))),
);
`;

/** Puts that page on the origin of the server, for this browser page alone. @returns its URL */
export async function openStockPage(page: Page, origin: string): Promise<void> {
  const { outputFiles } = await build({
    stdin: { contents: SOURCE, resolveDir: join(import.meta.dirname, '../../..'), loader: 'js' },
    bundle: true,
    write: false,
    format: 'esm',
    define: { 'process.env.NODE_ENV': '"production"', 'import.meta.env': '{}' },
    alias: { 'react-router': './plugins/console/web/src/routing/react-router.tsx' },
    absWorkingDir: join(import.meta.dirname, '../../..'),
    logLevel: 'error',
  });
  const script = outputFiles[0]?.text ?? '';
  await page.route(`${origin}/stock`, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: '<!doctype html><html lang="en"><title>Stock</title><body><script type="module" src="/stock.js"></script>',
    }),
  );
  await page.route(`${origin}/stock.js`, (route) =>
    route.fulfill({ contentType: 'text/javascript', body: script }),
  );
  await page.goto(`${origin}/stock`);
}
