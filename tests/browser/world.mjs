// The test that has started this program, at the other end of standard input and output: it made the world in which the
// pages are, can look behind them, and decides at the end. A line of JSON each way.

import { createInterface } from 'node:readline';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

const next = async () => {
  const { value, done } = await lines.next();
  if (done) throw new Error('the test is gone');
  return JSON.parse(value);
};

/** Where everything is: addresses, passwords, folders. Said once, first. */
export const scene = await next();

/** Asks the test for something that no page shows, or to do something to the server. */
export async function ask(what, about = null) {
  process.stdout.write(`${JSON.stringify({ ask: what, about })}\n`);
  return next();
}

/** Plays parts one after the other; all of them, whatever becomes of one. Says what failed, and ends the program. */
export async function play(parts, close) {
  const failures = [];
  const times = [];
  for (const [name, part] of parts) {
    const [start, before] = [performance.now(), failures.length];
    try {
      await part();
    } catch (error) {
      failures.push(`${name}: ${error.stack ?? error}`);
    }
    times.push(`${name} ${Math.round(performance.now() - start)} ms`);
    if (process.env.BROWSER_TALKS) console.error(times.at(-1), ...failures.slice(before));
  }
  await close();
  process.stdout.write(`${JSON.stringify({ played: parts.map(([name]) => name), failures, times })}\n`);
  process.exit(failures.length > 0 ? 1 : 0);
}
