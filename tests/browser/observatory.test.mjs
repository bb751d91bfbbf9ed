// What MDN's HTTP Observatory gives the running door: its own scan, over TLS with the door's certificate, nothing in between.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { comeIn, open, site, stranger } from './story.mjs'

/** Of 145: loopback cannot be a host that browsers know beforehand to be HTTPS only, and a page that sets no cookie gains nothing by it. */
const SCORE_MIN = 130

async function grade(path, cookie) {
  const page = `${new URL(site.origin).host}${path}`
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: site.certificate }
  const script = new URL('../observatory/grade.mjs', import.meta.url).pathname
  const { stdout } = await promisify(execFile)(process.execPath, [script, page, ...(cookie ? [cookie] : [])], { env })
  return JSON.parse(stdout)
}

/** The best grade, for an answer of 200 whose certificate was found good; every one of its tests passed. */
function assertBest({ scan, tests, heading }, page) {
  const points = Object.entries(tests).map(([name, { result, scoreModifier }]) => `${name}: ${result} ${scoreModifier}`)
  const said = `${scan.grade} ${scan.score}\n${points.join('\n')}`
  assert.equal(heading, page, 'this page was graded')
  assert.equal(scan.statusCode, 200, said)
  assert.equal(tests['strict-transport-security'].result, 'hsts-implemented-max-age-at-least-six-months', said)
  assert.equal(scan.grade, 'A+', said)
  assert.equal(scan.testsFailed, 0, said)
  assert.ok(scan.score >= SCORE_MIN, said)
}

test('the page to sign in on', async () => {
  const other = await stranger()
  await open(other.page, '/sign-in', 'Sign in')
  await other.leave()
  assertBest(await grade('/sign-in'), 'Sign in')
})

test('a page of somebody who is signed in', async () => {
  const priya = await comeIn('vlo-north-east-1')
  await open(priya.page, '/work', 'My work')
  const cookie = `__Host-session=${site.sessions['vlo-north-east-1']}`
  assertBest(await grade('/work', cookie), 'My work')
  await priya.leave()
})
