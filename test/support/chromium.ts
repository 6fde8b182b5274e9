import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  type Browser,
  type BrowserContext,
  type CDPSession,
  chromium,
  type Page,
} from 'playwright-core';

const BINARY = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
);

/** Why tests in a browser are skipped here; undefined where they can run. */
export const NO_CHROMIUM = BINARY === undefined ? 'Chromium is not installed' : undefined;

/** A browser of the machine, without a window. Close it. */
export function launchChromium(): Promise<Browser> {
  if (BINARY === undefined) throw new TypeError('Chromium is not installed');
  // Root, which builds run as, has no sandbox of Chromium.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: BINARY, args: [...args, '--disable-dev-shm-usage'] });
}

/** A passkey device made of software. */
export interface VirtualAuthenticator {
  /** Credentials it holds, by id in base64. */
  credentials(): Promise<readonly { readonly credentialId: string; readonly signCount: number }[]>;
  /** False: whoever holds it does not prove who they are (no PIN, no finger). */
  setUserVerified(verified: boolean): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Plugs a passkey device into a page.
 * @param synced true: the credential is copied to other devices, as those of cloud accounts are
 * @see https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn/
 */
export async function virtualAuthenticator(
  page: Page,
  { synced = false }: { readonly synced?: boolean } = {},
): Promise<VirtualAuthenticator> {
  const session: CDPSession = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      ...(synced ? { defaultBackupEligibility: true, defaultBackupState: true } : {}),
    },
  });
  return {
    credentials: async () =>
      (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    setUserVerified: async (isUserVerified) => {
      await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
    },
    remove: async () => {
      await session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
    },
  };
}

/** One finding of axe. */
export interface AccessibilityFault {
  readonly id: string;
  readonly help: string;
  readonly where: string;
}

/**
 * What axe finds against WCAG 2.2 AA on the page as it is now. It is injected through the debugger, so that a strict
 * Content-Security-Policy stays in force for the page itself.
 */
export async function accessibilityFaults(page: Page): Promise<readonly AccessibilityFault[]> {
  const require = createRequire(import.meta.url);
  const { source } = require('axe-core') as { readonly source: string };
  await page.evaluate(source);
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(
          options: object,
        ): Promise<{ violations: { id: string; help: string; nodes: { html: string }[] }[] }>;
      };
    };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    return (await axe.run({ runOnly: { type: 'tag', values: tags } })).violations;
  });
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html }) => ({ id, help, where: html.slice(0, 200) })),
  );
}

export type { Browser, BrowserContext, Page };
