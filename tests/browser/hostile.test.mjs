// What an adviser's computer could send when somebody else has it: scripts wherever a message has room for them. An officer opens
// them all. Nothing runs, nothing is fetched, nothing is reported (attack 10).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comeIn, reach, see, site } from './story.mjs'

const { id } = site.victims[0]

test(`${site.hostile} messages that hold scripts are read as text`, async () => {
  const priya = await comeIn('vlo-north-east-1')
  const { page } = priya
  await reach(page, `/victims/${id}`)
  await page.goto(`/victims/${id}/correspondence`)
  assert.equal(await page.locator('main .gw-message').count(), site.hostile)
  const made = await page.evaluate(() => ({
    elements: document.querySelectorAll('main script, main iframe, main object, main embed, main img, main svg, main style, main link, main base, main form[action^="http"]').length,
    handlers: [...document.querySelectorAll('main *')].filter((element) => [...element.attributes].some(({ name }) => name.startsWith('on'))).length,
    links: [...document.querySelectorAll('main a')].filter((link) => !['http:', 'https:'].includes(link.protocol) || link.origin !== location.origin).length,
    ran: typeof window.ran
  }))
  assert.deepEqual(made, { elements: 0, handlers: 0, links: 0, ran: 'undefined' })
  await page.goto('/mailbox')
  await see(page, 'ISVA mailbox')
  const one = await page.locator('main a[href$="/correspondence"]').count()
  assert.ok(one > 0, 'they are listed')
  await priya.leave()
})
