// The pages that no story comes by: each form as it is opened, and each as it comes back when it was sent empty.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comeIn, press, reach, see, site } from './story.mjs'

/** Sends the form of a page as it stands, and makes sure that it comes back with what is wrong. */
async function sendEmpty(page, path, button) {
  await reach(page, path)
  const heading = await page.locator('h1').innerText()
  await press(page, button)
  await see(page, heading)
  assert.ok((await page.locator('.govuk-error-summary__list li').count()) > 0, `${path} says what is missing`)
}

for (const javaScript of [true]) {
  const how = javaScript ? 'with' : 'without'
  test(`an officer's forms, ${how} JavaScript`, async () => {
    const priya = await comeIn('vlo-north-east-1', { javaScript })
    const { page } = priya
    const { id } = site.victims[0]
    await sendEmpty(page, '/cases/glass', 'Open the case for 24 hours')
    await reach(page, '/cases')
    await page.goto(`/victims/${id}/events/new`)
    await reach(page, `/victims/${id}/events/new`)
    const kinds = await page.locator('main a[href*="kind="]').evaluateAll((links) => links.map((link) => link.getAttribute('href')))
    assert.ok(kinds.length > 5, 'there are kinds of events')
    // Without JavaScript the same forms come from the same server: the first stands for them.
    for (const kind of javaScript ? kinds : kinds.slice(0, 1)) await sendEmpty(page, kind, 'See what follows')
    await priya.leave()
  })

  test(`a manager's forms, ${how} JavaScript`, async () => {
    const ruth = await comeIn('ruth.okafor', { javaScript })
    const { page } = ruth
    await sendEmpty(page, '/team/cover', 'Set cover')
    await sendEmpty(page, `/victims/${site.victims[0].id}/assign`, 'Assign')
    await ruth.leave()
  })
}
