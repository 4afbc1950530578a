// Rows E1 to E8: people link their accounts, by both ways, and each is told what is in the way. Every row is played by a
// browser without scripts, and once more in both languages by one that has them, for axe-core's sake.

import assert from 'node:assert/strict';

import { Visitor, browser } from './visitor.mjs';
import { ways } from './words.mjs';
import { ask, play, scene } from './world.mjs';

/** The end of a way that linked: told so, and led to the diary; the diary has this link and no other. */
async function linked(visitor, said, links, name) {
  await visitor.sees(visitor.words.done, name);
  await visitor.reads(said);
  assert.equal(await visitor.leads(visitor.words.toDiary), `${scene.diary}/`);
  assert.deepEqual(await ask('links'), links);
}

/** The end of a way that linked nothing. */
async function stopped(visitor, heading, advice, name) {
  await visitor.sees(heading, name);
  await visitor.reads(advice);
  assert.deepEqual(await ask('links'), []);
}

/** Signed in at Госуслуги as one and at the diary as another. */
async function both(visitor, task, persona, login) {
  await visitor.wayA(task, persona);
  await visitor.sees(visitor.words.passwordTitle);
  await visitor.atDiary(login);
}

/** Signed in at the diary as one and, to link, at Госуслуги as another. */
async function offered(visitor, login, persona, names) {
  await visitor.wayB(login, names);
  await visitor.press(visitor.words.link);
  await visitor.atPortal(persona);
}

const rows = {
  'e1 found by name and СНИЛС': async (visitor) => {
    const { words } = visitor;
    await visitor.begin('usual', 'start');
    await visitor.sees(words.who, 'choice');
    assert.ok((await visitor.leads(words.childHelp)).startsWith(scene.portal));
    await visitor.press(words.wayEsia);
    await visitor.atPortal('child');
    await linked(visitor, words.pupilLinked, ['1 dialogue'], 'e1-done');
  },
  'e1 not found, by login and password': async (visitor) => {
    const { words } = visitor;
    await visitor.wayA('usual', 'teenager');
    await visitor.sees(words.passwordTitle, 'e1-password');
    assert.ok((await visitor.leads(words.recover)).startsWith(scene.diary));
    await visitor.atDiary('user2', 'wrong');
    await visitor.reads(words.triesLeft);
    await visitor.sees(words.passwordTitle, 'e1-password-wrong');
    await visitor.atDiary('user2');
    await linked(visitor, words.pupilLinked, ['2 dialogue'], 'e1-done-password');
  },
  'e1 three wrong passwords': async (visitor) => {
    await visitor.wayA('usual', 'teenager');
    for (const left of [2, 1, 0]) {
      await visitor.atDiary(`nobody-${visitor.way.name}`, 'wrong');
      if (left > 0) await visitor.reads(`: ${left}.`);
    }
    await stopped(visitor, visitor.words.usedUp, visitor.words.beginAgain, 'e1-passwords-used-up');
  },
  'e2 consent refused': async (visitor) => {
    await visitor.wayA('usual', 'child', false);
    await stopped(visitor, visitor.words.refused, visitor.words.whyConsent, 'e2-refused');
    await visitor.follow(visitor.words.beginAgain);
    await visitor.sees(visitor.words.linkTitle);
  },
  'e3 linked after an ordinary sign-in': async (visitor) => {
    await offered(visitor, 'user3', 'parent', ['e3-ways', 'e3-sign-in', 'e3-offer']);
    await linked(visitor, visitor.words.parentLinked, ['3 dialogue'], 'e3-done');
  },
  'e3 skipped': async (visitor) => {
    await visitor.wayB('user3');
    await visitor.press(visitor.words.skip);
    await visitor.sees(visitor.words.done, 'e3-skipped');
    await visitor.reads(visitor.words.skipped);
    assert.equal(await visitor.leads(visitor.words.toDiary), `${scene.diary}/`);
    assert.deepEqual(await ask('links'), []);
  },
  'e4 a region without the way': async (visitor) => {
    await visitor.begin('none');
    await stopped(visitor, visitor.words.noSuchWay, visitor.words.openSignIn, 'e4-no-such-way');
    await visitor.begin('usual');
    await visitor.sees(visitor.words.who);
    const other = visitor.page.getByRole('button', { name: visitor.words.wayDiary });
    assert.equal(await other.count(), 0, 'in the transition period only');
  },
  'e5 other names': async (visitor) => {
    await visitor.wayA('usual', 'confirmed');
    await stopped(visitor, visitor.words.namesDiffer, visitor.words.whoMends, 'e5-names');
  },
  'e5 ё and е, where the region tells them apart': async (visitor) => {
    await visitor.wayA('strict', 'uppercase');
    await stopped(visitor, visitor.words.namesYo, visitor.words.whoMends, 'e5-yo');
  },
  'e5 another СНИЛС': async (visitor) => {
    await both(visitor, 'usual', 'namesake', 'user4');
    await stopped(visitor, visitor.words.snilsDiffers, visitor.words.whoMends, 'e5-snils');
  },
  "e6 a parent's account for a child's": async (visitor) => {
    await offered(visitor, 'user1', 'parent');
    await stopped(visitor, visitor.words.parentForChild, visitor.words.childHelp, 'e6-parent-for-child');
    assert.ok((await visitor.leads(visitor.words.childHelp)).startsWith(scene.portal));
  },
  "e6 a child's account for a parent's": async (visitor) => {
    await offered(visitor, 'user3', 'child');
    await stopped(visitor, visitor.words.childForParent, visitor.words.beginAgain, 'e6-child-for-parent');
  },
  'e6 the level is too low': async (visitor) => {
    await visitor.wayA('usual', 'simplified');
    await stopped(visitor, visitor.words.levelStandard, visitor.words.levelHelp, 'e6-level');
  },
  'e6 the region asks for more': async (visitor) => {
    await both(visitor, 'strict', 'teenager', 'user2');
    await stopped(visitor, visitor.words.levelConfirmed, visitor.words.levelHelp, 'e6-level-strict');
  },
  'e8 under 14 and without a СНИЛС at the diary, by hand': async (visitor) => {
    await both(visitor, 'usual', 'little', 'user9');
    await linked(visitor, visitor.words.pupilLinked, ['9 dialogue'], 'e8-by-hand');
  },
  'e8 the same in the transition period': async (visitor) => {
    await offered(visitor, 'user9', 'little');
    await linked(visitor, visitor.words.pupilLinked, ['9 dialogue'], 'e8-transition');
  },
};

