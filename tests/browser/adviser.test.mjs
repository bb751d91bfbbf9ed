// The adviser's own mailbox: an administrator gives access; an adviser reads, asks and says when somebody was told; the lead of
// the service has a colleague stand in and ends the access of who has left.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comeIn, fill, follow, open, press, see, seeProblems } from './story.mjs'

const NEW = 'Give an adviser access'

test('an administrator gives an adviser of the register access, and nobody else', async () => {
  const nadia = await comeIn('nadia.rahman')
  const { page } = nadia
  await open(page, '/accounts', 'Accounts')
  await follow(page, NEW)
  await see(page, NEW)
  await press(page, 'Give access')
  await seeProblems(page, ['Enter the registered email address', 'Select what they do at the service'])
  await fill(page, { address: 'nobody@haven.example' })
  await page.locator('input[name=part]').first().check()
  await press(page, 'Give access')
  assert.match(await page.locator('.govuk-error-summary__list').innerText(), /Nobody is registered as an adviser at this address/)
  await see(page, NEW)
  await fill(page, { address: 'pia.lund@haven.example' })
  await press(page, 'Give access')
  await press(page, 'Make an invitation')
  assert.match(await page.locator('main').innerText(), /It is shown once/)
  await nadia.leave()
})

for (const javaScript of [true, false]) {
  const how = javaScript ? 'with' : 'without'
  test(`an adviser reads, asks and says what the person knows, ${how} JavaScript`, async () => {
    const dana = await comeIn(javaScript ? 'dana' : 'rosa', { javaScript })
    const { page } = dana
    await open(page, '/', 'Messages')
    await follow(page, 'Conversation about', { exact: false })
    const about = await page.locator('h1').innerText()
    assert.match(about, /^Conversation about (Maren|Ilse)$/)
    await see(page, about)
    assert.match(await page.locator('.gw-talk').innerText(), /The court has been asked for a screen/)
    await press(page, 'Tell the officer')
    await seeProblems(page, ['Select whether the person was told'])
    await see(page, about)
    await page.locator('input[name=whether][value=told]').check()
    await fill(page, { on: 23, 'on-month': 11, 'on-year': 2026 })
    await press(page, 'Tell the officer')
    assert.equal(await page.getByText('Does the person know?').count(), 0)
    await press(page, 'Send message')
    await seeProblems(page, ['Enter your message'])
    await fill(page, { words: 'Thank you. She would like that.' })
    await press(page, 'Send message')
    await see(page, about)
    assert.match(await page.locator('main').innerText(), /We aim to answer by 25 November 2026/)
    await open(page, '/adviser/people', 'People I support')
    const name = about.replace('Conversation about ', '')
    await follow(page, name)
    await see(page, name)
    await press(page, 'Send question')
    await see(page, name)
    await fill(page, { words: 'Which court is it?' })
    await press(page, 'Send question')
    await see(page, 'Messages')
    assert.equal(await page.getByRole('link', { name: /^Conversation about/ }).count(), 2)
    await open(page, '/adviser/meetings', 'Meetings')
    assert.match(await page.locator('main').innerText(), javaScript ? /10 December 2026 at 10am/ : /No meeting is arranged/)
    await dana.leave()
  })
}

test('the lead has a colleague stand in, and ends the access of who has left', async () => {
  const dana = await comeIn('dana')
  const { page } = dana
  await open(page, '/adviser', 'Messages')
  await follow(page, 'My service: advisers, cover and leavers')
  await see(page, 'My service')
  await press(page, 'Set cover')
  await seeProblems(page, ['Select who is away', 'Select who stands in', 'Enter the first day', 'Enter the last day'])
  await see(page, 'My service')
  await page.locator('#absent').selectOption({ label: 'Dana Whitlock' })
  await page.locator('#deputy').selectOption({ label: 'Rosa Quill' })
  await fill(page, { from: 23, 'from-month': 11, 'from-year': 2026, last: 27, 'last-month': 11, 'last-year': 2026 })
  await press(page, 'Set cover')
  await see(page, 'My service')
  const rosa = await comeIn('rosa')
  await open(rosa.page, '/adviser', 'Messages')
  assert.match(await rosa.page.locator('main').innerText(), /You stand in for Dana Whitlock/)
  await press(page, /^End this cover/)
  assert.match(await page.locator('main').innerText(), /Nobody stands in for anybody/)
  await page.getByText('Rosa Quill has left', { exact: true }).click()
  await press(page, /^End the access/)
  assert.doesNotMatch(await page.locator('main').innerText(), /Rosa Quill/)
  await open(rosa.page, '/adviser', 'Sign in')
  await rosa.leave()
  await dana.leave()
})
