/** Why a plugin is refused; `{…}` is filled in. The server does not start with any of them. */
export const PLUGIN_ERRORS = {
  PLUGIN_NOT_FOUND: 'there is no folder of this name with a plugin.ts',
  PLUGIN_NOT_A_PLUGIN: 'the default export of plugin.ts is not made by definePlugin: {reason}',
  PLUGIN_NAME_DIFFERS: 'the folder is not named like the plugin, "{declared}"',
  PLUGIN_SDK_MISMATCH: 'written for SDK {range}, this server has {version}',
  PLUGIN_REQUIRES_MISSING: 'requires the plugin {required}, which is not enabled',
  PLUGIN_CYCLE: 'requires itself: {cycle}',
  PLUGIN_CONFIG_INVALID: 'its section of the configuration is not valid: {problems}',
  PLUGIN_HOOK_UNKNOWN: 'there is no hook {hook}',
  PLUGIN_HOOK_UNDECLARED: 'registers the hook {hook} without declaring it',
  PLUGIN_ROUTE_INVALID:
    '"{prefix}" is no prefix: it begins with a slash and has no empty, dot or encoded segment',
  PLUGIN_ROUTE_TAKEN: 'the prefix {prefix} overlaps {other}, which belongs to {owner}',
  PLUGIN_OPERATION_INVALID: 'the operation {operation} is not valid: {reason}',
  PLUGIN_OPERATION_TAKEN: 'the operation {operation} belongs to {owner}',
  PLUGIN_AUTHENTICATOR_TAKEN: 'access tokens are verified by {owner} already',
  PLUGIN_NOT_THE_AUTHENTICATOR:
    'wants to act as an identity, which only the plugin that verifies tokens may',
  PLUGIN_AUTHENTICATOR_MISSING: 'no enabled plugin verifies access tokens',
  PLUGIN_DATABASE_NOT_DECLARED: 'uses the database {database} without declaring it',
  PLUGIN_CAPABILITY_MISSING: 'needs "{capability}" of {provider}: {reason}',
  PLUGIN_CAPABILITY_TAKEN: 'provides "{capability}" twice',
  PLUGIN_REGISTER_TIMEOUT: 'has not registered within {seconds} s',
  PLUGIN_REGISTER_FAILED: 'failed while registering: {reason}',
  PLUGIN_REGISTER_LATE: 'calls {member} after it was registered',
  PLUGIN_READY_FAILED: 'failed when the server was ready: {reason}',
} as const;

/** Stable code of a {@link PluginError}. */
export type PluginErrorCode = keyof typeof PLUGIN_ERRORS;

/**
 * A plugin does not fit this server. Seen at start by whoever installs the plugin, never by a client.
 * @see docs/plugins.md
 */
export class PluginError extends Error {
  override readonly name = 'PluginError';
  readonly code: PluginErrorCode;
  /** Name of the plugin, or of its folder where that is all that is known. */
  readonly plugin: string;

  constructor(
    code: PluginErrorCode,
    plugin: string,
    parameters: Readonly<Record<string, string | number>> = {},
    cause?: unknown,
  ) {
    const text = PLUGIN_ERRORS[code].replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = parameters[name];
      if (value === undefined) throw new TypeError(`Error ${code} needs the parameter ${name}`);
      return String(value);
    });
    super(`${code}: plugin ${plugin}: ${text}`, cause === undefined ? {} : { cause });
    this.code = code;
    this.plugin = plugin;
  }
}

/** True for a PluginError, also one from another realm. */
export function isPluginError(error: unknown): error is PluginError {
  return (
    typeof error === 'object' &&
    error !== null &&
    (error as { name?: unknown }).name === 'PluginError'
  );
}
