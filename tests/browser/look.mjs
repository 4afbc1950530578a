// What every page has to stand, whatever it says: judged by axe-core in both colour schemes, nothing to scroll sideways
// and nothing cut off on a telephone, buttons that a finger hits, a heading, a language. Leaves pictures behind.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { scene } from './world.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A telephone and a desk. */
export const widths = { telephone: { width: 360, height: 640 }, desk: { width: 1280, height: 800 } };

/** The least side of what is pressed, in CSS pixels. */
const finger = 44;

/** What sticks out, is cut off or too small to hit. Runs in the page. */
function misplaced(least) {
  const wide = document.documentElement;
  const found = wide.scrollWidth > innerWidth ? [`scrolls sideways: ${wide.scrollWidth} > ${innerWidth}`] : [];
  const said = (element) => (element.textContent || element.name || '').trim().slice(0, 40);
  const tell = (element) => `<${element.localName}> «${said(element)}»`;
  for (const element of document.body.querySelectorAll('*')) {
    const box = element.getBoundingClientRect();
    // What is wider than a telephone and moves by itself is a table, and can be moved with keys.
    if (box.width === 0 || element.closest('[role=region][tabindex]')) continue;
    if (box.left < 0 || box.right > innerWidth + 0.5) found.push(`out of the page: ${tell(element)}`);
    const text = element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== 'inline';
    if (text && element.localName !== 'input') found.push(`cut off: ${tell(element)}`);
    const pressed = element.matches('button, a.go, input:not([type=hidden])');
    if (pressed && box.height < least) found.push(`too small: ${tell(element)} ${box.height}`);
  }
  return found;
}

/** Nothing sticks out at either width; a picture of each. */
export async function measure(page, name) {
  for (const [where, size] of Object.entries(widths)) {
    await page.setViewportSize(size);
    assert.deepEqual(await page.evaluate(misplaced, finger), [], `${name}, ${where}: ${page.url()}`);
    await page.screenshot({ path: `${scene.pictures}/${name}-${size.width}.png`, fullPage: true });
  }
}

/**
 * axe-core finds nothing serious at either width, by day and by night; a picture of the night. Needs a page that may run
 * scripts.
 */
export async function judge(page, name) {
  await page.evaluate(`${axe}; undefined`);
  for (const [where, size] of Object.entries(widths)) {
    await page.setViewportSize(size);
    assert.deepEqual(await page.evaluate(misplaced, finger), [], `${where}: ${page.url()}`);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      const options = { preload: false, resultTypes: ['violations'] };
      const { violations } = await page.evaluate((how) => window.axe.run(document, how), options);
      const bad = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      const told = bad.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
      assert.deepEqual(told, [], `${where}, ${colorScheme}: ${page.url()}`);
      if (name && colorScheme === 'dark' && where === 'telephone') {
        await page.screenshot({ path: `${scene.pictures}/${name}-dark-${size.width}.png`, fullPage: true });
      }
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
}
