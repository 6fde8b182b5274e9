import pg from 'pg';
import type { Logger } from 'pino';
import { ACCESS_CHANGED } from '../storage/access-changed.ts';

/**
 * Hears of changes that other nodes committed. While the connection is lost nothing can be heard, so everything is
 * forgotten when it is back; until then the policies age out by themselves.
 * @param onChange gets the channel and what was said on it; nothing of either when the connection is there again
 */
export function listenForChanges(
  url: string,
  onChange: (channel?: string, payload?: string) => void,
  log: Logger,
  channels: readonly string[] = [ACCESS_CHANGED],
): { close(): Promise<void> } {
  let client: pg.Client | undefined;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const connect = async (): Promise<void> => {
    const connection = new pg.Client({
      connectionString: url,
      application_name: 'diga-server changes',
    });
    connection.on('notification', ({ channel, payload }) => {
      onChange(channel, payload);
    });
    connection.on('error', (error) => {
      log.warn(
        { event: 'changes.lost', code: (error as { code?: string }).code },
        'Connection lost',
      );
    });
    connection.on('end', () => {
      if (!closed && client === connection) retry();
    });
    client = connection;
    await connection.connect();
    for (const channel of channels) await connection.query(`listen ${channel}`);
    onChange();
  };
  const retry = (): void => {
    client = undefined;
    timer = setTimeout(() => {
      connect().catch((error: unknown) => {
        log.warn(
          { event: 'changes.unreachable', code: (error as { code?: string }).code },
          'Cannot connect',
        );
        if (!closed) retry();
      });
    }, 1_000);
    timer.unref();
  };
  connect().catch((error: unknown) => {
    log.warn(
      { event: 'changes.unreachable', code: (error as { code?: string }).code },
      'Cannot connect',
    );
    if (!closed) retry();
  });
  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await client?.end();
    },
  };
}
