import { createContext, useContext, useSyncExternalStore } from 'react';
import type { ConsoleClient } from '../client/console-client.tsx';
import type { IdleWatch } from './idle.tsx';
import type { Session } from './session.tsx';

/** What all pages work with. */
export interface ConsoleContext {
  readonly session: Session;
  readonly client: ConsoleClient;
  readonly idle: { readonly current: IdleWatch | undefined };
}

export const ConsoleReactContext = createContext<ConsoleContext | undefined>(undefined);

/** Session and client of the page. */
export function useConsole(): ConsoleContext {
  const context = useContext(ConsoleReactContext);
  if (context === undefined) throw new TypeError('useConsole outside of its provider');
  return context;
}

/** Where the sign-in stands; draws anew when that changes. */
export function useSessionState(): Session['state'] {
  const { session } = useConsole();
  return useSyncExternalStore(
    (changed) => {
      session.addEventListener('change', changed);
      return () => session.removeEventListener('change', changed);
    },
    () => session.state,
  );
}
