// Whoever has lost their passkeys comes in with a password and a code, while an administrator lets them; sessions are seen and ended.
// With JavaScript and without.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { ask, comeIn, fill, open, press, see, seeProblems, stranger } from './story.mjs'

const PREPARE = 'Prepare for losing your passkeys'
const SET_UP = 'Set up your authenticator app'
const RECOVER = 'Sign in with a password and code'
const PASSWORD = 'Lantern wharf in the early morning'

/** What an authenticator app shows now (RFC 6238) for a key in base32. */
async function showCode(address) {
  const { now } = await ask({ do: 'pass', minutes: 1 })
  const url = new URL(address)
  const algorithm = url.searchParams.get('algorithm') ?? 'SHA1'
  const bits = [...url.searchParams.get('secret')].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
  const key = Buffer.from(bits.join('').match(/.{8}/g).map((byte) => parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.parse(now) / 30_000)))
  const mac = createHmac(algorithm, key).update(counter).digest()
  const offset = mac.at(-1) & 15
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

/** The officer sets up a password and an app. Answers the app's address. */
async function prepare(page) {
  await open(page, '/account/recovery', PREPARE)
  await fill(page, { password: 'short', again: 'other' })
  await press(page, 'Continue')
  await see(page, PREPARE)
  await seeProblems(page, ['Enter the same password twice'])
  await fill(page, { password: PASSWORD, again: PASSWORD })
  await press(page, 'Continue')
  await see(page, SET_UP)
  const address = (await page.locator('main').innerText()).match(/otpauth:\/\/\S+/)[0]
  await fill(page, { code: '000000' })
  await press(page, 'Check the code')
  await see(page, SET_UP)
  await fill(page, { code: await showCode(address) })
  await press(page, 'Check the code')
  await see(page, await page.locator('h1').innerText())
  return address
}

async function findAccount(page, user) {
  await open(page, '/accounts', 'Accounts')
  const row = page.locator('tr', { hasText: user })
  return row.locator('a').first().getAttribute('href')
}

for (const [javaScript, user, name] of [[true, 'vlo-north-east-1', 'Priya Shah'], [false, 'mina.varga', 'Mina Varga']]) {
  test(`the way back in, ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
    const officer = await comeIn(user, { javaScript })
    const nadia = await comeIn('nadia.rahman', { javaScript })
    const address = await prepare(officer.page)

    // Password and code open nothing before it is granted.
    const lost = await stranger({ javaScript })
    await recover(lost.page, user, address)
    await see(lost.page, RECOVER)
    await seeProblems(lost.page, ['User name, password or code is wrong, or nothing is granted to this account'])

    const account = await findAccount(nadia.page, name)
    await open(nadia.page, `${account}/ways-in`, `Ways in of ${name}`)
    await press(nadia.page, 'Grant recovery')
    await see(nadia.page, `Ways in of ${name}`)
    await nadia.page.locator('input[name=hours]').first().check()
    await press(nadia.page, 'Grant recovery')
    await see(nadia.page, `Ways in of ${name}`)
    assert.match(await nadia.page.locator('main').innerText(), /can sign in with password and code until/)

    await recover(lost.page, user, address)
    await see(lost.page, 'Your account')
    // The session that somebody else may hold is seen and ended.
    const others = lost.page.getByRole('button', { name: /^End this session/ })
    assert.ok((await others.count()) >= 1, 'the other session is seen')
    while ((await others.count()) > 0) {
      await Promise.all([lost.page.waitForNavigation(), others.first().click()])
      await see(lost.page, 'Your account')
    }
    await open(officer.page, '/work', 'Sign in')

    await nadia.page.goto(`${account}/ways-in`)
    await press(nadia.page, 'End every session')
    await see(nadia.page, `Ways in of ${name}`)
    await open(lost.page, '/account', 'Sign in')
    for (const one of [officer, nadia, lost]) await one.leave()
  })
}

async function recover(page, user, address) {
  await open(page, '/sign-in/recovery', RECOVER)
  await fill(page, { user, password: PASSWORD, code: await showCode(address) })
  await press(page, 'Sign in')
}
