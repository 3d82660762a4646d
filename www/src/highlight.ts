/**
 * Colours in code, for pages with `features.highlight`; fetched by no other.
 *
 * It paints by the browser's own highlights: ranges over the text as it stands, so that no node of an answer is made,
 * moved or measured. A browser without them shows plain code, as it does for a language nobody knows here.
 */
import { type Kind, KINDS, tokensOf } from './highlight/tokens'

/** What is coloured, and by which ranges. */
type Painted = Map<Element, [kind: Kind, range: StaticRange][]>

/** The hosts below which code is coloured, and what ends it. */
const running = new Map<HTMLElement, () => void>()

const nameOf = (kind: Kind): string => `miptech-chat-${kind}`

/** Colours the code below a host from now on, until `life` ends or somebody wants it plain. */
export function highlight(host: HTMLElement, life: AbortSignal): void {
  // One that a crash replaced is off the page before its successor begins.
  for (const [other, end] of running) if (!other.isConnected) end()
  const root = host.shadowRoot
  if (!root || running.has(host) || life.aborted || !CSS.highlights) return
  const painted: Painted = new Map()
  const dirty = new Set<Element>()
  let waits = false

  const forget = (code: Element): void => {
    for (const [kind, range] of painted.get(code) ?? []) CSS.highlights.get(nameOf(kind))?.delete(range)
    painted.delete(code)
    dirty.delete(code)
  }
  const paint = (): void => {
    waits = false
    for (const code of [...dirty]) {
      forget(code)
      if (code.isConnected) painted.set(code, paintOne(code))
    }
  }
  const note = (code: Element): void => {
    dirty.add(code)
    if (waits) return
    waits = true
    setTimeout(paint, PAINTED_AFTER_MS)
  }
  const watcher = new MutationObserver((records) => {
    for (const { target, addedNodes, removedNodes } of records) {
      const grown = (target instanceof Element ? target : target.parentElement)?.closest('pre > code')
      if (grown) note(grown)
      for (const node of addedNodes) if (node instanceof Element) {
        if (node.matches('pre > code')) note(node)
        node.querySelectorAll('pre > code').forEach(note)
      }
      // Rows that leave the window leave for good; what stands there again is another element.
      if (removedNodes.length) for (const code of painted.keys()) if (!code.isConnected) forget(code)
    }
  })
  const end = (): void => {
    watcher.disconnect()
    life.removeEventListener('abort', end)
    for (const code of [...painted.keys(), ...dirty]) forget(code)
    running.delete(host)
  }

  dress(root)
  root.querySelectorAll('pre > code').forEach(note)
  watcher.observe(root, { childList: true, characterData: true, subtree: true })
  life.addEventListener('abort', end)
  running.set(host, end)
}

/** From now on code below a host is plain. */
export function leavePlain(host: HTMLElement): void {
  running.get(host)?.()
}

function paintOne(code: Element): [Kind, StaticRange][] {
  const [text, more] = code.childNodes
  const language = code.closest('.code')?.querySelector('.code-head span')?.textContent ?? ''
  // Whatever else stands in there is not ours.
  if (!(text instanceof Text) || more || text.length > LONGEST) return []
  return tokensOf(language, text.data).map(({ kind, start, end }) => {
    // A browser brings every live one up to date with every change of the page.
    const range = new StaticRange({ startContainer: text, startOffset: start, endContainer: text, endOffset: end })
    const known = CSS.highlights.get(nameOf(kind))
    if (known) known.add(range)
    else CSS.highlights.set(nameOf(kind), new Highlight(range))
    return [kind, range]
  })
}

let sheet: CSSStyleSheet | undefined

/** Who asked for more contrast, or for colours of their own, reads plain code. */
function dress(root: ShadowRoot): void {
  if (!sheet) {
    const rules = KINDS.map((kind) => `::highlight(${nameOf(kind)}){color:light-dark(${COLOURS[kind]})}`).join('')
    sheet = new CSSStyleSheet()
    sheet.replaceSync(`@media (forced-colors:none) and (prefers-contrast:no-preference){${rules}}`)
  }
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet)
}

/** On a light surface, and on a dark one; at least 4.5 to 1 on both of ours (`www/e2e/contrast.spec.ts`). */
const COLOURS: Record<Kind, string> = {
  comment: '#5b6470, #9ba5b3',
  keyword: '#7a2ea8, #d0a8ff',
  number: '#8f4300, #f0b47f',
  string: '#0d6634, #8fd6a5',
}

/** So long code is plain, in UTF-16 units. */
const LONGEST = 20_000

/** So long code that grows is ahead of its colours: an answer comes first. Our choice. */
const PAINTED_AFTER_MS = 250
