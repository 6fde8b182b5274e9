import type Provider from 'oidc-provider';

/**
 * A provider that is always the one in use: another takes its place when keys change, and who holds this one need not know.
 * Methods run on the provider of the moment; its models are handed out as they are.
 */
export function currentProvider(current: () => Provider): Provider {
  return new Proxy(current(), {
    get(_first, name) {
      const provider = current();
      const value: unknown = Reflect.get(provider, name, provider);
      const method = typeof value === 'function' && /^[a-z]/.test(String(name));
      return method ? (value as (...args: unknown[]) => unknown).bind(provider) : value;
    },
  });
}
