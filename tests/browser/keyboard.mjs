// Whoever works without a mouse reaches everything by Tab, sees where they are, and gets out again.

/** What somebody can act on. A tab of a tab list is reached by arrow keys from the one that is chosen. */
const INTERACTIVE = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"], [role=button], [role=link], [onclick]'

export async function checkKeyboard(page) {
  const count = await page.evaluate(prepare, INTERACTIVE)
  const wrong = []
  // More stops than elements: scrolling areas are stops too. Twice as many is a trap.
  for (let stop = 0; stop < count * 2 + 10; stop++) {
    await page.keyboard.press('Tab')
    const found = await page.evaluate(lookAtFocus)
    if (found.wrong) wrong.push(found.wrong)
    if (found.end) return [...wrong, ...(await page.evaluate(listUnreached))]
  }
  const trapped = await page.evaluate(() => document.activeElement.outerHTML.slice(0, 160))
  return [...wrong, `keyboard: Tab does not leave ${trapped}`, ...(await page.evaluate(listUnreached))]
}

/** Runs in the page: notes how everything looks without the focus, and goes to the beginning of the document. */
function prepare(interactive) {
  // Nothing is in between: a look that is still changing is neither with nor without the focus.
  for (const animation of document.getAnimations()) animation.finish()
  const shown = (element) => {
    if (element.disabled || element.role === 'tab' || element.closest('[inert]')) return false
    return element.checkVisibility({ visibilityProperty: true })
  }
  // How an element and what is drawn for it looks: a radio button is drawn by its label, a tile by what is inside it.
  const look = (element) => {
    const parts = [element, element.parentElement, ...(element.labels ?? []), ...element.children].filter(Boolean)
    return parts.flatMap((part) => ['', '::before', '::after'].map((pseudo) => {
      const style = getComputedStyle(part, pseudo)
      const outline = style.outlineStyle === 'none' ? 'none' : `${style.outlineStyle} ${style.outlineWidth} ${style.outlineColor}`
      const { backgroundColor, boxShadow, borderColor, borderWidth, textDecoration, color } = style
      return [outline, backgroundColor, boxShadow, borderColor, borderWidth, textDecoration, color].join(';')
    })).join('|')
  }
  // While a dialog is open, what is behind it is out of reach, and has to be.
  const root = document.querySelector('dialog:modal') ?? document.body
  const before = root.getAttribute('tabindex')
  root.tabIndex = -1
  root.focus()
  root.blur()
  if (before === null) root.removeAttribute('tabindex')
  const elements = [...root.querySelectorAll(interactive)].filter(shown)
  window.gwKeyboard = { look, elements, plain: new Map(elements.map((element) => [element, look(element)])), reached: new Set() }
  return elements.length
}

/** Runs in the page after each Tab. */
function lookAtFocus() {
  const { look, plain, reached } = window.gwKeyboard
  const element = document.activeElement
  if (!element || element === document.body || element === document.documentElement) return { end: true }
  if (reached.has(element)) return element === [...reached][0] ? { end: true } : {}
  reached.add(element)
  const name = element.outerHTML.slice(0, 160)
  const box = element.getBoundingClientRect()
  const [x, y] = [box.left + box.width / 2, box.top + Math.min(box.height / 2, 20)]
  if (box.width < 1 || box.height < 1) return { wrong: `keyboard: the focus is on something without a size: ${name}` }
  if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) return { wrong: `keyboard: the focus is outside the screen: ${name}` }
  const top = document.elementFromPoint(x, y)
  const mine = [element, ...(element.labels ?? [])].some((part) => part.contains(top) || top?.contains(part))
  if (!mine) return { wrong: `keyboard: what has the focus is covered: ${name}` }
  if (plain.has(element) && plain.get(element) === look(element)) return { wrong: `keyboard: the focus is not to be seen: ${name}` }
  return {}
}

/** Runs in the page: what Tab did not come to. One radio button stands for its group. */
function listUnreached() {
  const { elements, reached } = window.gwKeyboard
  const groups = new Set([...reached].filter((element) => element.type === 'radio').map((element) => element.name))
  const missed = elements.filter((element) => !reached.has(element) && !(element.type === 'radio' && groups.has(element.name)))
  return missed.map((element) => `keyboard: Tab does not reach ${element.outerHTML.slice(0, 160)}`)
}
