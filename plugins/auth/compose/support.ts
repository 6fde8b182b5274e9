import type { RouteHandler } from '../../../src/plugin/sdk.ts';
import { loginLimits } from '../logins/login-limits.ts';
import { supportRoute } from '../recovery/support-route.ts';
import type { AuthCore } from './core.ts';
import type { SecurityServices } from './security.ts';

/** The door of the support desk. */
export function supportDeskRoute(
  { host, logins }: AuthCore,
  { desk }: Pick<SecurityServices, 'desk'>,
): RouteHandler {
  const { clock, config } = host;
  return supportRoute({ host, desk, logins, limits: loginLimits(config.logins), clock });
}
