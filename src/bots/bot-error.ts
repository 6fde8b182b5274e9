/** Why a bot is refused at start; `{…}` is filled in. */
export const BOT_ERRORS = {
  BOT_NOT_FOUND: 'there is no folder of this name with a bot.ts and a bot.json',
  BOT_MANIFEST_INVALID: 'its bot.json is not valid: {problems}',
  BOT_NAME_DIFFERS: 'the folder is not named like the bot, "{declared}"',
  BOT_SECRET_MISSING: 'the configuration has no secret {secret} for it',
} as const;

/** Stable code of a {@link BotError}. */
export type BotErrorCode = keyof typeof BOT_ERRORS;

/** A bot does not fit this server; seen at start, never by a client. What goes wrong in a run is a FhirError `BOT_*`. */
export class BotError extends Error {
  override readonly name = 'BotError';
  readonly code: BotErrorCode;
  readonly bot: string;

  constructor(
    code: BotErrorCode,
    bot: string,
    parameters: Readonly<Record<string, string>> = {},
    cause?: unknown,
  ) {
    const text = BOT_ERRORS[code].replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = parameters[name];
      if (value === undefined) throw new TypeError(`Error ${code} needs the parameter ${name}`);
      return value;
    });
    super(`${code}: bot ${bot}: ${text}`, cause === undefined ? {} : { cause });
    this.code = code;
    this.bot = bot;
  }
}
