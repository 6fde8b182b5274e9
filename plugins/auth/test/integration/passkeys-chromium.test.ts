import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type Browser,
  launchChromium,
  NO_CHROMIUM,
  type Page,
  virtualAuthenticator,
} from '../../../../test/support/chromium.ts';
import { skipNote } from '../../../../test/support/skip-note.ts';
import {
  type AccountServices,
  accountServices,
  begun,
  fromSomewhere,
  PASSWORD,
  totpCode,
} from '../support/account-services.ts';
import { accountsDatabase } from '../support/accounts-database.ts';

/** Runs a ceremony in the page as a page of this server does. */
function ceremony(page: Page, kind: 'create' | 'get', options: unknown): Promise<unknown> {
  return page.evaluate(
    async ([what, json]) => {
      const { PublicKeyCredential: api, navigator: device } = globalThis as unknown as {
        PublicKeyCredential: Record<string, (json: unknown) => unknown>;
        navigator: {
          credentials: Record<string, (o: object) => Promise<{ toJSON(): unknown }>>;
        };
      };
      const parse =
        what === 'create' ? 'parseCreationOptionsFromJSON' : 'parseRequestOptionsFromJSON';
      const credential = await device.credentials[what]?.({ publicKey: api[parse]?.(json) });
      return credential?.toJSON();
    },
    [kind, options] as const,
  );
}

(NO_CHROMIUM === undefined ? describe : describe.skip)(
  `WebAuthn Level 3 in Chromium${skipNote(NO_CHROMIUM)}`,
  () => {
    let database: Awaited<ReturnType<typeof accountsDatabase>>;
    let services: AccountServices;
    let browser: Browser;
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>Page</title>');
    });

    beforeAll(async () => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      database = await accountsDatabase();
      const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
      services = await accountServices({ database, origin });
      browser = await launchChromium();
    }, 60_000);
    afterAll(async () => {
      await browser.close();
      server.close();
      await services.close();
      await database.drop();
    }, 30_000);

    test.each([
      [false, 'urn:diga:acr:2fa-phr', 'hwk'],
      [true, 'urn:diga:acr:2fa', 'swk'],
    ] as const)(
      '[R-195] TR-03161 O.Auth_4: registration and login with a passkey of a real browser, synced: %s',
      async (synced, acr, amr) => {
        const page = await browser.newPage();
        await page.goto(services.core.host.origin);
        const device = await virtualAuthenticator(page, { synced });
        const draft = await services.registration.begin(`chromium-${synced}`);
        const creation = await services.registration.passkeyOptions(draft);
        const form = { password: PASSWORD, code: '', handleKept: true };
        const passkey = await ceremony(page, 'create', creation);
        const made = await services.registration.complete(
          `chromium-${synced}`,
          draft,
          { ...form, passkey },
          'diga-app',
        );
        expect(made).toMatchObject({ faults: [], registered: { acr } });
        const sign = async () => {
          const origin = fromSomewhere();
          const attempt = await begun(services, draft.handle, PASSWORD, origin);
          const options = await services.signIn.passkeyOptions(attempt);
          const response = await ceremony(page, 'get', options);
          return services.signIn.finish(attempt, { kind: 'passkey', response }, origin);
        };
        const accepted = { outcome: 'accepted', acr, amr: ['pwd', amr, 'user', 'mfa'] };
        expect(await sign()).toMatchObject(accepted);
        expect(await sign()).toMatchObject(accepted);
        // The app that was offered beside the passkey was not set up, so its codes let nobody in.
        const origin = fromSomewhere();
        const attempt = await begun(services, draft.handle, PASSWORD, origin);
        const code = totpCode(services, draft.totpSecret);
        expect(await services.signIn.finish(attempt, { kind: 'totp', code }, origin)).toEqual({
          outcome: 'refused',
        });
        await device.remove();
        await page.close();
      },
      60_000,
    );
  },
);
