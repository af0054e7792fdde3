/** The exit codes of every command. */
export const exitCodes = {
  0: 'done',
  1: 'the input or an option is wrong',
  2: 'it ran, but did not converge or lost frames; what there is was written',
  130: 'interrupted',
} as const;

/** One sentence on stderr, and the end. */
export function fail(error: Error): never {
  const interrupted = error.name === 'AbortError';
  process.stderr.write(`flowfit: ${interrupted ? 'interrupted.' : error.message.split('\n')[0]}\n`);
  process.exit(interrupted ? 130 : 1);
}

/**
 * Ctrl-C asks the work to stop, so that nothing half-written is left; a second one ends it at once.
 *
 * @returns the signal that the work listens to.
 */
export function abortOnInterrupt(): AbortSignal {
  const controller = new AbortController();
  process.on('SIGINT', () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  });
  process.on('SIGTERM', () => controller.abort());
  return controller.signal;
}
