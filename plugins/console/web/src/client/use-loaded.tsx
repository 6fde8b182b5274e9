import { useCallback, useEffect, useState } from 'react';

/** What a page loads. */
export interface Loaded<T> {
  readonly value: T | undefined;
  readonly error: unknown;
  readonly loading: boolean;
  /** Loads again. */
  readonly reload: () => void;
}

/**
 * Loads something when the page opens and when `key` changes. An answer that comes after the next question is dropped.
 */
export function useLoaded<T>(load: () => Promise<T>, key: string): Loaded<T> {
  const [state, setState] = useState<Omit<Loaded<T>, 'reload'>>(EMPTY);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let current = true;
    setState((before) => ({ ...before, error: undefined, loading: true }));
    load().then(
      (value) => current && setState({ value, error: undefined, loading: false }),
      (error: unknown) => current && setState({ value: undefined, error, loading: false }),
    );
    return () => {
      current = false;
    };
    // The key says what is loaded; the function is made anew with every drawing.
  }, [key, turn]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  return { ...state, reload };
}

const EMPTY = { value: undefined, error: undefined, loading: true } as const;
