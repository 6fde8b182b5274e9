import '@mantine/core/styles.css';
import '@medplum/react/styles.css';
import './console.css';
import { createRoot } from 'react-dom/client';
import { StrictMode } from 'react';
import { App } from './app.tsx';
import { ConsoleClient } from './client/console-client.tsx';
import type { IdleWatch } from './session/idle.tsx';
import { Session } from './session/session.tsx';
import { BASE, styleNonce } from './settings.tsx';

// Where a component makes a style element (a dialog that stops the page from scrolling), it takes the nonce from here.
(globalThis as { __webpack_nonce__?: string }).__webpack_nonce__ = styleNonce;

const session = new Session();
const client = new ConsoleClient(session);
const idle: { current: IdleWatch | undefined } = { current: undefined };

const path = await session.finish();
if (path !== undefined) history.replaceState(null, '', BASE + (path.startsWith('/') ? path : '/'));
if (session.state === 'signed-in') await client.load();

const root = document.getElementById('root');
if (root === null) throw new TypeError('The page has no place for the console');
createRoot(root).render(
  <StrictMode>
    <App session={session} client={client} idle={idle} />
  </StrictMode>,
);
