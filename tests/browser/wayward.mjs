// Row D15: whoever leaves the way (back button, reload, two tabs, too slow, the server started anew, no cookies) comes to
// a page that says what happened and how to go on; nothing is done twice and nothing is lost.

import assert from 'node:assert/strict';

import { Visitor, browser } from './visitor.mjs';
import { ways } from './words.mjs';
import { ask, play, scene } from './world.mjs';

/** Up to the page that asks for the diary's password. */
async function asked(visitor, name) {
  await visitor.wayA('usual', 'teenager');
  await visitor.sees(visitor.words.passwordTitle, name);
}

const rows = {
  'd15 back from the portal': async (visitor) => {
    const { page, words } = visitor;
    await visitor.begin('usual');
    await visitor.sees(words.who);
    await visitor.press(words.wayEsia);
    await visitor.abroad(scene.portal, 'Вход');
    await page.goBack();
    await visitor.sees(words.away, 'd15-back-from-portal');
    assert.ok((await visitor.leads(words.awayGo)).startsWith(scene.portal));
    await visitor.follow(words.awayGo);
    await visitor.atPortal('teenager');
    await visitor.sees(words.passwordTitle);
    // Back over everything that is behind, and on again.
    await page.goBack();
    await page.goForward();
    await visitor.sees(words.passwordTitle);
    await visitor.atDiary('user2');
    await visitor.sees(words.done);
    assert.deepEqual(await ask('links'), ['2 dialogue']);
  },
  'd15 two tabs': async (visitor) => {
    await asked(visitor);
    const second = await visitor.tab();
    await second.open(visitor.page.url());
    await second.sees(visitor.words.passwordTitle);
    await visitor.atDiary('user2');
    await visitor.sees(visitor.words.done);
    await second.atDiary('user2');
    await second.sees(visitor.words.late, 'd15-late');
    await second.follow(visitor.words.goOn);
    await second.sees(visitor.words.done);
    assert.deepEqual([await ask('links'), await ask('written')], [['2 dialogue'], 1]);
  },
  "d15 somebody else's way back": async (visitor) => {
    await visitor.begin('usual');
    await visitor.sees(visitor.words.who);
    await visitor.open(`${scene.address}/callback?code=c&state=00000000-0000-4000-8000-000000000000`);
    await visitor.sees(visitor.words.otherAttempt, 'd15-other-attempt');
    await visitor.follow(visitor.words.goOn);
    await visitor.sees(visitor.words.who);
  },
  'd15 the school is being exchanged': async (visitor) => {
    await asked(visitor);
    await ask('take the lane');
    try {
      await visitor.atDiary('user2');
      await visitor.sees(visitor.words.lane, 'd15-lane');
    } finally {
      await ask('free the lane');
    }
    await visitor.press(visitor.words.tryAgain);
    await visitor.sees(visitor.words.done);
    assert.deepEqual(await ask('links'), ['2 dialogue']);
  },
  'd15 nothing there': async (visitor) => {
    await visitor.open(`${scene.address}/s/usual/nothing`);
    await visitor.sees(visitor.words.nowhere, 'd15-nowhere');
  },
};

const repeated = {
  'd15 a reload': async (visitor) => {
    await asked(visitor);
    await visitor.page.reload();
    await visitor.sees(visitor.words.passwordTitle);
    await visitor.atDiary('user2');
    await visitor.sees(visitor.words.done);
    await visitor.page.reload();
    await visitor.sees(visitor.words.done, 'd15-reloaded');
    assert.deepEqual([await ask('links'), await ask('written')], [['2 dialogue'], 1]);
  },
  'd15 begun twice': async (visitor) => {
    await visitor.begin('usual');
    await visitor.sees(visitor.words.who);
    const second = await visitor.tab();
    await second.begin('usual');
    await second.sees(visitor.words.who);
    await visitor.press(visitor.words.wayEsia);
    await visitor.sees(visitor.words.late);
    await visitor.follow(visitor.words.goOn);
    await visitor.sees(visitor.words.who);
  },
  'd15 the other language': async (visitor) => {
    await visitor.begin('usual');
    const [other] = Object.values(ways).filter((way) => way.words !== visitor.words).slice(-1);
    await visitor.follow(visitor.words.other);
    await visitor.sees(other.words.who);
    await visitor.follow(other.words.other);
    await visitor.sees(visitor.words.who);
  },
};

const stopped = {
  'd15 the server is started anew': async (visitor) => {
    await visitor.begin('usual');
    await visitor.sees(visitor.words.who);
    await ask('restart', '');
    await visitor.press(visitor.words.wayEsia);
    await visitor.sees(visitor.words.gone, 'd15-restarted');
    await visitor.reads(visitor.words.restarted);
    await visitor.follow(visitor.words.beginAgain);
    await visitor.sees(visitor.words.linkTitle);
  },
  'd15 too slow': async (visitor) => {
    await ask('restart', 'idle = "2s"');
    await visitor.begin('usual');
    await visitor.sees(visitor.words.who);
    await ask('run out');
    await visitor.press(visitor.words.wayEsia);
    await visitor.sees(visitor.words.gone, 'd15-gone');
    await visitor.follow(visitor.words.beginAgain);
    await visitor.sees(visitor.words.linkTitle);
    await ask('restart', '');
  },
};

/** A browser that keeps no cookies: what the server sets is taken away on the way. */
async function withoutCookies(visitor) {
  await visitor.page.route('**/*', async (route) => {
    const headers = { ...route.request().headers() };
    delete headers.cookie;
    await route.continue({ headers });
  });
  await visitor.context.clearCookies();
  await visitor.open(`${scene.address}/s/usual/link/step?new`);
  await visitor.sees(visitor.words.noCookie, 'd15-no-cookie');
  await visitor.follow(visitor.words.beginAgain);
  await visitor.sees(visitor.words.linkTitle);
}

const played = [ways.plain, ways.russian, ways.english].flatMap((way) => {
  // With scripts, for axe-core's sake, one of each kind of page.
  const again = way.script ? {} : { ...repeated, ...stopped };
  const all = { ...rows, 'd15 no cookies': withoutCookies, ...again };
  return Object.entries(all).map(([name, row]) => [`${name}, ${way.name}`, async () => {
    const visitor = await Visitor.come(way);
    try {
      await row(visitor);
    } finally {
      await visitor.leave();
      await ask('forget');
    }
  }]);
});

await play(played, () => browser.close());
