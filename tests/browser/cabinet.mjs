// The cabinet: an administrator is invited, sets the account up, looks at the school, signs out and in. Played without
// scripts, and once more in both languages by browsers that have them, for axe-core's sake.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';

import { Visitor, browser } from './visitor.mjs';
import { ways } from './words.mjs';
import { ask, play, scene } from './world.mjs';

const password = 'лошадь скрепка батарея';

/** An authenticator app (RFC 6238): no code of it is used twice. */
class Telephone {
  #secret;
  #used = 0;

  constructor(key) {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
    const bits = [...key.replaceAll(/\s/g, '')].map((c) => letters.indexOf(c).toString(2).padStart(5, '0')).join('');
    this.#secret = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  }

  code() {
    const now = Math.floor(Date.now() / 30_000);
    this.#used = Math.max(this.#used + 1, now - 1);
    assert.ok(this.#used <= now + 1, 'three codes in half a minute');
    const step = Buffer.alloc(8);
    step.writeBigUInt64BE(BigInt(this.#used));
    const hash = createHmac('sha1', this.#secret).update(step).digest();
    const at = hash[19] & 0xf;
    return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
  }
}

async function setUp(visitor, address) {
  const { page, words } = visitor;
  await visitor.open(address);
  await visitor.sees(words.choosePassword, 'cabinet-password');
  await page.getByLabel(words.password, { exact: true }).fill('qwertyuiop');
  await page.getByLabel(words.passwordAgain).fill('qwertyuiop');
  await visitor.press(words.send);
  await visitor.reads(words.tooCommon);
  await visitor.looks('cabinet-password-refused');
  await page.getByLabel(words.password, { exact: true }).fill(password);
  await page.getByLabel(words.passwordAgain).fill(password);
  await visitor.press(words.send);
  await visitor.sees(words.connectApp, 'cabinet-codes');
  const telephone = new Telephone(await page.locator('code').innerText());
  await page.getByLabel(words.enterCode).fill(telephone.code());
  await visitor.press(words.finish);
  return telephone;
}

async function signIn(visitor, login, code) {
  const { page, words } = visitor;
  await visitor.open(`${scene.address}/`);
  await page.getByLabel(words.login).fill(login);
  await page.getByLabel(words.password, { exact: true }).fill(password);
  await page.getByLabel(words.code).fill(code);
  await visitor.press(words.enter);
}

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
