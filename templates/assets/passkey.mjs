// Registers a passkey or signs in with one. A page that does either loads this beside app.mjs and holds
//   <button type="button" data-passkey="register|sign-in" data-options="/url" data-answer="/url">
// The options URL gives what the browser's API takes, with bytes in base64url; the answer URL takes its result, the same
// way, and says where to go: {"location":"/…"}. Both are asked by POST with the form token of the page.

const WORDS = {
  'register': 'Your passkey was not saved. Try again, or use another device or security key',
  'sign-in': 'You were not signed in. Try again, or use another passkey'
}
const UNSUPPORTED = 'This browser cannot use passkeys. Use another browser or device'

for (const button of document.querySelectorAll('button[data-passkey]')) {
  button.addEventListener('click', () => act(button))
}

async function act(button) {
  button.disabled = true
  clearProblem()
  try {
    const { passkey, options, answer } = button.dataset
    if (!window.PublicKeyCredential) return showProblem(button, UNSUPPORTED)
    const { publicKey } = await ask(options, {})
    const credential =
      passkey === 'register'
        ? await navigator.credentials.create({ publicKey: readCreation(publicKey) })
        : await navigator.credentials.get({ publicKey: readRequest(publicKey) })
    const { location: next } = await ask(answer, spell(credential))
    window.location.assign(next)
  } catch {
    // Why it failed (cancelled, timed out, not known) is the browser's and the server's to know, and is said in their logs.
    showProblem(button, WORDS[button.dataset.passkey])
  } finally {
    button.disabled = false
  }
}

async function ask(url, body) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-csrf-token': document.querySelector('meta[name="token"]').content
    },
    body: JSON.stringify(body)
  })
  if (!answer.ok) throw new Error(String(answer.status))
  return answer.json()
}

function bytes(text) {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(plain, (character) => character.charCodeAt(0))
}

function base64url(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer))
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

const readIds = (list) => (list ?? []).map((item) => ({ ...item, id: bytes(item.id) }))

function readCreation(options) {
  return {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: readIds(options.excludeCredentials)
  }
}

function readRequest(options) {
  return {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: readIds(options.allowCredentials)
  }
}

/** A credential as JSON: every part of its answer that is bytes, in base64url. */
function spell(credential) {
  const { response } = credential
  const spelt = { clientDataJSON: base64url(response.clientDataJSON) }
  for (const name of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (response[name]) spelt[name] = base64url(response[name])
  }
  if (response.getTransports) spelt.transports = response.getTransports()
  return {
    id: credential.id,
    rawId: base64url(credential.rawId),
    type: credential.type,
    response: spelt,
    extensions: credential.getClientExtensionResults()
  }
}

const PROBLEM = 'passkey-problem'

function clearProblem() {
  document.getElementById(PROBLEM)?.remove()
}

/** The error summary, made as the layout makes it, first in the page and with the focus. */
function showProblem(button, words) {
  clearProblem()
  button.id ||= 'passkey'
  const summary = make('div', 'govuk-error-summary')
  summary.id = PROBLEM
  summary.tabIndex = -1
  const alert = make('div')
  alert.setAttribute('role', 'alert')
  const body = make('div', 'govuk-error-summary__body')
  const list = make('ul', 'govuk-list govuk-error-summary__list')
  const item = make('li')
  const link = make('a', '', words)
  link.href = `#${button.id}`
  link.addEventListener('click', (event) => {
    event.preventDefault()
    button.focus()
  })
  item.append(link)
  list.append(item)
  body.append(list)
  alert.append(make('h2', 'govuk-error-summary__title', 'There is a problem'), body)
  summary.append(alert)
  document.querySelector('main').prepend(summary)
  summary.focus()
}

function make(name, className = '', text = '') {
  const element = document.createElement(name)
  if (className) element.className = className
  if (text) element.textContent = text
  return element
}
