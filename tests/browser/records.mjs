// The cabinet's records and settings: files are brought in with the report before them, people looked up, a task set up.

import assert from 'node:assert/strict';

import { setUp } from './account.mjs';
import { Visitor, browser } from './visitor.mjs';
import { ways } from './words.mjs';
import { ask, play, scene } from './world.mjs';

const school = `${scene.address}/~school/${scene.school}`;

/** A school's files as a person chooses them; one row of them is not good. */
const files = (name) => [
  ['pupils.csv', `Код;Фамилия;Имя;Код класса\n${name}1;Ёлкин;Иван;${name}5\n${name}2;;Пётр;${name}5\n${name}3;Соснова;Анна;\n`],
  ['classes.csv', `Код;Учебный год;Параллель;Литера\n${name}5;2026;5;Б\n`],
].map(([file, text]) => ({ name: file, mimeType: 'text/csv', buffer: Buffer.from(text) }));

async function bringIn(visitor, name) {
  const { page, words } = visitor;
  await page.getByLabel(words.chooseFiles).setInputFiles(files(name));
  await page.locator('#mode-add').check();
  await visitor.press(words.seeChanges);
  await visitor.sees(words.look, 'records-look');
}

/** Files are looked at, given up, looked at again and stored; their people are found. */
async function records(visitor) {
  const { page, words, way } = visitor;
  const { address } = await ask('invite', { role: 'school-administrator', school: scene.school });
  await setUp(visitor, address);
  await visitor.sees(scene.schoolName, 'records-school');
  await visitor.follow(words.bringIn);
  await visitor.sees(words.records, 'records');
  const name = way.name;
  await bringIn(visitor, name);
  await visitor.reads(words.leftOut);
  await visitor.reads('pupils.csv');
  await visitor.press(words.give);
  await visitor.sees(words.records);
  await bringIn(visitor, name);
  await visitor.press(words.store);
  await visitor.sees(words.stored, 'records-stored');
  await visitor.open(`${school}/~people`);
  await visitor.sees(words.people, 'people');
  await page.getByLabel(words.personName).fill('соснова анна');
  await visitor.press(words.show);
  await visitor.reads('Соснова Анна');
  assert.equal(new URL(page.url()).search, '', 'no name in an address');
  await visitor.looks('people-found');
  await page.getByRole('link', { name: 'Соснова Анна' }).first().click();
  await visitor.sees('Соснова Анна', 'person');
  await visitor.open(`${school}/~classes`);
  await visitor.sees(words.classes, 'classes');
}

/** A value that does not fit stands beside its words; one that does is seen, saved, and taken back. */
async function settings(visitor) {
  const { page, words } = visitor;
  const { address } = await ask('invite', { role: 'school-administrator', school: scene.school });
  await setUp(visitor, address);
  await visitor.sees(scene.schoolName);
  await page.getByRole('link', { name: words.dnevnikTask }).first().click();
  await visitor.sees(words.dnevnikTask, 'settings-task');
  await visitor.follow(words.settings);
  await visitor.sees(words.settings, 'settings');
  const year = page.getByLabel(words.studyYear, { exact: true });
  await year.fill('1999');
  await visitor.press(words.seeSettings);
  await visitor.reads(words.cannotSave);
  assert.equal(await year.inputValue(), '1999');
  assert.equal(await year.getAttribute('aria-invalid'), 'true');
  await visitor.looks('settings-wrong');
  for (const value of ['next', 'current']) {
    await year.fill(value);
    await visitor.press(words.seeSettings);
    await visitor.sees(words.settingsChange, 'settings-change');
    await visitor.press(words.save);
    await visitor.reads(words.saved);
  }
  await visitor.looks('settings-saved');
}

/** A table among the settings: an entry is refused with the error in it, mended, and saved; then who is told, and when. */
async function tables(visitor) {
  const { page, words, way } = visitor;
  const { address } = await ask('invite', { role: 'school-administrator', school: scene.school });
  await setUp(visitor, address);
  await visitor.open(`${school}/esia/settings`);
  await visitor.looks('settings-tables');
  const before = await page.locator('fieldset.entry').count();
  const entry = page.locator('fieldset.entry').nth(before - 1);
  await entry.getByRole('textbox').fill('29');
  await visitor.press(words.seeSettings);
  await visitor.reads(words.cannotSave);
  assert.equal(await entry.getByRole('textbox').getAttribute('aria-invalid'), 'true');
  await visitor.looks('settings-tables-wrong');
  await entry.getByRole('textbox').fill(way.name);
  await visitor.press(words.oneMore);
  assert.equal(await page.locator('fieldset.entry').count(), before + 1);
  await visitor.press(words.seeSettings);
  await visitor.sees(words.settingsChange);
  await visitor.looks('settings-tables-change');
  await visitor.press(words.save);
  await visitor.reads(words.saved);
  await visitor.open(`${school}/~notify?entry=1`);
  await visitor.sees(words.wishes, 'wishes');
  await page.locator('[name="s.quiet"]').fill('22:00');
  await visitor.press(words.seeSettings);
  await visitor.reads(words.cannotSave);
  await visitor.looks('wishes-wrong');
}

/** Who only looks meets no form for files, and no button. */
async function looks(visitor) {
  const { page, words } = visitor;
  const { address } = await ask('invite', { role: 'school-viewer', school: scene.school });
  await setUp(visitor, address);
  await visitor.open(`${school}/~records`);
  await visitor.sees(words.records);
  assert.equal(await page.locator('input[type=file]').count(), 0);
  await visitor.open(`${school}/dnevnik/settings`);
  await visitor.looks('settings-viewer');
  assert.equal(await page.getByRole('button', { name: words.seeSettings }).count(), 0);
}

const part = (way, name, row) => [`${name}, ${way.name}`, async () => {
  const visitor = await Visitor.come(way);
  try {
    await row(visitor);
  } finally {
    await visitor.leave();
  }
}];
const all = [ways.plain, ways.russian, ways.english];
const parts = [
  ...all.map((way) => part(way, 'records', records)),
  ...all.map((way) => part(way, 'settings', settings)),
  ...all.map((way) => part(way, 'tables', tables)),
  part(ways.russian, 'a viewer', looks),
];

await play(parts, () => browser.close());
