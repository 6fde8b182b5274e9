import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { isFhirError } from '../../../src/plugin/sdk.ts';
import { pageHeaders, sendPage } from './headers.ts';
import type { HeaderOptions } from './headers.ts';
import type { Look } from './layout.ts';
import { chosenLanguage, requestLanguage } from './locale.ts';
import { errorPage } from './message-page.ts';
import { MESSAGE_TEXTS } from './message-texts.ts';
import type { Theme } from './theme/theme.ts';

/** What all pages of the server share. */
export interface Frame {
  readonly theme: Theme;
  /** True where the public origin is https. */
  readonly secure: boolean;
  readonly log: Logger;
}

/** One request to a page. */
export interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly look: Look;
  /** Sends a page. */
  readonly show: (status: number, body: string, options?: ShowOptions) => void;
}

/** What an answer carries beyond its page. */
export interface ShowOptions extends HeaderOptions {
  /** Seconds, for answers that ask to wait. */
  readonly retryAfter?: number;
}

/** What is known of the page that is asked for. */
export interface VisitOptions {
  /** Path that shows the page with GET, for the link to the other language. */
  readonly path?: string;
  /** Languages that the app asks for. */
  readonly uiLocales?: unknown;
  readonly redirectUri?: string;
}

/** Decides in which language and with which headers a request is answered. */
export function visit(
  frame: Frame,
  request: IncomingMessage,
  response: ServerResponse,
  options: VisitOptions = {},
): Visit {
  const { theme, secure } = frame;
  const { path, redirectUri, uiLocales } = options;
  const chosen = chosenLanguage(queryOf(request), secure);
  if (chosen !== undefined && !cookiesOf(response).includes(chosen.cookie)) {
    response.appendHeader('Set-Cookie', chosen.cookie);
  }
  const language = chosen?.language ?? requestLanguage(request.headers, uiLocales);
  return {
    request,
    response,
    look: { language, theme, ...(path === undefined ? {} : { path }) },
    show(status, body, { retryAfter, ...more } = {}) {
      const headers = pageHeaders(secure, {
        ...(redirectUri === undefined ? {} : { redirectUri }),
        image: theme.logo !== undefined,
        ...more,
      });
      const wait = retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) };
      sendPage(response, status, body, { ...headers, ...wait });
    },
  };
}

/** Says what went wrong; what nobody foresaw is logged and told apart from nothing. */
export function showFailure(
  { look, request, response, show }: Visit,
  frame: Frame,
  error: unknown,
): void {
  // The request broke off while it was read: nobody is there to be told.
  if (error === request.errored) {
    response.destroy();
    return;
  }
  const failure = isFhirError(error) ? error : undefined;
  if (failure === undefined || (failure.status >= 500 && failure.status !== 503)) {
    frame.log.error({ err: error }, 'auth.page.failed');
  }
  const texts = MESSAGE_TEXTS[look.language].error;
  const text =
    failure === undefined || (failure.status >= 500 && failure.status !== 503)
      ? texts.failed
      : failure.status === 503
        ? texts.busy
        : failure.code === 'AUTH_FORM_FOREIGN'
          ? texts.foreign
          : texts.gone;
  show(failure?.status ?? 500, errorPage(look, text, failure?.code ?? 'SERVER_ERROR'), {
    ...(failure?.retryAfter === undefined ? {} : { retryAfter: failure.retryAfter }),
  });
}

function cookiesOf(response: ServerResponse): readonly string[] {
  return [response.getHeader('Set-Cookie') ?? []].flat().map(String);
}

/** Path of a request, without its query. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] ?? '';
}

/** Query of a request. */
export function queryOf(request: IncomingMessage): URLSearchParams {
  const url = request.url ?? '';
  const at = url.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : url.slice(at, at + 4096));
}
