// She has a new address. The officer writes it down, which bars the old one at once, and confirms it by another path; only when
// a second person has approved it is it used. Once with JavaScript, once without.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comeIn, open, press, see, seeProblems, site } from './story.mjs'

const PLAN = 'Contact plan'

/** The plan of a victim, opened with a reason. */
async function openPlan(page, victim) {
  await page.goto(`/victims/${victim}/plan`)
  if ((await page.locator('h1').innerText()) !== PLAN) {
    await see(page, 'Why do you need to read this?')
    await page.locator('input[name=reason]').first().check()
    await press(page, 'Continue')
  }
  await see(page, PLAN)
}

for (const javaScript of [true, false]) {
  test(`an address is changed by two people, ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
    const { id } = site.victims[javaScript ? 0 : 1]
    const priya = await comeIn('vlo-north-east-1', { javaScript })
    const ruth = await comeIn('ruth.okafor', { javaScript })
    const { page } = priya

    await openPlan(page, id)
    await page.getByLabel('Email', { exact: true }).first().check()
    await page.locator('#value').fill('not an address')
    await page.locator('#replaces').selectOption({ index: 1 })
    await press(page, 'Propose this change')
    await see(page, PLAN)
    assert.equal(await page.locator('#value-error').count(), 1)
    assert.equal(await page.locator('#value').inputValue(), 'not an address', 'what was typed is kept')
    await page.locator('#value').fill('maren.new@inbox.example')
    await press(page, 'Propose this change')
    await see(page, PLAN)
    const waiting = await page.locator('main').innerText()
    assert.match(waiting, /Changes that wait/)
    assert.match(waiting, /unsafe: a change was proposed/)

    await press(page, 'Record that it was verified')
    await see(page, PLAN)
    assert.ok((await page.locator('.govuk-error-summary__list li').count()) >= 2, 'everything that is missing is said')
    await page.getByLabel('In person').first().check()
    await page.getByLabel('Who said that it is safe?').fill('The victim')
    await page.getByLabel('How was it said?').fill('At the meeting')
    await press(page, 'Record that it was verified')
    await see(page, PLAN)
    assert.match(await page.locator('main').innerText(), /Somebody who neither proposed nor verified it approves it/)

    await openPlan(ruth.page, id)
    await press(ruth.page, 'Approve this change')
    await see(ruth.page, PLAN)
    await seeProblems(ruth.page, await ruth.page.locator('.govuk-error-summary__list li').allInnerTexts())
    for (const [field, value] of [['review', '1'], ['review-month', '6'], ['review-year', '2027']]) {
      await ruth.page.locator(`#${field}`).fill(value)
    }
    await press(ruth.page, 'Approve this change')
    await see(ruth.page, PLAN)
    const plan = await ruth.page.locator('main').innerText()
    assert.match(plan, /m•••••@inbox\.example \(agreed as safe on 23 November 2026, to be checked again by 1 June 2027\)/)
    assert.doesNotMatch(plan, /Changes that wait/)
    await priya.leave()
    await ruth.leave()
  })
}
