// What the stories share: the house that the test has opened, and the people in front of their browsers.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { after, before } from 'node:test'
import { checkPage, launch, visit } from './house.mjs'

export { checkPage }

export const site = JSON.parse(process.env.GATEWAY_SITE ?? 'null')
assert.ok(site, 'GATEWAY_SITE is missing: `cargo test -p tests --test it -- browser` opens the house and sets it')

let browser
let house

before(async () => {
  browser = await launch()
})

after(async () => {
  house?.end()
  await browser?.close()
})

/** Somebody whom the house has signed in. */
export const comeIn = (user, options = {}) => {
  assert.ok(site.sessions[user], `the house has nobody called ${user}`)
  return visit(browser, { origin: site.origin, session: site.sessions[user], ...options })
}

/** Somebody whom nobody knows yet. */
export const stranger = (options = {}) => visit(browser, { origin: site.origin, ...options })

/** Asks the house for what nobody can do in a browser: `pass` (minutes), `deliver`, `draft`, `seal`. */
export async function ask(what) {
  house ??= openHouse()
  return house.ask(what)
}

function openHouse() {
  const socket = connect(site.control, '127.0.0.1')
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  return {
    async ask(what) {
      socket.write(`${JSON.stringify(what)}\n`)
      const { value, done } = await lines.next()
      assert.ok(!done, `the house did not answer ${JSON.stringify(what)}`)
      return JSON.parse(value)
    },
    end: () => socket.end()
  }
}

/** Goes to a page, makes sure that it is the one, and checks it. */
export async function open(page, path, heading) {
  await page.goto(path)
  await see(page, heading)
}

/** The same, with the first reason when the page asks why it is read. */
export async function reach(page, path, heading) {
  const answer = await page.goto(path)
  assert.equal(answer.status(), 200, path)
  const why = page.locator('form[action$="/open"]')
  if ((await why.count()) > 0) {
    await see(page, await page.locator('h1').innerText())
    await page.locator('input[name=reason]').first().check()
    await Promise.all([page.waitForNavigation(), why.locator('button[type=submit]').click()])
    if (new URL(page.url()).pathname + new URL(page.url()).search !== path) await page.goto(path)
  }
  await see(page, heading ?? (await page.locator('h1').innerText()))
}

/** Types into fields by their ids. */
export async function fill(page, fields) {
  for (const [id, value] of Object.entries(fields)) await page.locator(`[id="${id}"]`).fill(String(value))
}

/** The day and the time of day of an instant, as the form of a contact asks for them. */
export async function when(page, now) {
  const at = new Date(now)
  const minutes = String(at.getUTCMinutes()).padStart(2, '0')
  await fill(page, { occurred: at.getUTCDate(), 'occurred-month': at.getUTCMonth() + 1, 'occurred-year': at.getUTCFullYear(), time: at.getUTCHours(), 'time-minutes': minutes })
}

/** Answers the form of a contact: a call to the victim that nobody answered. */
export async function nobodyAnswered(page, now) {
  await when(page, now)
  await page.getByLabel('Telephone call').check()
  await page.getByLabel('Outbound: we contacted them').check()
  await page.getByLabel('Victim', { exact: true }).check()
  await page.getByLabel('Nobody answered').check()
  await page.getByLabel('No message was left').check()
  await page.locator('#informed-2').check()
  await page.locator('#point').selectOption({ index: 1 })
}

/** The page that one has come to is this one, and is as every page has to be. */
export async function see(page, heading) {
  const h1 = await page.locator('h1').innerText()
  assert.equal(h1, heading, `the page at ${page.url()}: ${(await page.locator('main').innerText()).slice(0, 500)}`)
  await checkPage(page)
}

/** Presses a button that sends a form, and waits for the page that it leads to. */
export async function press(page, name, options = {}) {
  const button = page.getByRole('button', { name, exact: true, ...options })
  await Promise.all([page.waitForNavigation(), button.click()])
}

/** Follows a link. */
export async function follow(page, name, options = {}) {
  const link = page.getByRole('link', { name, exact: true, ...options })
  await Promise.all([page.waitForNavigation(), link.first().click()])
}

/** The error summary says exactly this, and each of it stands at its field as well. */
export async function seeProblems(page, words) {
  const said = await page.locator('.govuk-error-summary__list li').allInnerTexts()
  assert.deepEqual(said, words)
  for (const one of words) {
    assert.ok((await page.locator('.govuk-error-message').allInnerTexts()).some((text) => text.includes(one)), `"${one}" stands at no field`)
  }
}
