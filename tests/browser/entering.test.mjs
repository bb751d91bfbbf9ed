// An administrator invites an officer; the officer makes a passkey and signs in with it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comeIn, follow, open, press, see, seeProblems, site, stranger } from './story.mjs'

const officer = { user: 'priya.nandra', name: 'Priya Nandra', phone: '020 7946 0158' }
let invitation

for (const javaScript of [false, true]) {
  const how = javaScript ? 'with' : 'without'
  test(`an administrator adds an account, ${how} JavaScript`, async () => {
    const admin = await comeIn('nadia.rahman', { javaScript })
    const { page } = admin
    const user = javaScript ? officer.user : 'sefton.achebe'
    await open(page, '/', 'Accounts')
    await follow(page, 'Add an account')
    await see(page, 'Add an account')
    await press(page, 'Add the account')
    await see(page, 'Add an account')
    await seeProblems(page, ['Enter a user name', 'Enter a full name', 'Select what this person may do', 'Select at least one Area'])
    await page.getByLabel('User name').fill(user)
    await page.getByLabel('Full name').fill(officer.name)
    await page.getByLabel('Telephone number').fill(officer.phone)
    await page.getByLabel('Victim Liaison Officer', { exact: true }).check()
    await page.locator('#areas').check()
    await press(page, 'Add the account')
    await see(page, 'Change an account')
    assert.equal(await page.getByLabel('Full name').inputValue(), officer.name)
    await press(page, 'Disable')
    await see(page, 'Change an account')
    await seeProblems(page, ['Select why it is disabled'])
    await press(page, 'Make an invitation')
    await see(page, 'Change an account')
    const link = (await page.locator('main').innerText()).match(/https:\S*\/invitation\/\S+/)
    assert.ok(link, 'the invitation is shown')
    if (javaScript) invitation = link[0]
    await open(page, '/accounts', 'Accounts')
    await admin.leave()
  })
}

test('the officer makes a passkey, goes away and comes back', async () => {
  const priya = await stranger({ passkeys: true })
  const { page, authenticator } = priya
  await open(page, invitation, 'Set up your passkey')
  await page.getByRole('button', { name: 'Set up a passkey on this device' }).click()
  await page.waitForURL(`${site.origin}/work`)
  const [credential] = await authenticator.credentials()
  assert.equal(credential.rpId, 'localhost')
  assert.ok(credential.isResidentCredential, 'nobody types a user name')

  await open(page, '/account', 'Your account')
  await press(page, 'Sign out')
  await see(page, 'Sign in')
  await page.getByRole('button', { name: 'Sign in with your passkey' }).click()
  await page.waitForURL(`${site.origin}/work`)
  await see(page, 'My work')
  await priya.leave()
})

test('the invitation is good for one passkey', async () => {
  const other = await stranger()
  await other.page.goto(invitation)
  assert.notEqual(await other.page.locator('h1').innerText(), 'Set up your passkey')
  await see(other.page, await other.page.locator('h1').innerText())
  await other.leave()
})

test('whoever the device does not know stays outside, and is told so in words', async () => {
  const other = await stranger({ passkeys: true })
  const { page } = other
  await open(page, '/sign-in', 'Sign in')
  await page.getByRole('button', { name: 'Sign in with your passkey' }).click()
  await page.locator('.govuk-error-summary').waitFor()
  await see(page, 'Sign in')
  const said = await page.locator('.govuk-error-summary__list').innerText()
  assert.equal(said, 'You were not signed in. Try again, or use another passkey')
  await page.goto('/work')
  assert.equal(new URL(page.url()).pathname, '/sign-in')
  await other.leave()
})

test('without JavaScript the door says what it needs, and what is not there is a page', async () => {
  const other = await stranger({ javaScript: false })
  await open(other.page, '/sign-in', 'Sign in')
  assert.match(await other.page.locator('main').innerText(), /Passkeys need JavaScript/)
  await open(other.page, '/no-such-page', 'Page not found')
  await other.leave()
})

test('an account shows its sessions, without JavaScript too', async () => {
  for (const javaScript of [true, false]) {
    const admin = await comeIn('nadia.rahman', { javaScript })
    await open(admin.page, '/account', 'Your account')
    await open(admin.page, '/work', 'You cannot use this page')
    await admin.leave()
  }
})

for (const javaScript of [true, false]) {
  test(`the way back in and what stands at the foot, ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
    const other = await stranger({ javaScript })
    for (const path of ['/sign-in/recovery', '/accessibility', '/privacy', '/cookies', '/help']) await visitPage(other.page, path)
    await other.leave()
    const admin = await comeIn('nadia.rahman', { javaScript })
    await visitPage(admin.page, '/account/recovery')
    await admin.page.goto('/accounts')
    const account = await admin.page.locator('main a[href^="/accounts/"]:not([href$="/new"])').first().getAttribute('href')
    await visitPage(admin.page, `${account}/ways-in`)
    await admin.leave()
  })
}

async function visitPage(page, path) {
  const answer = await page.goto(path)
  assert.equal(answer.status(), 200, path)
  await see(page, await page.locator('h1').innerText())
}
