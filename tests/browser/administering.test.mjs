// An administrator looks at what the service works with, tries the relay out, and finds nothing of a case anywhere.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comeIn, follow, open, press, see, site } from './story.mjs'

/** Each page with its heading, as the links of the first one name it. */
const PAGES = {
  Messages: 'Messages that do not arrive',
  Mail: 'Mail',
  Templates: 'Templates',
  Rulebook: 'Rulebook',
  'Bank holidays': 'Bank holidays',
  Keys: 'Keys',
  Areas: 'Areas',
  'Services and advisers': 'Services and advisers'
}

/** Nothing of the case stands on the page as it is. */
async function seeNothingOfTheCase(page) {
  const html = await page.content()
  for (const word of site.secrets) assert.ok(!html.includes(word), `${page.url()} shows ${word}`)
}

for (const javaScript of [true, false]) {
  test(`the service is looked after, ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
    const nadia = await comeIn('nadia.rahman', { javaScript })
    const { page } = nadia
    await open(page, '/accounts', 'Accounts')
    await follow(page, 'Administration')
    await see(page, 'Administration')
    await seeNothingOfTheCase(page)
    for (const [name, heading] of Object.entries(PAGES)) {
      await follow(page, `Look at ${name}`)
      await see(page, heading)
      await seeNothingOfTheCase(page)
      await follow(page, 'Back')
    }
    await page.goto('/house/messages')
    assert.match(await page.locator('main').innerText(), /Held, a person decides/)
    await page.goto('/house/mail')
    await press(page, 'Test the relay now')
    await see(page, 'Mail')
    assert.match(await page.locator('main').innerText(), /The relay works\./)
    await press(page, 'Ask about the domain again')
    await see(page, 'Mail')
    assert.match(await page.locator('main').innerText(), /It is not known whether there is a record/)
    await nadia.leave()
  })
}
