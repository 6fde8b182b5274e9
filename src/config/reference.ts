import { listSettings } from './settings-list.ts';

const HEAD = `# Configuration

Written by \`npm run docs:generate\` from \`src/config/schema.ts\`.

Sources, later ones win:

1. the defaults below;
2. \`config/default.yaml\`, then \`config/sandbox.yaml\` or \`config/production.yaml\` according to the mode;
3. the files named by \`DIGA_CONFIG\` (separated by commas) and by \`--config <file>\`;
4. environment variables; \`PORT\` sets \`http.port\`;
5. the same variables with \`_FILE\` appended: the value lies in that file, as container platforms mount secrets;
6. options: \`--mode <mode>\`, \`--port <port>\`, \`--set <key>=<value>\`.

A key or variable that does not exist is an error. All errors are reported at once, and the server does not start.
\`npm run -s config -- explain\` prints the effective values and where each comes from, without secrets.

Sections of plugins stand at \`plugins.<name>\`, with \`enabled: false\` to leave one out; each plugin's own documentation
lists its keys. As a variable, \`minVersion\` of the plugin \`update-gate\` is \`DIGA_PLUGINS__UPDATE_GATE__MIN_VERSION\`.

Secrets of bots stand at \`bots.secrets.<bot>.<name>\`; as a variable, the secret \`API_KEY\` of the bot \`gkv-billing\` is
\`DIGA_BOTS_SECRETS__GKV_BILLING__API_KEY\`, or the same with \`_FILE\`.

| Key | Variable | Type | Default | Meaning |
|---|---|---|---|---|
`;

/** Text of `docs/configuration.md`. */
export function configurationReference(): string {
  const rows = listSettings().map((setting) => {
    const type = setting.values?.map((value) => `\`${value}\``).join(', ') ?? setting.type;
    const initial = setting.default === undefined ? '' : `\`${String(setting.default)}\``;
    const secret = setting.secret ? ' Secret.' : '';
    return `| \`${setting.path.join('.')}\` | \`${setting.variable}\` | ${type} | ${initial} | ${setting.description}${secret} |`;
  });
  return `${HEAD}${rows.join('\n')}\n`;
}
