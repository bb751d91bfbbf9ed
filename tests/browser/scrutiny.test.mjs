// Scrutiny: a manager draws letters, takes out by whom somebody could be recognised, and names a reviewer; the reviewer reads
// and answers; what they found stands beside the template.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comeIn, fill, follow, open, press, see, seeProblems } from './story.mjs'

const SCRUTINY = 'Scrutiny of letters'
const READY = 'Make a letter ready for scrutiny'

async function makeReady(page, title) {
  await follow(page, title)
  await see(page, READY)
  const main = await page.locator('main').innerText()
  assert.match(main, /\[preferred name\]/)
  await press(page, 'Let reviewers read it')
  await seeProblems(page, ['Confirm that nobody can be recognised, or leave the letter out'])
  if ((await page.locator('#words-1').count()) > 0) {
    assert.match(await page.locator('#words-1').inputValue(), /^Maren/)
    await page.locator('#confirmed').check()
    await press(page, 'Let reviewers read it')
    await seeProblems(page, ['Take out a name, or a part of one; a day'])
    await see(page, READY)
    await fill(page, { 'words-1': '[Name], your diary does not meet the test.' })
  }
  await page.locator('#confirmed').check()
  await press(page, 'Let reviewers read it')
  await see(page, SCRUTINY)
}

test('a manager draws letters, makes them ready and names a reviewer', async () => {
  const ruth = await comeIn('ruth.okafor')
  const { page } = ruth
  await open(page, '/scrutiny', SCRUTINY)
  await press(page, 'Draw letters')
  await seeProblems(page, ['Select one of your Areas'])
  await page.locator('#draw-area').selectOption('north-east')
  await press(page, 'Draw letters')
  await see(page, SCRUTINY)
  for (const title of ['Decision not to charge', 'Introduction of the Victim Liaison Officer']) {
    await makeReady(page, title)
  }
  assert.match(await page.locator('main').innerText(), /No letter waits to be made ready/)
  await press(page, 'Name as a reviewer')
  await seeProblems(page, ['Select one of your Areas', 'Enter the registered email address'])
  await page.locator('#area').selectOption('north-east')
  await fill(page, { address: 'tomas.ferrier@lantern.example' })
  await press(page, 'Name as a reviewer')
  await see(page, SCRUTINY)
  assert.match(await page.locator('main').innerText(), /Tomas Ferrier/)
  await ruth.leave()
})

for (const javaScript of [true, false]) {
  const how = javaScript ? 'with' : 'without'
  test(`a reviewer reads a letter and says what they think, ${how} JavaScript`, async () => {
    const tomas = await comeIn('tomas', { javaScript })
    const { page } = tomas
    await open(page, '/adviser/scrutiny', 'Letters to review')
    await follow(page, javaScript ? 'Decision not to charge' : 'Introduction of the Victim Liaison Officer')
    await see(page, 'A letter to review')
    assert.doesNotMatch(await page.locator('main').innerText(), /Maren|Holloway|marzipan/)
    await press(page, 'Send what I think')
    await seeProblems(page, Array(6).fill('Select an answer'))
    await see(page, 'A letter to review')
    for (const name of ['correct', 'plain-words', 'explained', 'empathy', 'what-is-next', 'good-enough']) {
      await page.locator(`input[name=${name}][value=partly]`).check()
    }
    await fill(page, { comment: 'Explain what a prosecutor is.' })
    await press(page, 'Send what I think')
    await see(page, 'Letters to review')
    await tomas.leave()
  })
}

test('what reviewers found stands beside the template', async () => {
  const ruth = await comeIn('ruth.okafor')
  const { page } = ruth
  await open(page, '/scrutiny', SCRUTINY)
  await follow(page, 'What they found')
  await see(page, 'What reviewers found')
  assert.match(await page.locator('main').innerText(), /Explain what a prosecutor is/)
  await open(page, '/scrutiny', SCRUTINY)
  await press(page, /^End this/)
  assert.match(await page.locator('main').innerText(), /Nobody reviews letters of your Areas/)
  const tomas = await comeIn('tomas')
  await open(tomas.page, '/adviser/scrutiny', 'Letters to review')
  assert.match(await tomas.page.locator('main').innerText(), /No CPS Area has asked you/)
  await tomas.leave()
  await ruth.leave()
})
