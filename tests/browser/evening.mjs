// The first evening of a school: signed in, everything is checked, looked at, sent, and seen to get on. Each way of looking
// has a school of its own. Without scripts the pages of what goes on reload themselves.

import assert from 'node:assert/strict';

import { setUp } from './account.mjs';
import { Visitor, browser } from './visitor.mjs';
import { ways } from './words.mjs';
import { ask, play, scene } from './world.mjs';

async function switchOffAndOn(visitor) {
  const { words } = visitor;
  await visitor.follow(words.switchOff);
  await visitor.sees(words.switchOff, 'evening-switch');
  await visitor.press(words.switchOffDo);
  await visitor.reads(words.switchedOff);
  await visitor.looks('evening-off');
  await visitor.follow(words.switchOn);
  await visitor.press(words.switchOnDo);
  await visitor.reads(words.switchedOn);
}

async function lookThrough(visitor) {
  const { page, words } = visitor;
  await visitor.reads(words.planned);
  await visitor.sees(words.planTitle, 'evening-plan');
  await page.getByLabel(words.search).fill('нет такого');
  await visitor.press(words.find);
  await visitor.reads(words.nothingFound);
  await visitor.looks('evening-plan-nothing');
  await page.getByLabel(words.search).fill('');
  await visitor.press(words.find);
  await page.locator('input[name=group]').first().check();
  await page.locator('input[name=person]').first().check();
  await visitor.press(words.chosen);
  await visitor.reads(words.chosenText);
  await visitor.looks('evening-send-chosen');
  await visitor.follow(words.plan);
}

async function send(visitor, world) {
  const { page, words } = visitor;
  await visitor.follow(words.sendAll);
  await visitor.sees(words.sendTitle, 'evening-send');
  await ask('slow', world);
  await visitor.press(words.sendNow);
  await visitor.sees(words.sending);
  await visitor.reads(words.applying);
  // Nobody looks closely at a page that is about to reload itself.
  if (visitor.way.script) {
    await visitor.looks('evening-progress');
    // It is told while nobody reloads.
    const told = () => page.locator('[data-live=count]').innerText();
    const before = await told();
    await page.waitForFunction((text) => document.querySelector('[data-live=count]')?.textContent !== text, before);
    await page.reload();
    await visitor.sees(words.sending);
  }
  await ask('fast', world);
  await visitor.reads(words.persons);
  await visitor.looks('evening-report');
}

async function evening(visitor, world) {
  const { page, words } = visitor;
  const { address } = await ask('invite', world);
  await setUp(visitor, address);
  await visitor.sees(scene.schoolName);
  await page.locator('.cards a').first().click();
  await visitor.sees(words.dnevnikTask);
  await visitor.looks('evening-task');
  await switchOffAndOn(visitor);
  await visitor.press(words.check);
  await visitor.reads(words.ready);
  await visitor.looks('evening-check');
  await visitor.press(words.plan);
  await lookThrough(visitor);
  await send(visitor, world);
  await page.goBack();
  assert.ok(page.url().startsWith(scene.addresses[world]), page.url());
}

await play(
  [ways.plain, ways.russian, ways.english].map((way, world) => [`the first evening, ${way.name}`, async () => {
    scene.address = scene.addresses[world];
    const visitor = await Visitor.come(way);
    try {
      await evening(visitor, world);
    } finally {
      await visitor.leave();
    }
  }]),
  () => browser.close(),
);
