import { interactionPolicy } from 'oidc-provider';

/**
 * When a page is shown. Native apps always get the login page: their redirect can be caught by another app, so no
 * session may answer for the person (RFC 8252, section 8.6). First-party apps need no consent page.
 */
export function loginPolicy(): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base();
  policy.get('consent')?.checks.remove('native_client_prompt');
  policy.get('login')?.checks.add(
    new interactionPolicy.Check(
      'native_client_login',
      'native apps sign in every time',
      'login_required',
      (ctx) => {
        const fresh = ctx.oidc.result !== undefined && 'login' in ctx.oidc.result;
        return ctx.oidc.client?.applicationType === 'native' && !fresh;
      },
    ),
  );
  return policy;
}
