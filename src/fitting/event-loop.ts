/** Longest time that a solver may keep the event loop from running, milliseconds. */
const longestHold = 50;

/**
 * Makes a pause for a solver's loop: at most every 50 ms it lets the event loop run, so that a signal, a timer or a
 * page can act on a long fit. The promises of a CPU backend resolve without that.
 */
export function createPause(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < longestHold) return;
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    last = performance.now();
  };
}
