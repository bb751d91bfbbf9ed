// What every page loads. A page is whole without it; it adds the behaviour of the two libraries and the warning before
// a session ends. It keeps nothing in the browser.
import { initAll as initGovuk } from './govuk-frontend.min.js'
import { initAll as initMoj } from './moj-frontend.min.js'

document.body.classList.add('js-enabled', 'govuk-frontend-supported')
initGovuk()
initMoj()

/** How long before the end the warning comes. */
const WARN_S = 5 * 60
/** How often the remaining time is said, so that a screen reader does not speak without a pause. */
const SAY_EVERY_S = 60
const SAY_EVERY_LAST_MINUTE_S = 15

const idle = document.querySelector('[data-gw-idle]')
if (idle) warnBeforeTheEnd(Number(idle.dataset.gwIdle), idle.dataset.gwAccount)

const held = document.querySelector('[data-gw-countdown]')
if (held) countDown(held, Number(held.dataset.gwCountdown))

// Somebody who comes back from elsewhere goes on by a form of ours; without scripts they press its button.
document.querySelector('form[data-gw-go-on]')?.requestSubmit()

/** How long something can still be taken back. It is not said aloud: the time of day stands in the page already. */
function countDown(element, seconds) {
  const endsAt = Date.now() + seconds * 1000
  const left = document.createElement('strong')
  left.className = 'govuk-tag govuk-tag--yellow'
  element.append(' ', left)
  const look = () => {
    const rest = Math.floor((endsAt - Date.now()) / 1000)
    if (rest < 0) {
      left.textContent = 'It may have left by now'
      clearInterval(ticking)
    } else {
      left.textContent = `${Math.floor(rest / 60)}:${String(rest % 60).padStart(2, '0')} left`
    }
  }
  const ticking = setInterval(look, 1000)
  look()
}

function warnBeforeTheEnd(seconds, account) {
  let ended = false
  let endsAt = Date.now() + seconds * 1000
  let said
  const { dialog, title, remaining, stay } = makeDialog()
  // Several tabs have one session: a page that is opened or extended in one of them lengthens it for all.
  const tabs = new BroadcastChannel('session')
  tabs.onmessage = ({ data }) => (ended ? comeBack() : lengthen(data))
  tabs.postMessage(seconds)
  // A timer stands still while a laptop sleeps, the session does not: the clock decides, not the count of ticks.
  const ticking = setInterval(look, 1000)
  document.addEventListener('visibilitychange', look)

  function lengthen(more) {
    endsAt = Date.now() + more * 1000
    if (dialog.open) dialog.close()
  }

  function look() {
    const left = Math.ceil((endsAt - Date.now()) / 1000)
    if (ended) {
      if (document.visibilityState === 'visible') comeBack()
    } else if (left <= 0) {
      end()
    } else if (left <= WARN_S) {
      say(left)
      if (!dialog.open) dialog.showModal()
    }
  }

  /** What is on the screen is about a person, and does not stay there when nobody is in front of it. What was typed stays in this
   * page, unseen, until the same person has signed in again. */
  function end() {
    ended = true
    clearInterval(ticking)
    showPage(false)
    title.textContent = 'You have been signed out'
    remaining.textContent = 'What you typed on this page is kept here. Sign in again in a new tab, then come back to this one.'
    stay.hidden = true
    dialog.append(linkToSignIn())
    if (!dialog.open) dialog.showModal()
  }

  async function comeBack() {
    const answer = await fetch('/session', { headers: { accept: 'application/json' }, redirect: 'manual' }).catch(() => undefined)
    if (!answer?.ok || !ended) return
    const session = await answer.json()
    if (session.account !== account) return location.replace('/')
    // From here on the page belongs to the new session.
    for (const field of document.querySelectorAll('input[name="token"]')) field.value = session.token
    document.querySelector('meta[name="token"]').content = session.token
    ended = false
    dialog.close()
    showPage(true)
    document.querySelector('.gw-dialog').remove()
    warnBeforeTheEnd(session.idle_s, account)
  }

  function say(left) {
    const step = left > 60 ? SAY_EVERY_S : SAY_EVERY_LAST_MINUTE_S
    const rounded = Math.floor(left / step) * step
    if (rounded === said) return
    said = rounded
    const words = rounded === 0 ? `less than ${count(step, 'second')}` : rounded > 60 ? count(rounded / 60, 'minute') : count(rounded, 'second')
    remaining.textContent = `You will be signed out in ${words} if you do nothing. What you have typed stays on this page.`
  }

  async function extend() {
    stay.disabled = true
    try {
      const answer = await fetch('/session/extend', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-csrf-token': formToken() }
      })
      if (!answer.ok) throw new Error(String(answer.status))
      const { idle_s: more } = await answer.json()
      lengthen(more)
      tabs.postMessage(more)
    } catch {
      remaining.textContent = 'You could not be kept signed in. Sign in again in a new tab; what you have typed stays on this page.'
    } finally {
      stay.disabled = false
    }
  }

  stay.addEventListener('click', extend)
  // Escape means what the button means: whoever presses it is there.
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault()
    if (!ended) extend()
  })
}

function makeDialog() {
  const dialog = document.createElement('dialog')
  dialog.className = 'gw-dialog'
  dialog.setAttribute('aria-labelledby', 'gw-dialog-title')
  dialog.setAttribute('aria-describedby', 'gw-dialog-remaining')
  const title = document.createElement('h2')
  title.className = 'govuk-heading-m'
  title.id = 'gw-dialog-title'
  title.textContent = 'You are about to be signed out'
  const remaining = document.createElement('p')
  remaining.className = 'govuk-body'
  remaining.id = 'gw-dialog-remaining'
  remaining.setAttribute('aria-live', 'polite')
  const stay = document.createElement('button')
  stay.type = 'button'
  stay.className = 'govuk-button'
  stay.textContent = 'Stay signed in'
  dialog.append(title, remaining, stay)
  document.body.append(dialog)
  return { dialog, title, remaining, stay }
}

function linkToSignIn() {
  const link = document.createElement('a')
  link.className = 'govuk-link'
  link.href = '/sign-in'
  link.target = '_blank'
  link.rel = 'noopener'
  link.textContent = 'Sign in in a new tab'
  return link
}

/** Everything of the page but the dialog. Its title says nothing of it meanwhile. */
function showPage(shown) {
  for (const part of document.body.children) {
    if (!part.classList.contains('gw-dialog') && part.tagName !== 'SCRIPT') part.classList.toggle('gw-unseen', !shown)
  }
  if (!shown) hiddenTitle = document.title
  document.title = shown ? hiddenTitle : 'Signed out'
}
let hiddenTitle = document.title

const count = (number, thing) => `${number} ${thing}${number === 1 ? '' : 's'}`

/** The form token of this page. */
function formToken() {
  return document.querySelector('meta[name="token"]').content
}
