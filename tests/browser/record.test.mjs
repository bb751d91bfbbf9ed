// The pages of a record that no other story comes by: people and details, who helps and what they may be told, and what advisers
// wrote.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { comeIn, follow, open, press, reach, see, seeProblems, site } from './story.mjs'

/** The first link of a page that leads to such an address. */
async function hrefOf(page, pattern) {
  const all = await page.locator('main a').evaluateAll((links) => links.map((link) => link.getAttribute('href')))
  const found = all.find((href) => pattern.test(href))
  assert.ok(found, `no link like ${pattern} among ${all}`)
  return found
}

const { id } = site.victims[0]

test('people are added to cases, and their details change', async () => {
  const priya = await comeIn('vlo-north-east-1')
  const { page } = priya
  await open(page, '/cases/new', await headingOf(page, '/cases/new'))
  await press(page, await submitOf(page))
  await seeAgain(page)
  await reach(page, `/victims/${id}`)
  const record = await hrefOf(page, /^\/cases\/[0-9a-f]{32}$/)
  await page.goto(record)
  for (const further of ['people/new', 'charging']) await reach(page, `${record}/${further}`)
  await reach(page, `/victims/${id}/details`)
  await reach(page, await hrefOf(page, /details\/change/))
  await press(page, await submitOf(page))
  await seeAgain(page)
  await priya.leave()
})

test('who helps is added and changed, and a consent recorded', async () => {
  const priya = await comeIn('vlo-north-east-1')
  const { page } = priya
  const support = `/victims/${id}/support`
  await reach(page, support)
  const kinds = await kindsOf(page)
  assert.ok(kinds.length > 1, 'several kinds of people may help')
  for (const href of kinds) await reach(page, href)
  await reach(page, support)
  const one = await hrefOf(page, /support\/[0-9a-f]{32}$/)
  await reach(page, one)
  await reach(page, `${one}/change`)
  await reach(page, `${one}/write`, 'Write to an adviser')
  await press(page, 'Check the message')
  await seeProblems(page, ['Select what it is about', 'Write the message'])
  await see(page, 'Write to an adviser')
  await reach(page, `${one}/consent`)
  await press(page, await submitOf(page))
  await seeAgain(page)
  await priya.leave()
})

test('a prosecutor writes the words for an answer', async () => {
  const priya = await comeIn('vlo-north-east-1')
  const { page } = priya
  await reach(page, `/victims/${id}/correspondence`)
  await follow(page, 'Look at this message and answer it', { exact: false })
  await see(page, 'A message from an adviser')
  const path = new URL(page.url()).pathname
  await press(page, 'Ask a prosecutor')
  await seeProblems(page, ['Write what you ask the prosecutor'])
  await page.locator('#question').fill('May we say that the screen was granted?')
  await press(page, 'Ask a prosecutor')
  await see(page, 'A message from an adviser')
  assert.match(await page.locator('main').innerText(), /With the prosecutor since/)
  assert.equal(await page.locator('#answer').count(), 0, 'nobody answers meanwhile')

  const nadia = await comeIn('nadia.cole')
  await open(nadia.page, '/questions', 'Questions for a prosecutor')
  await reach(nadia.page, await hrefOf(nadia.page, /\/questions\/[0-9a-f]{32}$/), 'A question for a prosecutor')
  assert.match(await nadia.page.locator('main').innerText(), /May we say that the screen was granted/)
  await press(nadia.page, 'Return the question')
  await seeProblems(nadia.page, ['Write why you return the question'])
  await nadia.page.locator('#answer').fill('The court has granted a screen.')
  await press(nadia.page, 'Give the words to the officer')
  await see(nadia.page, 'Questions for a prosecutor')
  assert.match(await nadia.page.locator('main').innerText(), /No question waits/)
  await nadia.leave()

  await reach(page, path, 'A message from an adviser')
  assert.match(await page.locator('main').innerText(), /The prosecutor wrote words for the answer/)
  assert.equal(await page.locator('#answer').inputValue(), 'The court has granted a screen.')
  await priya.leave()
})

