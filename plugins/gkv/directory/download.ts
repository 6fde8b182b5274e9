import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type TlsOptions, tlsProfile } from '../../../lib/gkv-transport/index.ts';
import type { SourceConfig } from '../config.ts';

/** Bounds of a download. */
export interface DownloadLimits {
  readonly maxBytes: number;
  /** Milliseconds in all. */
  readonly timeout: number;
}

/** How to reach a source. */
export interface DownloadOptions extends DownloadLimits {
  readonly tls: TlsOptions;
  /** Plain http to this machine. */
  readonly allowLoopbackHttp: boolean;
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Reads a published file. Redirects are not followed, and plain http is for this machine only.
 * @throws Error of the network or the file system; TypeError for what is refused
 */
export async function download(source: SourceConfig, options: DownloadOptions): Promise<Buffer> {
  if ('file' in source) {
    const content = await readFile(source.file);
    if (content.length > options.maxBytes) throw new TypeError('The file is too large');
    return content;
  }
  const url = new URL(source.url);
  const plain = url.protocol === 'http:';
  if (plain && !(options.allowLoopbackHttp && LOOPBACK.has(url.hostname))) {
    throw new TypeError('Plain http is refused');
  }
  return await new Promise((resolve, reject) => {
    const request = (plain ? httpRequest : httpsRequest)(url, {
      agent: false,
      signal: AbortSignal.timeout(options.timeout),
      ...(plain ? {} : tlsProfile(options.tls)),
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        chunks.push(chunk);
        if (length > options.maxBytes) request.destroy(new TypeError('The answer is too large'));
      });
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(chunks));
        else reject(new TypeError(`The source answered ${response.statusCode ?? 0}`));
      });
    });
    request.end();
  });
}
