// A real browser for the tests: Debian's Chromium, with everything that a page complains of collected. A visit that ends with
// a complaint (a console error, an exception, something the content security policy refused, a file that did not come) is
// a failed test.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { withoutScripts } from './check.mjs'

export { checkPage } from './check.mjs'

/** Where Debian's package puts it. */
const CHROMIUM = '/usr/bin/chromium'
/** How long one step may take; a machine with two cores runs other tests beside this one. */
const STEP_MS = 30_000

/** What the browser reports of the document itself when its status is 4xx: stories ask for refusals on purpose. */
const REFUSED_DOCUMENT = /^Failed to load resource: the server responded with a status of 4\d\d/

export async function launch() {
  assert.ok(existsSync(CHROMIUM), `${CHROMIUM} is not there: tools/install.sh test installs it`)
  return chromium.launch({
    executablePath: CHROMIUM,
    // No sandbox: build machines run this as root in a container. The pages are our own.
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
  })
}

/**
 * Somebody's browser: a context of its own and one page.
 *
 * `origin`: what paths are relative to. `session`: the value of a session cookie that the house made. `javaScript`: false
 * for a browser without. `passkeys`: true for one that can hold passkeys.
 */
export async function visit(browser, { origin, session, javaScript = true, passkeys = false } = {}) {
  const context = await browser.newContext({
    baseURL: origin,
    ignoreHTTPSErrors: true,
    javaScriptEnabled: javaScript,
    locale: 'en-GB',
    timezoneId: 'Europe/London'
  })
  context.setDefaultTimeout(STEP_MS)
  const complaints = []
  if (session) {
    const cookie = { name: '__Host-session', value: session, url: origin, secure: true, httpOnly: true, sameSite: 'Strict' }
    await context.addCookies([cookie])
  }
  if (javaScript) await context.addInitScript(reportPolicy)
  const page = await context.newPage()
  if (!javaScript) withoutScripts.add(page)
  listen(page, complaints, origin)
  const authenticator = passkeys ? await addAuthenticator(context, page) : undefined
  return {
    context,
    page,
    authenticator,
    complaints,
    /** Ends the visit, and fails when a page complained. */
    async leave() {
      await context.close()
      assert.deepEqual(complaints, [], 'the pages complained')
    }
  }
}

/** Runs in the page: what the policy refuses becomes a console error even where the browser says nothing of it. */
function reportPolicy() {
  document.addEventListener('securitypolicyviolation', (event) => {
    console.error(`content security policy: ${event.effectiveDirective} refuses ${event.blockedURI}`)
  })
}

function listen(page, complaints, origin) {
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`)
    dialog.dismiss()
  })
  page.on('request', (request) => {
    const url = new URL(request.url())
    const own = url.origin === origin || url.protocol === 'data:' || request.isNavigationRequest()
    if (!own) complaints.push(`a request to ${url.origin}`)
  })
  page.on('console', (message) => {
    if (message.type() !== 'error') return
    const { url } = message.location()
    if (REFUSED_DOCUMENT.test(message.text()) && url === page.url()) return
    complaints.push(`console: ${message.text()} (${url})`)
  })
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`))
  page.on('response', (response) => {
    if (response.status() < 400 || response.request().isNavigationRequest()) return
    complaints.push(`${response.status()} for ${response.url()}`)
  })
}

/** An authenticator that is built in, knows its user and is touched by itself. It belongs to this page. */
async function addAuthenticator(context, page) {
  const devtools = await context.newCDPSession(page)
  await devtools.send('WebAuthn.enable', { enableUI: false })
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true
    }
  })
  return {
    async credentials() {
      const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId })
      return credentials
    },
    /** Whether the person at the device is known to it (a finger, a PIN). */
    async setVerified(isUserVerified) {
      await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified })
    }
  }
}
