// Whoever does nothing for a while is warned before the session ends, and one key keeps them signed in. Without JavaScript nobody is
// warned: what they send too late is kept, and sent by them after they have signed in.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, checkPage, comeIn, nobodyAnswered, open, press, reach, see, site } from './story.mjs'

/** Somebody signs in once more in the same browser. */
async function signInAgain(page, user) {
  const { session } = await ask({ do: 'sign-in', user })
  await page.context().addCookies([{ name: '__Host-session', value: session, url: site.origin, secure: true, httpOnly: true, sameSite: 'Strict' }])
}

test('the warning comes before 30 minutes, and staying keeps what was typed', async () => {
  const priya = await comeIn('vlo-north-east-1')
  const { page } = priya
  await page.clock.install()
  await reach(page, `/victims/${site.victims[0].id}/contacts/new`, 'Log a contact')
  const idle = Number(await page.locator('[data-gw-idle]').getAttribute('data-gw-idle'))
  assert.equal(idle, 30 * 60)
  await page.getByLabel('There was nobody to ask').check()
  const dialog = page.getByRole('dialog', { name: 'You are about to be signed out' })

  await page.clock.fastForward((25 * 60 - 10) * 1000)
  assert.equal(await dialog.isVisible(), false, 'nobody is disturbed early')
  await ask({ do: 'pass', minutes: 25 })
  await page.clock.fastForward(15_000)
  await dialog.waitFor()
  assert.match(await dialog.innerText(), /You will be signed out in (4|5) minutes if you do nothing/)
  await checkPage(page)

  await Promise.all([page.waitForResponse('**/session/extend'), dialog.getByRole('button', { name: 'Stay signed in' }).press('Enter')])
  await dialog.waitFor({ state: 'hidden' })
  assert.ok(await page.getByLabel('There was nobody to ask').isChecked(), 'what was chosen is still there')

  // The server has heard it as well: 25 more minutes are 50 since the page came.
  await ask({ do: 'pass', minutes: 25 })
  await page.clock.fastForward((25 * 60 + 5) * 1000)
  await dialog.waitFor()
  await Promise.all([page.waitForResponse((answer) => answer.url().endsWith('/session/extend') && answer.ok()), page.keyboard.press('Escape')])
  await dialog.waitFor({ state: 'hidden' })

  // Nobody there: what is about a person does not stay on the screen, and the session is over.
  await ask({ do: 'pass', minutes: 31 })
  await page.clock.fastForward(31 * 60 * 1000)
  const over = page.getByRole('dialog', { name: 'You have been signed out' })
  await over.waitFor()
  assert.equal(await page.locator('main').isVisible(), false)
  assert.equal(await page.title(), 'Signed out')
  await checkPage(page)
  const other = await page.context().newPage()
  await other.goto('/work')
  await other.waitForURL('**/sign-in')

  // The same person signs in again in another tab: what was chosen is there and can be sent.
  await signInAgain(page, 'vlo-north-east-1')
  await other.goto('/work')
  await over.waitFor({ state: 'detached' })
  assert.ok(await page.locator('main').isVisible())
  assert.ok(await page.getByLabel('There was nobody to ask').isChecked(), 'what was chosen outlived the session')
  await Promise.all([page.waitForNavigation(), page.locator('main form button[type=submit]').first().click()])
  assert.doesNotMatch(await page.locator('h1').innerText(), /open for too long|sign in/i)

  // Somebody else signs in: nothing of the page is theirs to see.
  await ask({ do: 'pass', minutes: 31 })
  await page.clock.fastForward(31 * 60 * 1000)
  await over.waitFor()
  await signInAgain(page, 'ruth.okafor')
  await other.goto('/work')
  await page.waitForURL('**/work')
  await other.close()
  await priya.leave()
})

test('what was sent too late is kept and sent after signing in, without JavaScript', async () => {
  const { id } = site.victims[0]
  const priya = await comeIn('vlo-north-east-1', { javaScript: false })
  const { page } = priya
  await signInAgain(page, 'vlo-north-east-1')
  await reach(page, `/victims/${id}/contacts/new`, 'Log a contact')
  await page.getByLabel('There was nobody to ask').check()
  await press(page, 'Continue')
  const { now } = await ask({ do: 'pass', minutes: 0 })
  await nobodyAnswered(page, now)
  await page.getByLabel('What was the contact about?').fill('The date of her hearing, and <a meeting>')
  await ask({ do: 'pass', minutes: 31 })
  await press(page, 'Save the contact')
  await see(page, 'You were signed out before you sent this')

  await signInAgain(page, 'vlo-north-east-1')
  await open(page, '/', 'What you typed')
  const kept = await page.locator('main').innerText()
  assert.match(kept, /The date of her hearing, and <a meeting>/)
  await press(page, /^Send it now/)
  await see(page, 'Why do you need to read this?')
  await page.locator('input[name=reason]').first().check()
  await press(page, 'Continue')
  await see(page, 'Contact in the record')
  assert.match(await page.locator('main').innerText(), /The date of her hearing, and <a meeting>/)

  // It was sent: nothing leads there any more, and it can be thrown away.
  await open(page, '/', 'My work')
  await open(page, '/kept-words', 'What you typed')
  assert.match(await page.locator('main').innerText(), /You sent this at/)
  await press(page, /^Throw it away/)
  await see(page, 'What you typed')
  assert.match(await page.locator('main').innerText(), /Nothing is kept for you/)
  await priya.leave()
})
