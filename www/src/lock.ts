/** The page behind panels that cover it: it stays where it is, and moves again once none covers it. */

/** The panels that cover it. */
const panels = new Set<object>()

let release: (() => void) | undefined

/** Says of a panel whether it covers the page. */
export function lock(panel: object, covers: boolean): void {
  if (covers) panels.add(panel)
  else panels.delete(panel)
  if (panels.size) release ??= hold()
  else {
    release?.()
    release = undefined
  }
}

/** Keeps the page from being scrolled, without a change in how it is laid out; what this gives takes all of it back. */
function hold(): () => void {
  const { documentElement: root, body, scrollingElement } = document
  const { href } = location
  const places = [scrollingElement, body].map((element) => [element, element?.scrollLeft, element?.scrollTop] as const)
  const ends: (() => void)[] = []
  // The viewport scrolls as the root says, or as the body says where the root says nothing; where both do, the body scrolls too.
  const speaking = [root, body].filter((element) => element && getComputedStyle(element).overflow !== 'visible')
  for (const element of speaking[0] ? speaking : [root]) {
    const before = root.getBoundingClientRect().width
    const inside = element.clientWidth
    for (const axis of ['x', 'y']) ends.push(pin(element, `overflow-${axis}`, 'hidden'))
    // Where a scroll bar went, its room stays: within the body beside what scrolls, and within the viewport under the panel.
    if (root.getBoundingClientRect().width !== before) {
      ends.push(pin(root, 'width', `${before}px`), pin(root, 'box-sizing', 'border-box'))
    } else if (element === body && element.clientWidth !== inside) ends.push(pin(element, 'scrollbar-gutter', 'stable'))
  }
  return () => {
    for (const end of ends.reverse()) end()
    // A page that led elsewhere meanwhile has a place of its own there.
    if (href !== location.href) return
    for (const [element, left = 0, top = 0] of places) {
      if (element && (element.scrollLeft !== left || element.scrollTop !== top)) element.scrollTo({ left, top, behavior: 'instant' })
    }
  }
}

/** Sets a style of the page's; what this gives puts back what was there, unless the page has said something else meanwhile. */
function pin(element: HTMLElement, name: string, value: string): () => void {
  const { style } = element
  const wasStyled = element.hasAttribute('style')
  const former = style.getPropertyValue(name)
  const priority = style.getPropertyPriority(name)
  style.setProperty(name, value, 'important')
  return () => {
    if (style.getPropertyValue(name) !== value || !style.getPropertyPriority(name)) return
    style.setProperty(name, former, priority)
    if (!wasStyled && !style.length) element.removeAttribute('style')
  }
}