/** E7, the browser's side of it: nothing stays in it but a cookie that tells nothing and that no script reads. */
async function nothingKept() {
  const visitor = await Visitor.come(ways.russian);
  await visitor.wayA('usual', 'child');
  await visitor.sees(visitor.words.done);
  const kept = await visitor.page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length]);
  assert.deepEqual(kept, ['', 0, 0]);
  const ours = await visitor.context.cookies(`${scene.address}/s/usual/link/step`);
  const cookie = ours.find(({ name }) => name === 'exchange');
  assert.match(cookie.value, /^[0-9a-zA-Z_-]{64}$/);
  assert.equal(cookie.expires, -1, 'it goes with the browser');
  assert.ok(cookie.httpOnly && cookie.sameSite === 'Lax');
  assert.equal(new URL(visitor.page.url()).search, '', 'an address that is remembered says nothing');
  const [answer] = await Promise.all([visitor.page.waitForResponse(/step/), visitor.page.reload()]);
  assert.equal((await answer.allHeaders())['cache-control'], 'no-store');
  await visitor.leave();
}

/** A whole way with the keyboard alone: Tab until what is meant has the focus, which has to be seen; then Enter. */
async function keyboard() {
  const visitor = await Visitor.come(ways.plain);
  const { page, words } = visitor;
  const at = async (name) => {
    // Rings come with the style, which may arrive after the words.
    await page.waitForLoadState();
    for (let step = 0; step < 12; step += 1) {
      await page.keyboard.press('Tab');
      const focus = page.locator(':focus');
      if ((await focus.count()) === 0) continue;
      const shown = await focus.evaluate((element) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        return {
          ring: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2,
          label: (element.labels?.[0] ?? element).innerText.trim(),
          ours: Boolean(document.querySelector('link[href="/style.css"]')),
        };
      });
      if (shown.ours) assert.ok(shown.ring, `no ring around «${shown.label}»`);
      if (shown.label.startsWith(name)) return;
    }
    assert.fail(`the keyboard does not get to «${name}» at ${page.url()}`);
  };
  const press = async (name) => {
    await at(name);
    await page.keyboard.press('Enter');
  };
  await visitor.open(`${scene.address}/s/usual/link`);
  await press(words.begin);
  await visitor.sees(words.who);
  await at(words.wayEsia);
  await page.screenshot({ path: `${scene.pictures}/keyboard-360.png`, fullPage: true });
  await page.keyboard.press('Enter');
  await visitor.abroad(scene.portal, 'Вход');
  await at('Телефон');
  await page.keyboard.type('teenager');
  await at('Пароль');
  await page.keyboard.type(scene.portalPassword);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Предоставить' }).waitFor();
  await press('Предоставить');
  await visitor.sees(words.passwordTitle);
  await at(words.labelLogin);
  await page.keyboard.type('user2');
  await at(words.labelPassword);
  await page.keyboard.type(scene.diaryPassword);
  await page.keyboard.press('Enter');
  await visitor.sees(words.done);
  assert.deepEqual(await ask('links'), ['2 dialogue']);
  await at(words.toDiary);
  await visitor.leave();
}

/** E9: the school's sheet of who has to do what. */
async function sheet() {
  for (const way of [ways.plain, ways.russian]) {
    const visitor = await Visitor.come(way);
    await visitor.open(scene.sheet);
    await visitor.looks('e9-sheet');
    for (const said of scene.sheetSays) await visitor.reads(said);
    await visitor.leave();
  }
}

/** Rows that come to no other kind of page than the rest: they are not judged once more. */
const alike = [
  'e3 skipped',
  'e5 ё and е, where the region tells them apart',
  'e5 another СНИЛС',
  "e6 a child's account for a parent's",
  'e6 the region asks for more',
  'e8 under 14 and without a СНИЛС at the diary, by hand',
  'e8 the same in the transition period',
];

const part = (way, name, row) => [`${name}, ${way.name}`, async () => {
  const visitor = await Visitor.come(way);
  try {
    await row(visitor);
  } finally {
    await visitor.leave();
    await ask('forget');
  }
}];
const parts = Object.values(ways).flatMap((way) => {
  const played = Object.entries(rows).filter(([name]) => !way.script || !alike.includes(name));
  return played.map(([name, row]) => part(way, name, row));
});

const alone = { 'e7 nothing is kept': nothingKept, 'the keyboard alone': keyboard, 'e9 the sheet': sheet };
for (const [name, part] of Object.entries(alone)) {
  parts.push([name, async () => {
    await part();
    await ask('forget');
  }]);
}

await play(parts, () => browser.close());
