// The cabinet: an administrator is invited, sets the account up, looks at the school, signs out and in. Played without
// scripts, and once more in both languages by browsers that have them, for axe-core's sake.

import assert from 'node:assert/strict';

import { setUp, signIn } from './account.mjs';
import { Visitor, browser } from './visitor.mjs';
import { ways } from './words.mjs';
import { ask, play, scene } from './world.mjs';

/** From the invitation to the run's result, and out again. */
async function evening(visitor) {
  const { page, words } = visitor;
  const { address, login } = await ask('invite', { role: 'school-administrator', school: scene.school });
  const telephone = await setUp(visitor, address);
  await visitor.sees(scene.schoolName, 'cabinet-school');
  await visitor.reads(words.waits);
  await page.locator('.cards a').first().click();
  await visitor.sees(words.dnevnikTask, 'cabinet-task');
  await page.locator('.cards a').first().click();
  await visitor.reads(words.persons);
  await visitor.looks('cabinet-run');
  // Whoever needs something comes first.
  const outcomes = await page.locator('tbody td:nth-child(4)').allInnerTexts();
  assert.notEqual(outcomes[0], outcomes.at(-1), outcomes.join(', '));
  const [file] = await Promise.all([page.waitForEvent('download'), visitor.follow(words.csv)]);
  assert.match(file.suggestedFilename(), /\.csv$/);
  await visitor.follow(login);
  await visitor.sees(words.sessions, 'cabinet-sessions');
  await visitor.press(words.signOut);
  await visitor.sees(words.signInTitle, 'cabinet-signed-out');
  await signIn(visitor, login, '000000');
  await visitor.reads(words.notSignedIn);
  await visitor.looks('cabinet-wrong');
  await signIn(visitor, login, telephone.code());
  await visitor.sees(scene.schoolName);
  const foreign = await page.goto(`${scene.address}/~school/${scene.otherSchool}`);
  assert.equal(foreign.status(), 404);
}

const part = (way, name, row) => [`${name}, ${way.name}`, async () => {
  const visitor = await Visitor.come(way, { acceptDownloads: true });
  try {
    await row(visitor);
  } finally {
    await visitor.leave();
  }
}];
const parts = [ways.plain, ways.russian, ways.english].map((way) => part(way, 'an evening', evening));

/** A region's administrator: a list of schools. */
parts.push(part(ways.russian, 'the region', async (visitor) => {
  const { address } = await ask('invite', { role: 'region-administrator', school: null });
  await setUp(visitor, address);
  await visitor.sees(visitor.words.schools, 'cabinet-schools');
  await visitor.follow(scene.schoolName);
  await visitor.sees(scene.schoolName);
}));

await play(parts, () => browser.close());
