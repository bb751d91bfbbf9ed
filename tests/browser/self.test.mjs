// Each check fails on a page that is broken in the way it looks for, and passes a page that is not.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { checkPage, launch, visit } from './house.mjs'

/** Between head and body: what makes the page whole. */
const page = ({ head = '', body = '' }) => `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>A page</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<style>:focus{outline:3px solid #000} a{color:#1a65a6}</style>${head}</head>
<body><main><h1>A page</h1><p><a href="#end">A link</a></p>
<form><label for="name">Name</label> <input id="name" autocomplete="off">
<fieldset><legend>One</legend><input type="radio" name="one" id="a"><label for="a">A</label><input type="radio" name="one" id="b"><label for="b">B</label></fieldset>
<button type="button">Go on</button></form>${body}<p id="end">The end.</p></main></body></html>`

/** What is broken, and what is said of it. */
const BROKEN = {
  'a picture without words': [{ body: '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">' }, /axe at 1280 px: image-alt/],
  'pale words': [{ body: '<p style="color:#bbb">Hardly to be read</p>' }, /axe at 1280 px: color-contrast/],
  'pale words on a phone alone': [{ head: '<style>@media(max-width:600px){.p{color:#bbb}}</style>', body: '<p class="p">Hardly</p>' }, /axe at 375 px: color-contrast/],
  'a field without a label': [{ body: '<input autocomplete="off">' }, /axe at 1280 px: label/],
  'something wide': [{ body: '<div style="width:400px">Wide</div>' }, /400 px wide on a screen of 320|px wide on a screen of 320/],
  'a link that Tab passes by': [{ body: '<a href="#end" tabindex="-1">Not reached</a>' }, /Tab does not reach <a href="#end" tabindex="-1"/],
  'a button made of a box': [{ body: '<div role="button">Not reached</div>' }, /Tab does not reach <div role="button"/],
  'a focus that is not shown': [{ head: '<style>button:focus{outline:none}</style>' }, /the focus is not to be seen: <button/],
  'a focus below something': [{ body: '<div style="position:fixed;inset:0;background:#fff"></div>' }, /what has the focus is covered/],
  'a trap': [{ body: '<script>document.querySelector("#name").addEventListener("blur", (e) => e.target.focus())</script>' }, /Tab does not leave/],
  'a second h1': [{ body: '<h1>Another</h1>' }, /2 elements h1/],
  'an error that the title does not say': [{ body: '<div class="govuk-error-summary"><a href="#name">Enter a name</a></div>' }, /a title without "Error: "/],
  'an error that leads nowhere': [{ body: '<div class="govuk-error-summary"><a href="#nowhere">Enter a name</a></div>' }, /links to #nowhere/]
}

/** What a page complains of, and in which words. */
const COMPLAINING = {
  'a console error': [{ body: '<script>console.error("so and so")</script>' }, /console: so and so/],
  'an exception': [{ body: '<script>throw new Error("no such thing")</script>' }, /exception: no such thing/],
  'what the policy refuses': [{ body: '<script src="https://elsewhere.example/a.js"></script>' }, /content security policy: script-src-elem|violates the following Content Security Policy/],
  'a style that the policy refuses': [{ head: '<link rel="stylesheet" href="https://elsewhere.example/a.css">' }, /content security policy: style-src-elem|violates the following Content Security Policy/],
  'a dialog': [{ body: '<script>alert("you have been had")</script>' }, /dialog: you have been had/],
  'something from elsewhere': [{ body: '<video src="https://elsewhere.example/a.mp4"></video>' }, /a request to https:\/\/elsewhere\.example/],
  'a file that is not there': [{ head: '<link rel="stylesheet" href="/no-such.css">' }, /404 for .*no-such\.css/]
}

const pages = { '/whole': page({}) }
for (const [name, [parts]] of Object.entries({ ...BROKEN, ...COMPLAINING })) pages[`/${encodeURIComponent(name)}`] = page(parts)

let browser
let server
let origin
const folder = mkdtempSync(join(tmpdir(), 'browser-self-'))

before(async () => {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'], { stdio: 'ignore' })
  server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    const html = pages[request.url]
    response.writeHead(html ? 200 : 404, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; script-src 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src data:; media-src https://elsewhere.example"
    })
    response.end(html ?? '')
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  origin = `https://localhost:${server.address().port}`
  browser = await launch()
})

after(async () => {
  await browser?.close()
  server?.close()
  rmSync(folder, { recursive: true, force: true })
})

for (const javaScript of [true, false]) {
  test(`a whole page passes, ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
    const visitor = await visit(browser, { origin, javaScript })
    await visitor.page.goto('/whole')
    await checkPage(visitor.page)
    await visitor.leave()
  })
}

for (const [name, [, words]] of Object.entries(BROKEN)) {
  test(`refused: ${name}`, async () => {
    const visitor = await visit(browser, { origin })
    await visitor.page.goto(`/${encodeURIComponent(name)}`)
    await assert.rejects(checkPage(visitor.page), words)
    await visitor.context.close()
  })
}

test('refused without JavaScript too: pale words', async () => {
  const visitor = await visit(browser, { origin, javaScript: false })
  await visitor.page.goto(`/${encodeURIComponent('pale words')}`)
  await assert.rejects(checkPage(visitor.page), /axe at 1280 px: color-contrast/)
  await visitor.context.close()
})

for (const [name, [, words]] of Object.entries(COMPLAINING)) {
  test(`refused at leaving: ${name}`, async () => {
    const visitor = await visit(browser, { origin })
    await visitor.page.goto(`/${encodeURIComponent(name)}`)
    await assert.rejects(visitor.leave(), (failure) => words.test(JSON.stringify(failure.actual)))
  })
}

test('a passkey is made and used, and refused to somebody the device does not know', async () => {
  const visitor = await visit(browser, { origin, passkeys: true })
  await visitor.page.goto('/whole')
  await visitor.page.evaluate(async () => {
    const challenge = new Uint8Array(32)
    const user = { id: new Uint8Array([1]), name: 'a', displayName: 'A' }
    const publicKey = { challenge, user, rp: { name: 'A' }, pubKeyCredParams: [{ type: 'public-key', alg: -7 }], authenticatorSelection: { residentKey: 'required', userVerification: 'required' } }
    await navigator.credentials.create({ publicKey })
    await navigator.credentials.get({ publicKey: { challenge, userVerification: 'required' } })
  })
  assert.equal((await visitor.authenticator.credentials()).length, 1)
  await visitor.authenticator.setVerified(false)
  const again = visitor.page.evaluate(() => navigator.credentials.get({ publicKey: { challenge: new Uint8Array(32), userVerification: 'required', timeout: 2000 } }))
  await assert.rejects(again, /NotAllowedError/)
  await visitor.leave()
})
