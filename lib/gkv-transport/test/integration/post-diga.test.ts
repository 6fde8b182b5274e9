import { createServer, type RequestListener, type Server } from 'node:http';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server as TcpServer,
} from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  type PostDigaOptions,
  postDiga,
  readDigaMultipart,
  writeDigaMultipart,
} from '../../index.ts';

const message = {
  iksender: '999999994',
  ikempfaenger: '669999017',
  verfahren: 'TDFC0',
  nutzdaten: new TextEncoder().encode('request'),
  allowLoopbackHttp: true,
};
const answer = { ...message, iksender: '669999017', ikempfaenger: '999999994' };

describe('postDiga over real HTTP', () => {
  const open: (Server | TcpServer)[] = [];
  afterEach(async () => {
    for (const server of open.splice(0)) {
      if ('closeAllConnections' in server) server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
  });
  const listen = async (server: Server | TcpServer): Promise<string> => {
    open.push(server);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const serve = (listener: RequestListener) => listen(createServer(listener));
  const post = async (listener: RequestListener, more: Partial<PostDigaOptions> = {}) =>
    postDiga({ ...message, endpoint: `${await serve(listener)}/kasse`, ...more });

  test('sends the four parts to /diga below the endpoint and returns those of the answer', async () => {
    let seen: unknown;
    const parts = await post((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        void readDigaMultipart(request.headers['content-type'], Buffer.concat(chunks)).then(
          (read) => {
            seen = {
              method: request.method,
              url: request.url,
              ...read,
              nutzdaten: Buffer.from(read.nutzdaten).toString(),
            };
            const written = writeDigaMultipart(answer, 'antwort.cms');
            response.writeHead(200, { 'Content-Type': written.contentType }).end(written.body);
          },
        );
      });
    });
    expect(seen).toMatchObject({
      method: 'POST',
      url: '/kasse/diga',
      iksender: '999999994',
      ikempfaenger: '669999017',
      verfahren: 'TDFC0',
      nutzdaten: 'request',
    });
    expect(parts).toMatchObject({ iksender: '669999017', ikempfaenger: '999999994' });
    expect(Buffer.from(parts.nutzdaten).toString()).toBe('request');
  });

  test.each([
    [400, false],
    [404, false],
    [429, true],
    [500, true],
    [503, true],
    [302, false],
    [201, false],
  ])('status %d is a failure, retryable: %s', async (status, retryable) => {
    await expect(
      post((_request, response) => response.writeHead(status, { Location: '/x' }).end('x')),
    ).rejects.toMatchObject({ code: 'STATUS', status, retryable });
  });

  test.each<[string, RequestListener]>([
    ['NO_BODY', (_request, response) => response.writeHead(200).end()],
    [
      'NOT_MULTIPART',
      (_request, response) =>
        response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>'),
    ],
    ['CONNECTION_LOST', (request) => request.socket.destroy()],
    [
      'CONNECTION_LOST',
      (request, response) => {
        response.writeHead(200, { 'Content-Length': '1000' });
        response.write('x', () => request.socket.destroy());
      },
    ],
  ])('%s, and it may be sent again', async (code, listener) => {
    await expect(post(listener)).rejects.toMatchObject({ code, retryable: true });
  });

  test('gives up after the total timeout, also while the answer trickles', async () => {
    const limits = { totalTimeout: 300 };
    await expect(post(() => undefined, { limits })).rejects.toMatchObject({
      code: 'TOTAL_TIMEOUT',
      retryable: true,
    });
    await expect(
      post(
        (_request, response) => {
          response.writeHead(200);
          const timer = setInterval(() => response.write('x'), 50);
          response.on('close', () => clearInterval(timer));
        },
        { limits },
      ),
    ).rejects.toMatchObject({ code: 'TOTAL_TIMEOUT' });
  });

  test('gives up after the connect timeout when TLS never answers', async () => {
    const endpoint = await listen(
      createTcpServer((socket) => socket.on('error', () => undefined).resume()),
    );
    await expect(
      postDiga({ ...message, endpoint: `https://${endpoint}`, limits: { connectTimeout: 300 } }),
    ).rejects.toMatchObject({ code: 'CONNECT_TIMEOUT', retryable: true });
  });

  test('stops reading an answer that is too large', async () => {
    await expect(
      post((_request, response) => response.writeHead(200).end(Buffer.alloc(100_000)), {
        limits: { maxResponseBytes: 50_000 },
      }),
    ).rejects.toMatchObject({ code: 'RESPONSE_TOO_LARGE', retryable: false });
  });

  test('reports a refused connection, an unknown name and an abort', async () => {
    const endpoint = await serve(() => undefined);
    const server = open.pop();
    await new Promise((done) => server?.close(done));
    await expect(postDiga({ ...message, endpoint })).rejects.toMatchObject({
      code: 'CONNECTION_REFUSED',
      retryable: true,
    });
    await expect(postDiga({ ...message, endpoint: 'name.invalid' })).rejects.toMatchObject({
      code: 'NAME_NOT_RESOLVED',
      retryable: true,
    });
    await expect(post(() => undefined, { signal: AbortSignal.timeout(100) })).rejects.toMatchObject(
      { code: 'ABORTED', retryable: false },
    );
  });

  test('refuses malformed parts before anything is sent', async () => {
    await expect(
      postDiga({ ...message, endpoint: 'x', iksender: 'IK999999994', verfahren: 'X' }),
    ).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      message: 'Malformed part: iksender, verfahren',
    });
  });
});
