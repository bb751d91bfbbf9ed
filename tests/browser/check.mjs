// What every page has to be, whatever is on it.
import assert from 'node:assert/strict'
import { appendFileSync } from 'node:fs'
import AxeBuilder from '@axe-core/playwright'
import { checkKeyboard } from './keyboard.mjs'

/** WCAG 2.2, levels A and AA. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const DESKTOP = { width: 1280, height: 900 }
const PHONE = { width: 375, height: 800 }
/** What a page of 1280 px shows at 400 % (WCAG 1.4.10). */
const ENLARGED = { width: 320, height: 640 }

/** Fails with everything that is wrong with the page as it stands; leaves it at desktop size. */
export async function checkPage(page) {
  // The house compares what was checked with everything that can be asked for.
  if (process.env.GATEWAY_CHECKED) appendFileSync(process.env.GATEWAY_CHECKED, `${new URL(page.url()).pathname}\n`)
  const state = await page.content()
  // A page that is, but for ids, the token and the time, what was found whole before, is whole.
  const known = `${withoutScripts.has(page)} ${state.replace(/[0-9a-f]{32}|token" (value|content)="[^"]*"|\d+:\d\d left/g, '')}`
  if (whole.has(known)) return
  const copy = withoutScripts.has(page) ? await copyPage(page, state) : undefined
  const wrong = await findFaults(copy ?? page)
  await copy?.context().close()
  if (wrong.length > 0) assert.fail(`${new URL(page.url()).pathname}:\n${wrong.join('\n')}`)
  whole.add(known)
}

/** What was found to be as it should be. */
const whole = new Set()

/** The pages of browsers without JavaScript. */
export const withoutScripts = new WeakSet()

/** The checks are scripts themselves. What a browser without JavaScript shows is put, without its scripts, into one with. */
async function copyPage(page, state) {
  const html = state.replace(/<script\b[^]*?<\/script>/g, '').replace(/<\/?noscript>/g, '')
  const context = await page.context().browser().newContext({ ignoreHTTPSErrors: true })
  const copy = await context.newPage()
  await copy.route(page.url(), (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', body: html }), { times: 1 })
  await copy.goto(page.url())
  return copy
}

async function findFaults(page) {
  const wrong = []
  for (const size of [PHONE, DESKTOP]) {
    await resize(page, size)
    wrong.push(...(await askAxe(page, size.width)))
  }
  await resize(page, ENLARGED)
  wrong.push(...(await findOverflow(page)))
  await resize(page, DESKTOP)
  return [...wrong, ...(await checkFrame(page)), ...(await checkKeyboard(page))]
}

/** Tabs become a list and a menu folds up when a script hears of the new size, which is a moment later. */
async function resize(page, size) {
  await page.setViewportSize(size)
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(drawn, 20)))))
}

async function askAxe(page, width) {
  // Legacy mode looks into no frames of other origins; there are no frames here.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).withTags(TAGS).analyze()
  return violations.flatMap((violation) =>
    violation.nodes.map((node) => `axe at ${width} px: ${violation.id}: ${node.html.slice(0, 200)}: ${node.failureSummary}`)
  )
}

/** Nothing is wider than the screen: one would have to move it sideways to read each line. */
async function findOverflow(page) {
  return page.evaluate(() => {
    const root = document.documentElement
    if (root.scrollWidth <= root.clientWidth) return []
    const wide = [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > root.clientWidth + 1)
    const innermost = wide.filter((element) => !wide.some((other) => other !== element && element.contains(other)))
    const names = innermost.slice(0, 5).map((element) => element.outerHTML.slice(0, 120))
    return [`${root.scrollWidth} px wide on a screen of ${root.clientWidth}: ${names.join(' | ')}`]
  })
}

/** One heading says what the page is, and a page with a problem says so in its title and first of all. */
async function checkFrame(page) {
  return page.evaluate(() => {
    const wrong = []
    const headings = document.querySelectorAll('h1').length
    if (headings !== 1) wrong.push(`${headings} elements h1 instead of one`)
    const summary = document.querySelector('.govuk-error-summary')
    // A problem that a script met (a passkey that failed) came after the title.
    if (summary && !summary.id && !document.title.startsWith('Error: ')) wrong.push('an error summary, and a title without "Error: "')
    for (const link of document.querySelectorAll('.govuk-error-summary a')) {
      if (!document.querySelector(link.getAttribute('href'))) wrong.push(`the error summary links to ${link.getAttribute('href')}, which is not there`)
    }
    return wrong
  })
}
