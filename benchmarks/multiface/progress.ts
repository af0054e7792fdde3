export interface BenchmarkProgress {
  /** Sequences that are done, of how many; `taken` of the done ones were found from an earlier run. */
  done: number;
  total: number;
  taken: number;
  detail: string;
}

/** Prints one line with the time left on stderr for each sequence that ends. */
export function etaLine(): { report: (progress: BenchmarkProgress) => void; clear: () => void } {
  const started = performance.now();
  const { stderr } = process;
  return {
    report({ done, total, taken, detail }) {
      const minutes = (performance.now() - started) / 60000;
      const measured = done - taken;
      const left =
        measured > 0 && done < total ? `, ${((minutes / measured) * (total - done)).toFixed(1)} min left` : '';
      const line = `${done} of ${total} sequences${left}  ${detail}`;
      stderr.write(stderr.isTTY ? `\r\x1b[2K${line.slice(0, (stderr.columns ?? 80) - 1)}` : `${line}\n`);
    },
    clear: () => void (stderr.isTTY && stderr.write('\r\x1b[2K')),
  };
}
