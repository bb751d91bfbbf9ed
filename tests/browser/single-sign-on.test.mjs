// Somebody comes through the organisation's own sign-in, which is on another site: what cookies and policies make of that,
// only a browser shows.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { open, see, site, stranger } from './story.mjs'

for (const javaScript of [true, false]) {
  test(`an officer signs in at the provider and comes back, ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
    const visitor = await stranger({ javaScript })
    const { page } = visitor
    await open(page, '/sign-in', 'Sign in')
    await page.getByRole('button', { name: 'Sign in with your Example account' }).click()
    await page.waitForURL(`${site.provider}/**`)
    await page.getByLabel('Subject').fill(site.subject)
    await page.getByRole('button', { name: 'Sign in' }).click()
    if (!javaScript) {
      await page.waitForURL(`${site.origin}/sign-in/single-sign-on/return?**`)
      await see(page, 'Finish signing in')
      await page.getByRole('button', { name: 'Continue' }).click()
    }
    await page.waitForURL(`${site.origin}/work`)
    await see(page, 'My work')
    const cookies = await visitor.context.cookies(site.origin)
    assert.deepEqual(cookies.map(({ name, sameSite }) => [name, sameSite]), [['__Host-session', 'Strict']])
    await visitor.leave()
  })
}

test('somebody without a group that means anything gets a plain page', async () => {
  const visitor = await stranger({ javaScript: false })
  const { page } = visitor
  await open(page, '/sign-in', 'Sign in')
  await page.getByRole('button', { name: 'Sign in with your Example account' }).click()
  await page.waitForURL(`${site.provider}/**`)
  await page.getByLabel('Subject').fill(site.unmapped)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`${site.origin}/**`)
  await page.getByRole('button', { name: 'Continue' }).click()
  await see(page, 'Your account opens nothing here')
  await page.goto('/work')
  assert.equal(new URL(page.url()).pathname, '/sign-in')
  await visitor.leave()
})
