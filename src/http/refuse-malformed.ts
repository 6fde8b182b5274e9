import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { fhirError } from '../outcome/codes.ts';
import type { FhirError } from '../outcome/fhir-error.ts';

/** How long what a client still sends is read and thrown away, in milliseconds, so that it gets to see the answer. */
const LINGER = 1_000;

/**
 * Answers what is no HTTP request, or one whose head is too long. Closing at once would make the client's system
 * discard the answer unread, so the connection is drained for a moment first.
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-431-request-header-fields-t
 */
export function refuseMalformed(server: Server): void {
  const refused = new WeakSet<Duplex>();
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // What comes after the first error is no request either.
    if (refused.has(socket)) return;
    refused.add(socket);
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    socket.end(answer(refusal(error.code)));
    drain(socket);
  });
}

function refusal(code: string | undefined): FhirError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return fhirError('HTTP_HEAD_TOO_LARGE');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return fhirError('HTTP_REQUEST_TIMEOUT');
    default:
      return fhirError('HTTP_MALFORMED');
  }
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

function answer({ status, outcome }: FhirError): string {
  const body = JSON.stringify(outcome);
  return [
    `HTTP/1.1 ${String(status)} ${REASONS[status] ?? ''}`,
    'Connection: close',
    'Content-Type: application/fhir+json; charset=UTF-8',
    'Cache-Control: no-store',
    `Content-Length: ${String(Buffer.byteLength(body))}`,
    '',
    body,
  ].join('\r\n');
}

function drain(socket: Duplex): void {
  socket.on('data', () => undefined);
  const timer = setTimeout(() => socket.destroy(), LINGER);
  socket.on('close', () => {
    clearTimeout(timer);
  });
}
