import { describe, expect, test } from '@jest/globals';
import type { BotRequest, BotResponse } from '../../../src/bots/messages.ts';
import { botFetch } from '../../../src/bots/worker-fetch.ts';

function setup(
  response: BotResponse = { status: 200, headers: {}, body: 'ok' },
  network: string[] = [],
) {
  const asked: BotRequest[] = [];
  const reached: [string, RequestInit | undefined][] = [];
  const fetch_ = botFetch(
    async (request) => {
      asked.push(request);
      return response;
    },
    'https://diga.example',
    network,
    async (input, init) => {
      reached.push([(input as Request).url, init]);
      return new Response('outside');
    },
  );
  return { fetch: fetch_, asked, reached };
}

describe('fetch of a bot', () => {
  test('the own origin is answered by the host, with path, query, headers and bytes', async () => {
    const { fetch, asked } = setup();
    const response = await fetch('https://diga.example/fhir/R4/Binary?a=b', {
      method: 'post',
      headers: { 'Content-Type': 'application/pdf' },
      body: new Uint8Array([0, 255]),
    });
    expect(await response.text()).toBe('ok');
    expect(asked).toEqual([
      {
        method: 'POST',
        url: '/fhir/R4/Binary?a=b',
        headers: { 'content-type': 'application/pdf' },
        body: new Uint8Array([0, 255]),
      },
    ]);
  });

  test.each([204, 304])('%d has no body', async (status) => {
    const { fetch } = setup({ status, headers: { etag: 'W/"1"' }, body: '' });
    const response = await fetch('https://diga.example/x');
    expect([response.status, response.body, response.headers.get('etag')]).toEqual([
      status,
      null,
      'W/"1"',
    ]);
  });

  test.each(['http://diga.example/', 'https://diga.example:444/', 'https://diga.example.evil/'])(
    '%s is neither the own origin nor allowed',
    async (url) => {
      const { fetch, asked, reached } = setup();
      await expect(fetch(url)).rejects.toThrow(TypeError);
      expect([asked, reached]).toEqual([[], []]);
    },
  );

  test('a host of the manifest is reached, without following redirects', async () => {
    const { fetch, reached } = setup(undefined, ['api.example']);
    await fetch('https://api.example/x', { redirect: 'follow' });
    expect(reached).toEqual([['https://api.example/x', { redirect: 'error' }]]);
  });
});
