import { describe, expect, test } from '@jest/globals';
import { endpointUrl } from '../../index.ts';

describe('Technische Anlage 1: URL of an insurer endpoint', () => {
  test.each([
    ['diga.example.de', 'https://diga.example.de/diga'],
    [
      'diga-api.example.de/diga/api/public/rest',
      'https://diga-api.example.de/diga/api/public/rest/diga',
    ],
    ['https://diga.example.de/', 'https://diga.example.de/diga'],
    ['HTTPS://diga.example.de//', 'https://diga.example.de/diga'],
    ['  diga.example.de:8443/x ', 'https://diga.example.de:8443/x/diga'],
    ['127.0.0.1:8081/tk', 'https://127.0.0.1:8081/tk/diga'],
  ])('%j becomes %s', (endpoint, url) => {
    expect(endpointUrl(endpoint).href).toBe(url);
  });

  test.each([
    '',
    '/',
    'user@host',
    'host?x=1',
    'host#f',
    'host/../x',
    'host/%2e',
    'a b',
    'host:99999',
    'ftp://host',
    'host\\x',
    'a'.repeat(201),
  ])('%j is refused', (endpoint) => {
    expect(() => endpointUrl(endpoint, { allowLoopbackHttp: true })).toThrow(
      expect.objectContaining({ code: 'ENDPOINT_INVALID', retryable: false }),
    );
  });

  test.each(['127.0.0.1:8081/tk', 'http://127.0.0.1:8081/tk', 'localhost:1/x', '[::1]:8081'])(
    '%j is reached by plain http when that is allowed',
    (endpoint) => {
      expect(endpointUrl(endpoint, { allowLoopbackHttp: true }).protocol).toBe('http:');
    },
  );

  test('plain http is refused without leave, and for other machines even with it', () => {
    const refused = expect.objectContaining({ code: 'PLAIN_HTTP_REFUSED' });
    expect(() => endpointUrl('http://127.0.0.1:8081')).toThrow(refused);
    expect(() => endpointUrl('http://diga.example.de', { allowLoopbackHttp: true })).toThrow(
      refused,
    );
    expect(() => endpointUrl('http://127.0.0.1.example.de', { allowLoopbackHttp: true })).toThrow(
      refused,
    );
    expect(endpointUrl('127.0.0.1.example.de', { allowLoopbackHttp: true }).protocol).toBe(
      'https:',
    );
    expect(endpointUrl('https://127.0.0.1', { allowLoopbackHttp: true }).protocol).toBe('https:');
  });
});
