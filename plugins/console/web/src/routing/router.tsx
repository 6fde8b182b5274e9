import {
  createContext,
  type MouseEvent,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
} from 'react';
import { BASE } from '../settings.tsx';

/** Where the console is. */
export interface Place {
  /** Parts of the path below the console, decoded. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  /** Path and query below the console, beginning with a slash. */
  readonly path: string;
  readonly go: (path: string) => void;
}

const PlaceContext = createContext<Place | undefined>(undefined);

/** Follows the address bar. */
export function Router({ children }: { readonly children: ReactNode }): ReactNode {
  const [href, setHref] = useState(here);
  useEffect(() => {
    const moved = (): void => setHref(here());
    addEventListener('popstate', moved);
    return () => removeEventListener('popstate', moved);
  }, []);
  const go = useCallback((path: string) => {
    history.pushState(null, '', BASE + (path.startsWith('/') ? path : `/${path}`));
    setHref(here());
    window.scrollTo(0, 0);
  }, []);
  const place = useMemo(() => {
    const [path = '', query] = href.split('?', 2);
    const parts = path
      .split('/')
      .filter((part) => part !== '')
      .map(decoded);
    return { parts, query: new URLSearchParams(query), path: href, go };
  }, [href, go]);
  return <PlaceContext value={place}>{children}</PlaceContext>;
}

/** Where the console is, and how to go elsewhere. */
export function usePlace(): Place {
  const place = useContext(PlaceContext);
  if (place === undefined) throw new TypeError('usePlace outside of the router');
  return place;
}

/** Properties of a link within the console: it works by click, and in a new tab as any link does. */
export function useLink(): (path: string) => {
  readonly href: string;
  readonly onClick: (event: MouseEvent) => void;
} {
  const { go } = usePlace();
  return (path) => ({
    href: BASE + path,
    onClick: (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      go(path);
    },
  });
}

function here(): string {
  return (location.pathname.slice(BASE.length) || '/') + location.search;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
