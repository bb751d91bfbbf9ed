// An auditor searches the contact log, reads an entry with its proof, takes the proof away and opens nothing. Once with
// JavaScript, once without.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { comeIn, open, press, see, seeProblems, site } from './story.mjs'

for (const javaScript of [true, false]) {
  test(`an entry and its proof, ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
    const joan = await comeIn('joan.ferris', { javaScript })
    const { page } = joan
    await open(page, '/', 'Contact log')
    await page.locator('#urn').fill('no such thing')
    await press(page, 'Search')
    await see(page, 'Contact log')
    await seeProblems(page, await page.locator('.govuk-error-summary__list li').allInnerTexts())
    assert.equal(await page.locator('#urn-error').count(), 1)
    await page.locator('#urn').fill(site.urn)
    await press(page, 'Search')
    await see(page, 'Contact log')
    const entries = page.locator('.moj-timeline a')
    assert.ok((await entries.count()) >= 2, 'the case has entries')
    assert.doesNotMatch(await page.content(), /Maren|inbox\.example/, 'no name and no address')

    await Promise.all([page.waitForNavigation(), entries.first().click()])
    const heading = await page.locator('h1').innerText()
    assert.match(heading, /^Entry \d+$/)
    await see(page, heading)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: /^Download the proof/ }).click()
    ])
    const proof = readFileSync(await download.path(), 'utf8')
    assert.match(proof, /^c2sp\.org\/tlog-proof@v1\n/)
    await page.getByRole('link', { name: 'Who has looked at this case' }).click()
    await page.waitForURL('**/log/about/*')
    await see(page, 'Who has looked at this')
    await joan.leave()
  })
}
