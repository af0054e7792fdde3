/** How far some work has come. */
export interface Progress {
  phase: string;
  /** 0 to 1 of the phase. */
  fraction: number;
  detail: string;
}

/** Shortest time between two lines of progress, milliseconds. */
const interval = 200;

/**
 * Prints progress with the time left on stderr: one line that is rewritten, and nothing where stderr is no terminal.
 *
 * @returns the listener to hand to the work, and what clears the line at the end.
 */
export function progressLine(quiet: boolean): { report: (progress: Progress) => void; clear: () => void } {
  const { stderr } = process;
  if (quiet || !stderr.isTTY) return { report: () => undefined, clear: () => undefined };
  let phase = '';
  let phaseStarted = 0;
  let printed = 0;
  return {
    report: (progress) => {
      const now = Date.now();
      if (progress.phase !== phase) [phase, phaseStarted] = [progress.phase, now];
      else if (now - printed < interval) return;
      printed = now;
      const elapsed = (now - phaseStarted) / 1000;
      const left =
        progress.fraction > 0.02
          ? `, ${Math.ceil((elapsed / progress.fraction) * (1 - progress.fraction))} s left`
          : '';
      const line = `${phase.padEnd(6)} ${String(Math.round(progress.fraction * 100)).padStart(3)}%${left}  ${progress.detail}`;
      stderr.write(`\r\x1b[2K${line.slice(0, (stderr.columns ?? 80) - 1)}`);
    },
    clear: () => stderr.write('\r\x1b[2K'),
  };
}
