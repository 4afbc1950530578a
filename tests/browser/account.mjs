// An account of the cabinet: set up at its address, signed in with.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';

import { scene } from './world.mjs';

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

/** Sets an account up, and is signed in; its app for codes. */
export async function setUp(visitor, address) {
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

/** Signs in. */
export async function signIn(visitor, login, code) {
  const { page, words } = visitor;
  await visitor.open(`${scene.address}/`);
  await page.getByLabel(words.login).fill(login);
  await page.getByLabel(words.password, { exact: true }).fill(password);
  await page.getByLabel(words.code).fill(code);
  await visitor.press(words.enter);
}
