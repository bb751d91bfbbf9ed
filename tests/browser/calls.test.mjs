// The officer calls: nobody answers, the record says what comes next, and at the second call the person is told. What is kept
// about her is shown to nobody who does not say why. Once with JavaScript, once without.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, comeIn, follow, nobodyAnswered, open, press, see, seeProblems, site, when } from './story.mjs'

/** Says whether it is her, and answers the form of the contact. */
async function begin(page, victim, identity) {
  await open(page, `/victims/${victim}/contacts/new`, 'Log a contact')
  await press(page, 'Continue')
  await see(page, 'Log a contact')
  await seeProblems(page, ['Select whether it is this person'])
  await page.getByLabel(identity).check()
  await press(page, 'Continue')
  await see(page, 'Log a contact')
}

for (const javaScript of [true, false]) {
  test(`two calls, ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
    const { id, urn } = site.victims[javaScript ? 0 : 1]
    const { now } = await ask({ do: 'pass', minutes: 0 })
    const priya = await comeIn('vlo-north-east-1', { javaScript })
    const { page } = priya

    // Nothing about her before it is said why.
    await open(page, '/', 'My work')
    await page.goto(`/victims/${id}`)
    await see(page, "Why do you open this person's record?")
    assert.doesNotMatch(await page.content(), /Maren/)
    await press(page, 'Open')
    await see(page, "Why do you open this person's record?")
    assert.equal(await page.locator('.govuk-error-message').count(), 1)
    await page.locator('input[name=reason]').first().check()
    await press(page, 'Open')
    await see(page, 'Maren')
    for (const tab of ['Duties', 'Timeline', 'Advisers and agencies']) {
      await page.getByRole(javaScript ? 'tab' : 'link', { name: tab }).click()
      await see(page, 'Maren')
    }
    await follow(page, urn)
    await see(page, urn)
    await page.goto(`/victims/${id}`)

    // Nobody answers.
    await begin(page, id, 'There was nobody to ask')
    await press(page, 'Save the contact')
    await see(page, 'Log a contact')
    assert.ok((await page.locator('.govuk-error-summary__list li').count()) >= 4, 'everything that is missing is said')
    await nobodyAnswered(page, now)
    await page.locator('#obligation').selectOption({ index: 1 })
    await page.getByLabel('What was the contact about?').fill('To tell her about the decision')
    await press(page, 'Save the contact')
    await see(page, 'Contact in the record')

    // What comes next stands where the next contact is logged.
    await open(page, `/victims/${id}/contacts/new`, 'Log a contact')
    const next = await page.locator('main').innerText()
    assert.match(next, /What comes next/)
    assert.match(next, /second call, not before/)
    assert.match(next, /not answered/)

    // She answers.
    await begin(page, id, 'Yes: they answered the agreed questions')
    await when(page, now)
    await page.getByLabel('Telephone call').check()
    await page.getByLabel('Outbound: we contacted them').check()
    await page.getByLabel('Victim', { exact: true }).check()
    await page.getByLabel('Somebody answered').check()
    await page.getByLabel('No message was left').check()
    await page.locator('#informed').check()
    await page.locator('#point').selectOption({ index: 1 })
    await page.locator('#obligation').selectOption({ index: 1 })
    await page.getByLabel('ISVA', { exact: true }).check()
    await page.getByLabel('What was the contact about?').fill('The decision, and her right to a review')
    await press(page, 'Save the contact')
    await see(page, 'Contact in the record')
    assert.doesNotMatch(await page.locator('main').innerText(), /The duty behind it is still open/)
    await priya.leave()
  })
}
