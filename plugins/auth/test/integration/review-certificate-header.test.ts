import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makeCertificate, NO_OPENSSL } from '../../../../test/support/certificates.ts';
import { skipNote } from '../../../../test/support/skip-note.ts';
import { judgedServer } from '../support/judge.ts';

const suite = NO_OPENSSL === undefined ? describe : describe.skip;

const AUTH = {
  tokens: { clientCertificateHeader: 'client-cert' },
  serviceAccounts: [
    {
      clientId: 'tls-bot',
      proof: 'tls_client_auth',
      certificate: { sanDns: 'bot.diga.example' },
      owner: 'Billing team',
      purpose: 'Test',
      profile: 'ClientApplication/sandbox-full',
      scope: 'system/*.cruds',
    },
  ],
};

suite(`RFC 9440: the certificate that a proxy hands on${skipNote(NO_OPENSSL)}`, () => {
  let directory: string;
  let header: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'certificate-header-'));
    const { certFile } = await makeCertificate(directory, 'bot', {
      names: 'DNS:bot.diga.example',
    });
    // Certificates are no secrets: whoever has seen one can send it.
    const { raw } = new X509Certificate(await readFile(certFile));
    header = `:${raw.toString('base64')}:`;
  });
  afterAll(() => rm(directory, { recursive: true }));

  async function tokenBehind(trustedProxies: string): Promise<number> {
    const server = await judgedServer(AUTH, { trustedProxies });
    try {
      const answer = await fetch(`${server.url}/oauth2/token`, {
        method: 'POST',
        headers: { 'client-cert': header },
        body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'tls-bot' }),
      });
      return answer.status;
    } finally {
      await server.close();
    }
  }

  test('counts from a proxy that is named, and from nobody else', async () => {
    expect(await tokenBehind('127.0.0.1')).toBe(200);
    expect(await tokenBehind('192.0.2.1')).toBe(401);
  }, 60_000);
});
