// What a manager decides: a duty that is moved or waived, who looks after somebody, who covers for whom, and whether a case of
// somebody else was rightly opened.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comeIn, fill, follow, open, press, reach, see, seeProblems, site } from './story.mjs'

const ASK = 'Ask a manager to move or waive this duty'

/** Where the officer asks about the first duty that is still open. */
async function findDuty(page, victim) {
  await reach(page, `/victims/${victim}`, 'Maren')
  const link = page.locator('a[href^="/obligations/"][href$="/ask"]').first()
  return link.getAttribute('href')
}

async function askManager(page, victim, kind) {
  await open(page, await findDuty(page, victim), ASK)
  await press(page, 'Ask a manager')
  await see(page, ASK)
  assert.ok((await page.locator('.govuk-error-summary__list li').count()) >= 2, 'everything that is missing is said')
  await page.locator(`input[name=kind][value=${kind}]`).check()
  if (kind === 'move') await fill(page, { to: 18, 'to-month': 12, 'to-year': 2026 })
  await page.locator('input[name=reason]').first().check()
  await press(page, 'Ask a manager')
  await see(page, 'Maren')
}

for (const javaScript of [true]) {
  const how = javaScript ? 'with' : 'without'
  const victim = site.victims[javaScript ? 0 : 1]
  test(`a duty is moved and another waived, ${how} JavaScript`, async () => {
    const priya = await comeIn('vlo-north-east-1', { javaScript })
    const ruth = await comeIn('ruth.okafor', { javaScript })
    for (const [kind, answer] of [['move', 'approve'], ['waive', javaScript ? 'approve' : 'refuse']]) {
      await askManager(priya.page, victim.id, kind)
      await open(ruth.page, '/team', 'Team')
      const button = ruth.page.locator(`button[name=decision][value=${answer}]`)
      assert.equal(await button.count(), 1, 'one request waits')
      await Promise.all([ruth.page.waitForNavigation(), button.click()])
      await see(ruth.page, 'Team')
      assert.match(await ruth.page.locator('main').innerText(), /No request waits/)
    }
    await priya.leave()
    await ruth.leave()
  })

  test(`somebody is assigned, and somebody covers, ${how} JavaScript`, async () => {
    const ruth = await comeIn('ruth.okafor', { javaScript })
    const { page } = ruth
    await open(page, '/team/cover', 'Set cover for an absence')
    await press(page, 'Set cover')
    await see(page, 'Set cover for an absence')
    await page.locator('#absent').selectOption({ label: 'Mina Varga' })
    await page.locator('#covering').selectOption({ label: 'Priya Shah' })
    await fill(page, { from: 24, 'from-month': 11, 'from-year': 2026, until: 27, 'until-month': 11, 'until-year': 2026 })
    await page.locator('input[name=reason]').first().check()
    await press(page, 'Set cover')
    await see(page, 'Team')
    assert.match(await page.locator('main').innerText(), /Mina Varga/)
    await Promise.all([page.waitForNavigation(), page.getByRole('button', { name: /^End this cover/ }).first().click()])
    await see(page, 'Team')
    assert.match(await page.locator('main').innerText(), /Nobody is covered for/)

    await open(page, `/victims/${victim.id}/assign`, 'Assign an officer')
    await press(page, 'Assign')
    await see(page, 'Assign an officer')
    await seeProblems(page, ['Select an officer', 'Select a reason'])
    await page.locator('#officer').selectOption({ label: 'Mina Varga' })
    await page.locator('input[name=reason]').first().check()
    await press(page, 'Assign')
    await see(page, 'Team')
    await ruth.leave()
    // Whether duties are left depends on what was waived before; the record says in any case who looks after it.
    const mina = await comeIn('mina.varga', { javaScript })
    await reach(mina.page, `/victims/${victim.id}`, 'Maren')
    assert.match(await mina.page.locator('main').innerText(), /Mina Varga|mina\.varga/)
    await mina.leave()
  })

  test(`a case of somebody else is opened with a reason and reviewed, ${how} JavaScript`, async () => {
    const owain = await comeIn('vlo-elsewhere', { javaScript })
    const { page } = owain
    await search(page)
    if (javaScript) {
      assert.match(await page.locator('main').innerText(), /Nobody was found whom you reach/)
      await follow(page, 'open it with a reason')
    } else {
      await open(page, '/cases/glass', 'Open a case that is not yours')
    }
    await see(page, 'Open a case that is not yours')
    await fill(page, { urn: site.urn })
    await page.locator('input[name=reason]').first().check()
    await press(page, 'Open the case for 24 hours')
    await see(page, 'Your request was recorded')
    await follow(page, 'Find the case')
    await search(page)
    await follow(page, site.urn)
    await see(page, site.urn)
    await owain.leave()

    // Whose case it is hears of it.
    const priya = await comeIn('vlo-north-east-1', { javaScript })
    await open(priya.page, '/work', 'My work')
    await follow(priya.page, /waits? for you/)
    await see(priya.page, 'Notices')
    assert.match(await priya.page.locator('main').innerText(), /A case was opened with a reason/)
    const seen = priya.page.getByRole('button', { name: /^I have seen this/ })
    while ((await seen.count()) > 0) await Promise.all([priya.page.waitForNavigation(), seen.first().click()])
    await see(priya.page, 'Notices')
    assert.match(await priya.page.locator('main').innerText(), /No notice waits for you/)
    await priya.leave()

    // The second time it is the same glass, which was reviewed already.
    if (!javaScript) return
    const ruth = await comeIn('ruth.okafor', { javaScript })
    await open(ruth.page, '/team', 'Team')
    const right = ruth.page.getByRole('button', { name: /^It was right/ })
    // One for each person of the case.
    assert.ok((await right.count()) > 0, 'a review waits')
    while ((await right.count()) > 0) await Promise.all([ruth.page.waitForNavigation(), right.first().click()])
    await see(ruth.page, 'Team')
    assert.match(await ruth.page.locator('main').innerText(), /None waits for a review/)
    await ruth.leave()
  })
}

/** Searches for the case by its reference. */
async function search(page) {
  await open(page, '/cases', 'Find a case')
  await fill(page, { urn: site.urn })
  await press(page, 'Search')
  await see(page, 'Find a case')
}
