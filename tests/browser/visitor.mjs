// Debian's Chromium, and a person in front of it: finds things by the words on them, as people do, and looks at every
// page they come to.

import assert from 'node:assert/strict';

import { chromium } from 'playwright-core';

import { judge, measure, widths } from './look.mjs';
import { scene } from './world.mjs';

/** Longer than any page takes on a slow machine. */
const patience = 60_000;

/** One process for all people; each has a profile of its own in it. The superuser of a test machine has no sandbox. */
export const browser = await chromium.launch({ executablePath: scene.chromium, args: ['--no-sandbox'] });

export class Visitor {
  /** Pages that this way of looking has met, by their headings. */
  #met;

  constructor(context, page, way) {
    this.context = context;
    this.page = page;
    this.way = way;
    this.words = way.words;
    this.#met = way.met;
  }

  /** Somebody new, who looks at pages this way. */
  static async come(way, options = {}) {
    const context = await browser.newContext({
      javaScriptEnabled: way.script,
      locale: way.locale,
      viewport: widths.telephone,
      reducedMotion: 'reduce',
      ...options,
    });
    context.setDefaultTimeout(patience);
    return new Visitor(context, await context.newPage(), way);
  }

  async leave() {
    await this.context.close();
  }

  /** Another tab of the same browser. */
  async tab() {
    return new Visitor(this.context, await this.context.newPage(), this.way);
  }

  async open(address) {
    await this.page.goto(address);
  }

  /** What the page is called, without the sign before it. */
  async heading() {
    return (await this.page.locator('h1').innerText()).replace(/^[✓!]\s*/, '').trim();
  }

  /** Is at our page with this heading, and looks at it. */
  async sees(heading, name) {
    try {
      await this.page.locator('h1', { hasText: heading }).first().waitFor();
    } catch {
      assert.fail(`not «${heading}» at ${this.page.url()} but\n${await this.text()}`);
    }
    assert.equal(await this.heading(), heading);
    assert.ok(this.page.url().startsWith(scene.address), this.page.url());
    const key = `${this.way.locale} ${heading}`;
    if (this.way.script ? this.#met.has(key) : !name) return;
    this.#met.add(key);
    await this.looks(name);
  }

  /** Looks at whatever is there; a picture where it has a name. */
  async looks(name) {
    await this.page.waitForLoadState('load');
    if (!this.way.script) return measure(this.page, name);
    return judge(this.page, name && `${name}-${this.way.locale.slice(0, 2)}`);
  }

  /** All that the page says. */
  async text() {
    return this.page.locator('body').innerText();
  }

  async reads(words) {
    try {
      await this.page.locator('body', { hasText: words }).waitFor();
    } catch {
      assert.fail(`no «${words}» at ${this.page.url()} in\n${await this.text()}`);
    }
  }

  async press(button) {
    await this.page.getByRole('button', { name: button, exact: true }).click();
  }

  async follow(link) {
    await this.page.getByRole('link', { name: link, exact: true }).click();
  }

  /** Where the link with these words leads. */
  async leads(link) {
    return this.page.getByRole('link', { name: link, exact: true }).evaluate((anchor) => anchor.href);
  }

  /** Is at one of the portals' pages with this heading. */
  async abroad(portal, heading) {
    await this.page.waitForURL((url) => url.href.startsWith(portal));
    await this.page.locator('h1', { hasText: heading }).first().waitFor();
  }

  /** Signs in at Госуслуги and answers the question for consent, if it is asked. */
  async atPortal(login, consents = true) {
    await this.abroad(scene.portal, 'Вход');
    await this.page.locator('input[name=login]').fill(login);
    await this.page.locator('input[name=password]').fill(scene.portalPassword);
    await this.press('Войти');
    await this.page.getByRole('button', { name: 'Предоставить' }).waitFor();
    await this.press(consents ? 'Предоставить' : 'Отказать');
  }

  /** Enters login and password of the diary. */
  async atDiary(login, password = scene.diaryPassword) {
    await this.page.getByLabel(this.words.labelLogin).fill(login);
    await this.page.getByLabel(this.words.labelPassword).fill(password);
    await this.press(this.words.send);
  }

  /** Opens a school's linking address and begins. */
  async begin(task, name) {
    await this.open(`${scene.address}/s/${task}/link`);
    await this.sees(this.words.linkTitle, name);
    await this.press(this.words.begin);
  }

  /** The way through Госуслуги up to the page it comes back to. */
  async wayA(task, login, consents = true) {
    await this.begin(task);
    await this.sees(this.words.who);
    await this.press(this.words.wayEsia);
    await this.atPortal(login, consents);
  }

  /** Signs in at the diary first; the offer to link. */
  async wayB(login, names = []) {
    await this.begin('transition');
    await this.sees(this.words.who, names[0]);
    await this.press(this.words.wayDiary);
    await this.sees(this.words.diaryTitle, names[1]);
    await this.atDiary(login);
    await this.sees(this.words.offer, names[2]);
  }
}