test('a file that came with a message is saved and never shown', async () => {
  const priya = await comeIn('vlo-north-east-1')
  const { page } = priya
  await reach(page, `/victims/${id}/correspondence`)
  const files = await page.locator('main li').allInnerTexts()
  assert.deepEqual(files.length, 2)
  assert.match(files[0], /^<b>letter\.pdf: PDF, \d+ bytes\. Download file 1$/)
  assert.match(files[1], /^page\.html: text\/html, \d+ bytes\. Not kept: it is of no kind that this mailbox takes\.$/)
  const coming = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download file 1' }).click()
  const download = await coming
  assert.match(download.suggestedFilename(), /^message-\d{4}-\d\d-\d\d-file-1\.pdf$/)
  const held = await readFile(await download.path(), 'utf8')
  assert.match(held, /^%PDF-1\.7\n/)
  assert.match(new URL(page.url()).pathname, /correspondence$/, 'the page stays')
  await priya.leave()
})

test('what may be evidence is given to a prosecutor, who says that it is none', async () => {
  const priya = await comeIn('vlo-north-east-1')
  const { page } = priya
  await reach(page, `/victims/${id}/correspondence`)
  await follow(page, 'Look at this message and answer it', { exact: false })
  await press(page, 'Give it to a prosecutor')
  await see(page, 'A message from an adviser')
  assert.match(await page.locator('main').innerText(), /This message may be evidence\. Do not forward it/)
  assert.equal(await page.getByRole('link', { name: 'Download file 1' }).count(), 0)

  const nadia = await comeIn('nadia.cole')
  await open(nadia.page, '/questions', 'Questions for a prosecutor')
  await reach(nadia.page, await hrefOf(nadia.page, /\/evidence\/[0-9a-f]{32}$/), 'What may be evidence')
  assert.equal(await nadia.page.getByRole('link', { name: 'Download file 1' }).count(), 1)
  await press(nadia.page, 'It is no evidence')
  await see(nadia.page, 'Questions for a prosecutor')
  assert.match(await nadia.page.locator('main').innerText(), /Nothing that may be evidence waits/)
  await nadia.leave()

  await page.reload()
  assert.equal(await page.getByRole('link', { name: 'Download file 1' }).count(), 1)
  await priya.leave()
})

for (const javaScript of [true, false]) {
  test(`what advisers wrote is read, and what waits is decided, ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
    const priya = await comeIn('vlo-north-east-1', { javaScript })
    const { page } = priya
    await open(page, '/mailbox', 'ISVA mailbox')
    await follow(page, 'Read and decide', { exact: false })
    await see(page, 'A message that waits')
    assert.match(await page.locator('main').innerText(), /It names no case and answers no message of ours/)
    await press(page, 'File it')
    await see(page, 'A message that waits')
    await seeProblems(page, ['Select whose record it belongs to'])
    if (javaScript) {
      await press(page, 'Do not file it')
      await seeProblems(page, ['Select why it is not filed'])
      await page.locator('input[name=why]').first().check()
      await press(page, 'Do not file it')
      await see(page, 'ISVA mailbox')
    } else {
      await page.locator('input[name=victim]').first().check()
      await press(page, 'File it')
    }
    await reach(page, `/victims/${id}/correspondence`, 'Messages from advisers')
    const said = await page.locator('main').innerText()
    assert.match(said, /may she give evidence from behind a screen/)
    assert.equal(/How is she/.test(said), !javaScript)
    if (javaScript) await answerIt(page)
    else assert.match(said, /An answer is drafted and has not been approved/)
    await priya.leave()
  })
}

/** The officer answers, and comes to the message as the adviser would get it. */
async function answerIt(page) {
  await follow(page, 'Look at this message and answer it', { exact: false })
  await see(page, 'A message from an adviser')
  await page.locator('#answer').fill('')
  await press(page, 'Check the answer')
  await see(page, 'A message from an adviser')
  await seeProblems(page, ['Write the answer'])
  await page.locator('#answer').fill('The court has been asked for a screen.')
  await press(page, 'Check the answer')
  await see(page, 'Check the message before you send it')
  const draft = await page.locator('main').innerText()
  assert.match(draft, /Dana Whitlock, an adviser: d•••••@haven\.example/)
  assert.match(draft, /The court has been asked for a screen\./)
}

const headingOf = async (page, path) => {
  await page.goto(path)
  return page.locator('h1').innerText()
}
const submitOf = async (page) => (await page.locator('main form button[type=submit]').first().innerText()).trim()
const kindsOf = async (page) => {
  const all = await page.locator('main a').evaluateAll((links) => links.map((link) => link.getAttribute('href')))
  return all.filter((href) => href.includes('/support/new?'))
}
/** The form once more, with what is wrong. */
async function seeAgain(page) {
  assert.ok((await page.locator('.govuk-error-summary__list li').count()) > 0, 'what is missing is said')
  await see(page, await page.locator('h1').innerText())
}
