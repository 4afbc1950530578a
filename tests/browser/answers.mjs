// What waits for a person in the cabinet: a twin is decided, a consent is interrupted and refused, a class's sheet is looked
// at and printed. Played without scripts, and once more in both languages by browsers that have them, for axe-core's sake.
// The test that starts this signs people in; here they come with their session.

import assert from 'node:assert/strict';

import { Visitor, browser } from './visitor.mjs';
import { ways } from './words.mjs';
import { ask, play, scene } from './world.mjs';

/** What these pages say, written down once more. */
const said = {
  'ru-RU': {
    pupil: 'Это тот же ученик?',
    ours: 'У нас',
    theirs: 'Там',
    same: 'Да, это одно и то же',
    kept: 'записан',
    before: 'уже ответили',
    binding: 'Привязка',
    renew: 'Дать согласие заново',
    beginOnTask: 'Начать снова можно на странице задачи',
    toTask: 'Вернуться к задаче',
    classes: 'По классам',
    sheet: 'Лист',
    whatToDo: 'Что делать',
    inbox: 'Всё, что ждёт, и последние события',
    awaited: 'Кого ждём',
    made: 'Что создано и записано',
    notify: 'Кому сообщать о событиях',
  },
  'en-US': {
    pupil: 'Is this the same pupil?',
    ours: 'Ours',
    theirs: 'There',
    same: 'Yes, one and the same',
    kept: 'is kept',
    before: 'was answered before',
    binding: 'Binding',
    renew: 'Give consent anew',
    beginOnTask: "You can begin again on the task's page",
    toTask: 'Back to the task',
    classes: 'By class',
    sheet: 'Sheet',
    whatToDo: 'What to do',
    inbox: 'Everything that waits, and what happened lately',
    awaited: 'Who is awaited',
    made: 'What was created and written',
    notify: 'Who is told of events',
  },
};

const task = `${scene.address}/~school/${scene.school}/dnevnik`;

/** Somebody signed in, who sees pages in their browser's language. */
async function come(way) {
  const visitor = await Visitor.come(way);
  const { name, value } = await ask('session');
  await visitor.context.addCookies([{ name, value, url: scene.address, httpOnly: true, sameSite: 'Lax' }]);
  visitor.said = said[way.locale];
  return visitor;
}

/** From the school's page to a question about a pupil; both sides are on the card; answered once. */
async function twin(visitor) {
  const { page, said } = visitor;
  await visitor.open(`${task}/~questions`);
  const card = page.locator('form.question', { hasText: said.pupil }).first();
  await card.waitFor();
  await visitor.looks('answers-questions');
  const heads = await card.locator('.side h3').allInnerTexts();
  assert.deepEqual([heads[0], heads[1]], [said.ours, said.theirs]);
  assert.ok((await card.locator('.side').nth(1).locator('li').count()) > 0, 'the evidence is told');
  // On a desk the sides stand beside each other, on a telephone one below the other.
  const places = async () => Promise.all([0, 1].map((n) => card.locator('.side').nth(n).boundingBox()));
  await page.setViewportSize({ width: 1280, height: 800 });
  const [left, right] = await places();
  assert.ok(right.x > left.x + left.width - 1 && Math.abs(right.y - left.y) < 1, 'beside each other');
  await page.setViewportSize({ width: 360, height: 640 });
  const [above, below] = await places();
  assert.ok(below.y >= above.y + above.height, 'one below the other');
  const old = await visitor.tab();
  await old.open(page.url());
  await card.getByRole('button', { name: said.same }).first().click();
  await visitor.reads(said.kept);
  await visitor.looks('answers-told');
  // Another tab still shows the question; it is told that the answer came second.
  await old.page.locator('form.question', { hasText: said.pupil }).first().getByRole('button', { name: said.same }).first().click();
  await old.page.locator('body', { hasText: said.before }).waitFor();
}

/** Consent is refused there; then the dialogue is forgotten on the way. Each leads back to the task's page. */
async function interrupted(visitor) {
  const { page, said, words } = visitor;
  await visitor.open(`${task}/~bind`);
  await visitor.sees(said.binding, 'answers-binding');
  await visitor.press(said.renew);
  await visitor.abroad(scene.diary, 'Вход');
  await page.locator('input[name=login]').fill(scene.administrator);
  await page.locator('input[name=password]').fill(scene.password);
  await visitor.press('Войти');
  await visitor.press('Отказать');
  await visitor.reads(said.beginOnTask);
  await visitor.looks('answers-consent-refused');
  await visitor.follow(said.toTask);
  await visitor.sees(words.dnevnikTask, 'answers-task');
  await visitor.open(`${task}/~bind`);
  await visitor.press(said.renew);
  // The portal remembers who has signed in, and asks for consent at once.
  await page.waitForURL((url) => url.href.startsWith(scene.diary));
  await visitor.context.clearCookies({ name: 'exchange' });
  await visitor.open(`${scene.address}/${scene.school}/dnevnik/bind/step`);
  await visitor.sees(words.gone, 'answers-consent-interrupted');
  await visitor.follow(words.beginAgain);
  await visitor.sees(words.dnevnikTask);
}

/** A class's sheet, on the screen and on paper. */
async function sheet(visitor) {
  const { page, said } = visitor;
  await visitor.open(`${task}/~classes`);
  await visitor.sees(said.classes, 'answers-classes');
  // The class in which somebody has to do something.
  const rows = await page.locator('tbody tr:not(.all)').all();
  for (const row of rows) {
    const cells = await row.locator('td').allInnerTexts();
    if (cells.at(-1) === '0') continue;
    await row.getByRole('link').click();
    break;
  }
  await visitor.reads(said.sheet);
  await visitor.reads(said.whatToDo);
  assert.ok((await page.locator('table.sheet tbody tr').count()) > 0);
  await visitor.looks('answers-sheet');
  await page.emulateMedia({ media: 'print' });
  assert.ok(await page.locator('h1').isVisible(), 'the heading is printed');
  for (const gone of ['body > header', 'footer', '.actions', 'nav.pager']) {
    assert.equal(await page.locator(gone).filter({ visible: true }).count(), 0, `${gone} is printed`);
  }
  await page.screenshot({ path: `${scene.pictures}/answers-sheet-print-${visitor.way.locale.slice(0, 2)}.png`, fullPage: true });
  await page.emulateMedia({ media: 'screen' });
}

/** All other pages: they stand what every page has to stand. */
async function others(visitor) {
  const { said } = visitor;
  const school = `${scene.address}/~school/${scene.school}`;
  for (const [address, heading, name] of [
    [`${school}/~inbox`, said.inbox, 'answers-inbox'],
    [`${school}/~notify`, said.notify, 'answers-notify'],
    [`${task}/~awaited`, said.awaited, 'answers-awaited'],
    [`${task}/1/~made`, said.made, 'answers-made'],
  ]) {
    await visitor.open(address);
    await visitor.sees(heading, name);
  }
  await visitor.open(`${task}/~week`);
  await visitor.looks('answers-week');
}

const rows = { 'a twin': twin, 'an interrupted consent': interrupted, 'a sheet': sheet, 'other pages': others };
const part = (way, name, row) => [`${name}, ${way.name}`, async () => {
  const visitor = await come(way);
  try {
    await row(visitor);
  } finally {
    await visitor.leave();
  }
}];
const parts = [ways.plain, ways.russian, ways.english].flatMap((way) =>
  Object.entries(rows).map(([name, row]) => part(way, name, row)),
);

await play(parts, () => browser.close());
