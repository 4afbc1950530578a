// Rows D1, D15 and D17: an administrator binds a school at a one-time address, without scripts and, for axe-core's sake, with.

import assert from 'node:assert/strict';

import { Visitor, browser } from './visitor.mjs';
import { ways } from './words.mjs';
import { ask, play, scene } from './world.mjs';

/** Signs in at the diary as the administrator and answers the question for consent. */
async function atDiary(visitor, consents) {
  const { page } = visitor;
  await visitor.abroad(scene.diary, 'Вход');
  await page.locator('input[name=login]').fill(scene.administrator);
  await page.locator('input[name=password]').fill(scene.password);
  await visitor.press('Войти');
  await visitor.press(consents ? 'Разрешить' : 'Отказать');
}

async function begun(visitor) {
  const address = await ask('invite');
  await visitor.open(address);
  await visitor.sees(visitor.words.binding, 'd1-invitation');
  await visitor.press(visitor.words.begin);
  return address;
}

/** Up to the question whether it is really that organisation, answered wrongly at first. */
async function chosen(visitor) {
  const { page, words } = visitor;
  const address = await begun(visitor);
  await atDiary(visitor, true);
  await visitor.sees(words.whichSchool, 'd1-choice');
  await visitor.press(scene.organisation);
  await visitor.sees(words.confirm, 'd1-confirm');
  await page.getByLabel(words.organisation).fill('wrong');
  await visitor.press(words.send);
  await visitor.reads(words.notTheSame);
  return address;
}

/** Looked at in both languages while the school is not bound yet. */
const rows = {
  'd1 chosen': chosen,
  'd15 consent refused': async (visitor) => {
    await begun(visitor);
    await atDiary(visitor, false);
    await visitor.reads('exchange bind … --browser');
    await visitor.looks('d15-binding-refused');
    assert.equal(await visitor.page.getByRole('link', { name: visitor.words.beginAgain }).count(), 0);
  },
};

/** Then a school is bound once. */
const last = {
  'd1 bound': async (visitor) => {
    const { page, words } = visitor;
    const address = await chosen(visitor);
    await page.getByLabel(words.organisation).fill(scene.organisation);
    await visitor.press(words.send);
    await visitor.sees(words.done, 'd1-done');
    // The address has served.
    await visitor.open(address);
    await visitor.press(words.begin);
    await visitor.sees(words.nowhere);
  },
  'd17 consent given anew': async (visitor) => {
    await begun(visitor);
    await atDiary(visitor, true);
    await visitor.sees(visitor.words.done, 'd17-done');
  },
};

const part = (way, name, row) => [`${name}, ${way.name}`, async () => {
  const visitor = await Visitor.come(way);
  try {
    await row(visitor);
  } finally {
    await visitor.leave();
  }
}];
const judged = [ways.russian, ways.english].flatMap((way) =>
  Object.entries(rows).map(([name, row]) => part(way, name, row)),
);
const plain = Object.entries({ ...last, 'd15 consent refused': rows['d15 consent refused'] });

await play([...judged, ...plain.map(([name, row]) => part(ways.plain, name, row))], () => browser.close());
