import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { trustedHop } from '../../../src/http/trusted-hop.ts';

type Request = Pick<IncomingMessage, 'headers' | 'socket'>;

const request = (remoteAddress: string, headers: Record<string, string> = {}): Request => ({
  headers,
  socket: Object.defineProperty(new Socket(), 'remoteAddress', { value: remoteAddress }),
});

const RULES = {
  trustedProxies: ['10.1.0.0/16', 'fd00::/8'],
  addressHeaders: ['cf-connecting-ip'],
  secure: true,
  proxiesOnly: true,
};

describe('[R-058] TR-03161-3 O.Ntwk_1: the hop that a request came over', () => {
  test('without TLS of its own a server in production answers its proxies only', () => {
    const hop = trustedHop(RULES);
    expect(hop(request('203.0.113.7'))?.code).toBe('HTTP_NOT_ENCRYPTED');
    for (const proxy of ['10.1.2.3', '::ffff:10.1.2.3', 'fd00::1']) {
      expect(hop(request(proxy, { 'x-forwarded-proto': 'https' }))).toBeUndefined();
      expect(hop(request(proxy))).toBeUndefined();
    }
  });

  test('what a client reached a proxy with by plain HTTP is refused', () => {
    const hop = trustedHop(RULES);
    const claims = (value: string) => hop(request('10.1.2.3', { 'x-forwarded-proto': value }));
    expect(claims('http')?.code).toBe('HTTP_NOT_ENCRYPTED');
    // The last one is the proxy's own; those before it were sent by the client.
    expect(claims('https, http')?.code).toBe('HTTP_NOT_ENCRYPTED');
    expect(claims('http, https')).toBeUndefined();
  });

  test('claims of strangers are refused, and addresses that they name are dropped', () => {
    const hop = trustedHop({ ...RULES, proxiesOnly: false });
    const lying = request('203.0.113.7', { 'x-forwarded-proto': 'https' });
    expect(hop(lying)?.code).toBe('HTTP_FORWARDED_UNTRUSTED');
    const headers = { 'x-real-ip': '1.1.1.1', 'cf-connecting-ip': '1.1.1.1', accept: '*/*' };
    expect(hop(request('203.0.113.7', headers))).toBeUndefined();
    expect(headers).toEqual({ accept: '*/*' });
    const kept = { 'x-real-ip': '1.1.1.1' };
    expect(hop(request('10.1.2.3', kept))).toBeUndefined();
    expect(kept).toEqual({ 'x-real-ip': '1.1.1.1' });
  });
});
