// From what happened to a message that has arrived: the officer records the decision, sees what follows from it, finds the duty in
// her work, and her manager approves what was drafted. Once with JavaScript, once without.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, comeIn, fill, open, press, reach, see, seeProblems, site } from './story.mjs'

const RECORD = 'Record what happened'
const CHECK = 'Check the message before you send it'

/** The officer writes down that nobody is charged. */
async function record(page, victim) {
  await open(page, `/victims/${victim}/events/new`, RECORD)
  const link = page.locator('main a[href$="kind=charge-decision"]')
  await Promise.all([page.waitForNavigation(), link.click()])
  const form = await page.locator('h1').innerText()
  await press(page, 'See what follows')
  await see(page, form)
  assert.ok((await page.locator('.govuk-error-summary__list li').count()) >= 2, 'everything that is missing is said')
  await fill(page, { occurred: 23, 'occurred-month': 11, 'occurred-year': 2026, time: 8, 'time-minutes': 30 })
  await page.locator('input[name=decision][value=no-charge]').check()
  await page.locator('input[name=decided_by][value=cps]').check()
  await fill(page, { charges: 'Rape', reasons: 'The evidence does not meet the test that we have to apply.', reasons_author: 'Ishaan Merrick' })
  await press(page, 'See what follows')
  await see(page, 'Check what follows before you record it')
  const follows = await page.locator('main').innerText()
  assert.match(follows, /Nothing has been recorded yet/)
  assert.match(follows, /We owe: /)
  assert.match(follows, /Due \d+ \w+ 2026/)
  assert.match(follows, /Evidence: /)
  await press(page, 'Record this event')
  await see(page, 'Recorded')
  assert.match(await page.locator('main').innerText(), /Duties raised: [1-9]/)
}

for (const javaScript of [true, false]) {
  test(`from an event to a message that arrived, ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
    const { id, urn } = site.victims[javaScript ? 0 : 1]
    const priya = await comeIn('vlo-north-east-1', { javaScript })
    const ruth = await comeIn('ruth.okafor', { javaScript })
    const { page } = priya
    await open(page, '/', 'My work')
    assert.doesNotMatch(await page.locator('main').innerText(), /Check the draft/, 'nothing waits before')
    await record(page, id)

    // The duty is there at once, the draft a moment later.
    await open(page, '/work', 'My work')
    assert.ok((await page.locator('main').innerText()).includes(urn), 'the duty stands in her work')
    await ask({ do: 'draft' })
    await open(page, '/work', 'My work')
    const draft = page.getByRole('link', { name: /^Check the draft/ }).first()
    const path = await draft.getAttribute('href')
    await reach(page, path, CHECK)
    assert.equal(await page.getByRole('button', { name: 'Approve and send 1 message' }).count(), 0, 'she drafted it')
    assert.match(await page.locator('main').innerText(), /The evidence does not meet the test/)

    await reach(ruth.page, path, CHECK)
    await press(ruth.page, 'Approve and send 1 message')
    await see(ruth.page, CHECK)
    await seeProblems(ruth.page, ['Confirm that you have read the whole message'])
    await ruth.page.getByLabel('I have read the whole message and the facts are right').check()
    await press(ruth.page, 'Approve and send 1 message')
    await see(ruth.page, 'What became of this message')

    const { caught: before } = await ask({ do: 'deliver' })
    await ask({ do: 'pass', minutes: 16 })
    const { caught } = await ask({ do: 'deliver' })
    assert.equal(caught, before + 1, 'one message left')
    await ruth.page.reload()
    await see(ruth.page, 'What became of this message')
    assert.match(await ruth.page.locator('main').innerText(), /accepted by the receiving server/)

    // The whole of it stands on her timeline.
    await reach(page, `/victims/${id}`, 'Maren')
    await page.getByRole(javaScript ? 'tab' : 'link', { name: 'Timeline' }).click()
    await see(page, 'Maren')
    const timeline = await page.locator('main').innerText()
    assert.match(timeline, /[Cc]harge decision/)
    assert.match(timeline, /accepted/i)
    await priya.leave()
    await ruth.leave()
  })
}
