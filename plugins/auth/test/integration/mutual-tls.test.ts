import { createHash, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import {
  makeCertificate,
  NO_OPENSSL,
  type TestCertificate,
} from '../../../../test/support/certificates.ts';
import type { TestServer } from '../../../../test/support/server.ts';
import { skipNote } from '../../../../test/support/skip-note.ts';
import { certificateOfHeader } from '../../oidc/client-certificate.ts';
import { subjectMatches } from '../../oidc/mutual-tls.ts';
import { judgedServer } from '../support/judge.ts';

const suite = NO_OPENSSL === undefined ? describe : describe.skip;
const inventory = {
  owner: 'Billing team',
  purpose: 'Test',
  profile: 'ClientApplication/sandbox-full',
  scope: 'system/*.cruds',
};

suite(`RFC 8705: service accounts that are known by their certificate${skipNote(NO_OPENSSL)}`, () => {
  let directory: string;
  let server: TestServer;
  const made: Record<string, TestCertificate> = {};

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mutual-tls-'));
    made['server'] = await makeCertificate(directory, 'server');
    const authority = await makeCertificate(directory, 'authority');
    made['bot'] = await makeCertificate(directory, 'bot', {
      by: authority,
      names: 'DNS:bot.diga.example',
    });
    made['other'] = await makeCertificate(directory, 'other', {
      by: authority,
      names: 'DNS:other.diga.example',
    });
    made['own'] = await makeCertificate(directory, 'own');
    made['forged'] = await makeCertificate(directory, 'forged', { names: 'DNS:bot.diga.example' });
    const x5c = new X509Certificate(await readFile(made['own'].certFile));
    const jwk = x5c.publicKey.export({ format: 'jwk' });
    const keys = [{ ...jwk, x5c: [x5c.raw.toString('base64')] }];
    const tls = {
      certificates: [made['server']],
      clientCertificates: { mode: 'request', caFile: authority.certFile },
    };
    const port = await freePort();
    server = await judgedServer(
      {
        serviceAccounts: [
          {
            clientId: 'tls-bot',
            proof: 'tls_client_auth',
            certificate: { sanDns: 'bot.diga.example' },
            ...inventory,
          },
          {
            clientId: 'own-bot',
            proof: 'self_signed_tls_client_auth',
            jwks: { keys },
            ...inventory,
            profile: 'ClientApplication/sandbox-integration-partner',
          },
        ],
      },
      { port, origin: `https://127.0.0.1:${port}`, tls },
    );
  }, 60_000);
  afterAll(async () => {
    await server.close();
    await rm(directory, { recursive: true });
  }, 30_000);

  async function send(
    path: string,
    certificate: string | undefined,
    options: { body?: string; authorization?: string } = {},
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const files = certificate === undefined ? undefined : made[certificate];
    const key = files && {
      cert: await readFile(files.certFile),
      key: await readFile(files.keyFile),
    };
    const { body, authorization } = options;
    const headers = {
      ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      ...(authorization === undefined ? {} : { authorization }),
    };
    return new Promise((resolve, reject) => {
      const method = body === undefined ? 'GET' : 'POST';
      const sent = request(
        `${server.url}${path}`,
        { ...key, method, headers, rejectUnauthorized: false, agent: false },
        (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('end', () => {
            resolve({
              status: response.statusCode ?? 0,
              body: JSON.parse(text) as Record<string, unknown>,
            });
          });
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }
  const token = (clientId: string, certificate?: string) =>
    send('/oauth2/token', certificate, {
      body: `grant_type=client_credentials&client_id=${clientId}`,
    });
  const read = (accessToken: unknown, certificate?: string) =>
    send('/fhir/Patient', certificate, { authorization: `Bearer ${String(accessToken)}` });

  test.each([
    ['tls-bot', 'bot'],
    ['own-bot', 'own'],
  ])(
    '%s gets a token that is worth something with its certificate alone',
    async (clientId, certificate) => {
      const { status, body } = await token(clientId, certificate);
      expect(status).toBe(200);
      const raw = new X509Certificate(await readFile(made[certificate]?.certFile ?? '')).raw;
      const thumbprint = createHash('sha256').update(raw).digest('base64url');
      expect(decodeJwt(String(body['access_token']))['cnf']).toEqual({ 'x5t#S256': thumbprint });
      expect((await read(body['access_token'], certificate)).status).not.toBe(401);
      expect((await read(body['access_token'], 'other')).status).toBe(401);
      expect((await read(body['access_token'])).status).toBe(401);
    },
  );

  test.each([
    ['tls-bot', undefined],
    ['tls-bot', 'other'],
    ['tls-bot', 'forged'],
    ['tls-bot', 'own'],
    ['own-bot', undefined],
    ['own-bot', 'bot'],
    ['own-bot', 'forged'],
  ])('%s with the certificate %s is refused', async (clientId, certificate) => {
    const { status, body } = await token(clientId, certificate);
    expect({ status, error: body['error'] }).toEqual({ status: 401, error: 'invalid_client' });
  });

  test('names: those of the certificate, whole and in either order; what looks like several counts for none', async () => {
    const certificate = new X509Certificate(await readFile(made['bot']?.certFile ?? ''));
    expect(subjectMatches(certificate, 'tls_client_auth_subject_dn', 'CN=bot')).toBe(true);
    expect(subjectMatches(certificate, 'tls_client_auth_subject_dn', 'CN=bot,O=x')).toBe(false);
    expect(subjectMatches(certificate, 'tls_client_auth_san_dns', 'diga.example')).toBe(false);
    const names = (subject: string, subjectAltName?: string) => ({
      subject,
      subjectAltName,
      checkEmail: () => undefined,
      checkIP: () => undefined,
    });
    const dn = 'CN=bot,O=Example,C=DE';
    expect(subjectMatches(names('C=DE\nO=Example\nCN=bot'), 'tls_client_auth_subject_dn', dn)).toBe(
      true,
    );
    expect(
      subjectMatches(names('C=DE\nO="Example,C=DE"\nCN=bot'), 'tls_client_auth_subject_dn', dn),
    ).toBe(false);
    const trick = names('CN=x', 'DNS:"evil, DNS:bot.diga.example"');
    expect(subjectMatches(trick, 'tls_client_auth_san_dns', 'bot.diga.example')).toBe(false);
    expect(subjectMatches(names('CN=x'), 'tls_client_auth_unknown', 'x')).toBe(false);
  });

  test('RFC 9440: the header of a proxy bears one certificate in base64 between colons, or none', async () => {
    const { raw } = new X509Certificate(await readFile(made['bot']?.certFile ?? ''));
    expect(certificateOfHeader(`:${raw.toString('base64')}:`)?.raw).toEqual(raw);
    for (const bad of [
      undefined,
      '',
      raw.toString('base64'),
      ':eA==:',
      `:${'A'.repeat(20_000)}:`,
      ['a', 'b'],
    ])
      expect(certificateOfHeader(bad)).toBeUndefined();
  });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
