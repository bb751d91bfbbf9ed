// A message that may not leave as an email is handed over through the police: the officer sees why it is held, takes the words, and
// is asked to record what came of it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comeIn, press, reach, see, site } from './story.mjs'

const BECAME = 'What became of this message'

test('the words of a held message are handed over', async () => {
  const priya = await comeIn('vlo-north-east-1')
  const { page } = priya
  await reach(page, `/victims/${site.victims[0].id}`, 'Maren')
  const path = await page.locator('a[href^="/messages/"]').first().getAttribute('href')
  const plain = await comeIn('vlo-north-east-1', { javaScript: false })
  await reach(plain.page, path, BECAME)
  await plain.leave()

  await reach(page, path, BECAME)
  await press(page, 'Show the words to hand over')
  await see(page, BECAME)
  assert.equal(await page.locator('.govuk-error-summary__list li').count(), 2, 'the route and the reason are missing')
  await page.locator('input[name=route][value=post]').check()
  await page.locator('input[name=why]').first().check()
  await press(page, 'Show the words to hand over')
  assert.match(await page.locator('.govuk-error-summary').innerText(), /No address is verified as safe/)
  await page.locator('input[name=route][value=via-police]').check()
  await page.locator('input[name=why]').first().check()
  await press(page, 'Show the words to hand over')
  await see(page, 'Words to hand over')
  await reach(page, path, BECAME)
  assert.match(await page.locator('main').innerText(), /Record what came of it/)
  await priya.leave()
})
