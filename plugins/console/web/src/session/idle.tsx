/** Ends a session that nobody uses. */
export interface IdleWatch {
  /** Milliseconds until it ends. */
  readonly left: () => number;
  readonly stop: () => void;
}

const INPUTS = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const;

/**
 * Watches keys and pointer. A page that was asleep (a closed laptop) ends at once when it wakes: the time counts, not the
 * ticks of a timer.
 * @param minutes without input
 */
export function watchIdle(minutes: number, end: () => void): IdleWatch {
  let last = Date.now();
  const left = (): number => Math.max(0, last + minutes * 60_000 - Date.now());
  const used = (): void => {
    if (left() > 0) last = Date.now();
  };
  for (const input of INPUTS) addEventListener(input, used, { passive: true, capture: true });
  const timer = setInterval(() => {
    if (left() > 0) return;
    clearInterval(timer);
    end();
  }, 1000);
  return {
    left,
    stop: () => {
      clearInterval(timer);
      for (const input of INPUTS) removeEventListener(input, used, { capture: true });
    },
  };
}
