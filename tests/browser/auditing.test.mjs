// An auditor opens one masked field with a reason, verifies the log and takes a case away; a manager records a breach, assesses it
// and ends it, and the auditor reads it.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { comeIn, fill, open, press, see, seeProblems, site } from './story.mjs'

const REGISTER = 'Breaches and near misses'
const BREACH = 'Breach or near miss'

for (const javaScript of [true]) {
  const how = javaScript ? 'with' : 'without'
  test(`a masked field is opened with a reason, ${how} JavaScript`, async () => {
    const joan = await comeIn('joan.ferris', { javaScript })
    const { page } = joan
    await open(page, '/log', 'Contact log')
    await press(page, 'Verify the whole log now')
    await see(page, 'Contact log')
    await fill(page, { urn: site.urn })
    await press(page, 'Search')
    await see(page, 'Contact log')
    const entries = await page.locator('.moj-timeline a').evaluateAll((links) => links.map((link) => link.getAttribute('href')))
    await findMasked(page, entries)
    const heading = await page.locator('h1').innerText()
    await see(page, heading)
    await press(page, 'Open this field')
    await see(page, heading)
    assert.equal(await page.locator('.govuk-error-summary__list li').count(), 2, 'the field and the reason are missing')
    await page.locator('form[action$="/open"] input[type=radio]').first().check()
    await page.locator('input[name=reason]').first().check()
    await press(page, 'Open this field')
    await see(page, heading.replace('Entry', 'Opened field of entry'))
    await joan.leave()
  })

  test(`a case is taken away with its proofs, ${how} JavaScript`, async () => {
    const joan = await comeIn('joan.ferris', { javaScript })
    const { page } = joan
    await open(page, '/log', 'Contact log')
    await press(page, 'Download the table (CSV)')
    await see(page, 'Contact log')
    const pack = page.locator('form[action="/log/pack"]')
    await pack.locator('input[type=text]').fill(site.urn)
    const [download] = await Promise.all([page.waitForEvent('download'), pack.getByRole('button').click()])
    assert.ok(readFileSync(await download.path()).length > 1000, 'there is something in it')
    await joan.leave()
  })

  test(`a breach is recorded, assessed and ended, ${how} JavaScript`, async () => {
    const ruth = await comeIn('ruth.okafor', { javaScript })
    const { page } = ruth
    await open(page, '/breaches', REGISTER)
    await press(page, 'Record it')
    await see(page, REGISTER)
    await seeProblems(page, await page.locator('.govuk-error-summary__list li').allInnerTexts())
    for (const name of ['kind', 'what', 'done']) await page.locator(`input[name=${name}]`).first().check()
    await page.locator('#area').selectOption({ value: 'north-east' })
    await fill(page, { day: 23, 'day-month': 11, 'day-year': 2026, time: 8, 'time-minutes': 15 })
    await press(page, 'Record it')
    await see(page, BREACH)
    await press(page, 'I have assessed it')
    await see(page, BREACH)
    assert.equal(await page.getByRole('button', { name: 'It need not be reported' }).count(), 0, 'she assessed it')
    if (javaScript) {
      await press(page, 'It was reported')
    } else {
      await dismiss(new URL(page.url()).pathname, javaScript)
      await page.reload()
    }
    await see(page, BREACH)
    assert.match(await page.locator('main').innerText(), /Ended/)

    const joan = await comeIn('joan.ferris', { javaScript })
    await open(joan.page, '/breaches', REGISTER)
    assert.equal(await joan.page.getByRole('button', { name: 'Record it' }).count(), 0, 'she reads')
    await open(joan.page, new URL(page.url()).pathname, BREACH)
    await joan.leave()
    await ruth.leave()
  })
}

/** Goes to the first of these entries that has a masked field. */
async function findMasked(page, entries) {
  for (const entry of entries) {
    await page.goto(entry)
    if ((await page.getByRole('button', { name: 'Open this field' }).count()) > 0) return
  }
  assert.fail('no entry has a masked field')
}

/** Somebody else than who assessed it finds that it need not be reported. */
async function dismiss(path, javaScript) {
  const nadia = await comeIn('nadia.rahman', { javaScript })
  await open(nadia.page, path, BREACH)
  await press(nadia.page, 'It need not be reported')
  await see(nadia.page, BREACH)
  await seeProblems(nadia.page, ['Select why it need not be reported'])
  await nadia.page.locator('input[name=reason]').first().check()
  await press(nadia.page, 'It need not be reported')
  await see(nadia.page, BREACH)
  await nadia.leave()
}
