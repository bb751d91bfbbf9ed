// From an event to a message that left: the officer finds the draft in her work and reads it, her manager approves it, and
// until the hold-back ends it can be cancelled. Once with JavaScript, once without.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, comeIn, follow, open, press, see, seeProblems } from './story.mjs'

const CHECK = 'Check the message before you send it'
const BECAME = 'What became of this message'

/** The officer's first draft, opened with a reason. Answers its path. */
async function readDraft(page) {
  await open(page, '/', 'My work')
  const link = page.getByRole('link', { name: /^Check the draft/ })
  await Promise.all([page.waitForNavigation(), link.first().click()])
  return sayWhy(page, CHECK)
}

/** Says why, if the page asks, and makes sure that it asks in earnest. */
async function sayWhy(page, heading) {
  if ((await page.locator('h1').innerText()) === 'Why do you need to read this?') {
    await see(page, 'Why do you need to read this?')
    await press(page, 'Continue')
    await see(page, 'Why do you need to read this?')
    await seeProblems(page, ['Select why you need to read this'])
    await page.locator('input[name=reason]').first().check()
    await press(page, 'Continue')
  }
  await see(page, heading)
  return new URL(page.url()).pathname
}

async function approve(page, path) {
  await page.goto(path)
  await sayWhy(page, CHECK)
  await press(page, 'Approve and send 1 message')
  await see(page, CHECK)
  await seeProblems(page, ['Confirm that you have read the whole message'])
  await page.getByLabel('I have read the whole message and the facts are right').check()
  await press(page, 'Approve and send 1 message')
  await see(page, BECAME)
}

for (const javaScript of [true, false]) {
  test(`a message is read by two people, held back, cancelled or sent, ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
    await ask({ do: 'draft' })
    const priya = await comeIn('vlo-north-east-1', { javaScript })
    const ruth = await comeIn('ruth.okafor', { javaScript })

    const path = await readDraft(priya.page)
    assert.equal(await priya.page.getByRole('button', { name: 'Approve and send 1 message' }).count(), 0, 'she drafted it')
    assert.match(await priya.page.locator('main').innerText(), /is approved by a second person/)

    await open(ruth.page, '/', 'My work')
    await open(ruth.page, '/team', 'Team')
    await approve(ruth.page, path)
    const held = ruth.page.locator('[data-gw-countdown]')
    assert.match(await held.innerText(), /^You can cancel it until 23 November 2026 at /)
    if (javaScript) {
      assert.match(await held.innerText(), /1[45]:\d\d left$/)
      const before = await held.innerText()
      await ruth.page.waitForFunction((text) => document.querySelector('[data-gw-countdown]').innerText !== text, before)
    }

    // The officer sees that a fact is wrong while there is time.
    await priya.page.goto(new URL(ruth.page.url()).pathname)
    await sayWhy(priya.page, BECAME)
    await press(priya.page, 'Cancel this message')
    await see(priya.page, BECAME)
    await seeProblems(priya.page, ['Select why it should not leave'])
    await priya.page.locator('input[name=cancel]').first().check()
    await press(priya.page, 'Cancel this message')
    await see(priya.page, BECAME)
    assert.match(await priya.page.locator('main').innerText(), /It was cancelled and did not leave/)

    // Another one leaves.
    const next = await readDraft(priya.page)
    await approve(ruth.page, next)
    const { caught: before } = await ask({ do: 'deliver' })
    await ask({ do: 'pass', minutes: 16 })
    const { caught } = await ask({ do: 'deliver' })
    assert.equal(caught, before + 1, 'one message left')
    await ruth.page.reload()
    await see(ruth.page, BECAME)
    const said = await ruth.page.locator('main').innerText()
    assert.match(said, /accepted by the receiving server/)
    assert.doesNotMatch(said, /Cancel this message/)

    await priya.leave()
    await ruth.leave()
  })
}
