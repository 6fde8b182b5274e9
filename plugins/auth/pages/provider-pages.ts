import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { pageHeaders } from './headers.ts';
import type { Look } from './layout.ts';
import { requestLanguage } from './locale.ts';
import { errorPage, logoutPage, signedOutPage } from './message-page.ts';
import { MESSAGE_TEXTS } from './message-texts.ts';
import type { Frame } from './visit.ts';

/** Pages that the provider asks for itself. */
export interface ProviderPages {
  readonly renderError: NonNullable<Configuration['renderError']>;
  readonly logoutSource: (ctx: KoaContextWithOIDC, form: string) => void;
  readonly logoutDone: (ctx: KoaContextWithOIDC) => void;
}

/** Errors and signing out, in the look of the other pages. */
export function providerPages({ theme, secure }: Frame): ProviderPages {
  // An error page may be asked for without a context of OpenID Connect: an unknown path.
  const look = (
    ctx: Pick<KoaContextWithOIDC, 'headers'> & {
      oidc?: Pick<KoaContextWithOIDC['oidc'], 'params'>;
    },
  ): Look => ({
    theme,
    language: requestLanguage(ctx.headers, ctx.oidc?.params?.['ui_locales']),
  });
  const show = (ctx: KoaContextWithOIDC, body: string, redirectUri?: string): void => {
    const target = redirectUri === undefined ? {} : { redirectUri };
    ctx.set(pageHeaders(secure, { ...target, image: theme.logo !== undefined }));
    ctx.body = body;
  };
  return {
    renderError(ctx, out) {
      const { error } = MESSAGE_TEXTS[look(ctx).language];
      const text = ctx.status < 500 ? error.refused : error.failed;
      show(ctx, errorPage(look(ctx), text, out.error));
    },
    logoutSource(ctx, form) {
      const target = ctx.oidc.params?.['post_logout_redirect_uri'];
      show(ctx, logoutPage(look(ctx), form), typeof target === 'string' ? target : undefined);
    },
    logoutDone: (ctx) => show(ctx, signedOutPage(look(ctx))),
  };
}
