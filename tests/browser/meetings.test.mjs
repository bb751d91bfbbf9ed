// A meeting is offered, accepted, arranged, moved and held; another is cancelled, and a third was not offered. Without
// JavaScript, which these forms do not need.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, comeIn, fill, follow, open, press, reach, see, site } from './story.mjs'

const day = (number, month, hour) => ({ day: number, 'day-month': month, 'day-year': 2026, time: hour, 'time-minutes': '00' })

async function choose(page, choices) {
  for (const [name, value] of Object.entries(choices)) await page.locator(`input[name="${name}"][value="${value}"]`).check()
}

/** Opens a step, sends it empty, and answers its form. */
async function begin(page, words) {
  await follow(page, words)
  await see(page, words)
  await press(page, 'Record')
  await see(page, words)
  assert.ok((await page.locator('.govuk-error-summary__list li').count()) > 0, `${words}: what is missing is said`)
}

/** Records it; the meeting then says this. */
async function record(page, says) {
  await press(page, 'Record')
  await see(page, 'Meeting in the record')
  assert.match(await page.locator('main').innerText(), says)
}

const PLAN = { 'asked-by': 'cps-offered', mode: 'in-person', place: 'cps-office', chair: 'reviewing-lawyer' }

for (const javaScript of [false]) {
  const how = javaScript ? 'with' : 'without'
  test(`a meeting from its offer to its outcome, ${how} JavaScript`, async () => {
    const { id } = site.victims[javaScript ? 0 : 1]
    const priya = await comeIn('vlo-north-east-1', { javaScript })
    const { page } = priya
    await reach(page, `/victims/${id}`)
    await open(page, `/victims/${id}/meetings/new`, 'Record a meeting')
    await begin(page, 'A meeting was offered')
    await choose(page, { purpose: 'charging-decision', route: 'telephone' })
    await fill(page, day(20, 11, 10))
    await record(page, /offered/i)

    await begin(page, 'The victim accepted')
    await choose(page, { route: 'telephone' })
    await fill(page, day(20, 11, 11))
    await record(page, /accepted/i)

    await begin(page, 'The meeting is arranged')
    await fill(page, { ...day(30, 11, 14), 'place-name': 'Lantern House' })
    await choose(page, PLAN)
    await choose(page, { parts: 'victim' })
    await choose(page, { parts: 'reviewing-lawyer' })
    await record(page, /30 November 2026/)

    // Moving it begins with what is agreed.
    await follow(page, 'The meeting is arranged')
    await see(page, 'The meeting is arranged')
    assert.equal(await page.locator('#place-name').inputValue(), 'Lantern House')
    await fill(page, day(2, 12, 15))
    await record(page, /2 December 2026/)

    // It stands among the meetings that are not over.
    const here = new URL(page.url()).pathname
    await open(page, '/meetings', 'Meetings')
    assert.match(await page.locator('main').innerText(), /2 December 2026 at 3pm, in person/)
    await page.goto(here)

    if (javaScript) return priya.leave()
    await begin(page, 'The meeting is cancelled')
    await choose(page, { why: 'no-longer-required' })
    await record(page, /cancelled/i)
    await priya.leave()
  })

  test(`a meeting that took place, and one that was not offered, ${how} JavaScript`, async () => {
    const { id } = site.victims[javaScript ? 0 : 1]
    const priya = await comeIn('vlo-north-east-1', { javaScript })
    const { page } = priya
    await reach(page, `/victims/${id}`)
    await open(page, `/victims/${id}/meetings/new`, 'Record a meeting')
    await begin(page, 'The meeting is arranged')
    await choose(page, { ...PLAN, 'asked-by': 'victim', purpose: 'pre-trial', parts: 'victim' })
    await choose(page, { parts: 'reviewing-lawyer' })
    const { now } = await ask({ do: 'pass', minutes: 0 })
    const at = new Date(Date.parse(now) + 20 * 60_000)
    await fill(page, { ...day(23, 11, at.getUTCHours()), 'time-minutes': at.getUTCMinutes(), 'place-name': 'Lantern House' })
    await record(page, /23 November 2026/)
    await ask({ do: 'pass', minutes: 25 })
    await begin(page, 'The meeting took place')
    await fill(page, { hours: 1, minutes: 15, actions: 'The lawyer writes to her within a week.' })
    await choose(page, { research: 'not-asked', notes: 'victim' })
    await record(page, /The lawyer writes to her within a week/)

    await open(page, `/victims/${id}/meetings/new`, 'Record a meeting')
    await begin(page, 'No meeting was offered')
    await choose(page, { purpose: 'review', why: 'other' })
    await fill(page, { detail: 'She moved abroad.' })
    await record(page, /She moved abroad/)

    await reach(page, `/victims/${id}`, 'Maren')
    await page.getByRole(javaScript ? 'tab' : 'link', { name: 'Timeline' }).click()
    await see(page, 'Maren')
    assert.match(await page.locator('main').innerText(), /Meeting: meeting before trial, held/)
    await priya.leave()
  })
}
