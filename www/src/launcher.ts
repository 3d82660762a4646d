/**
 * The launcher as it stands before the widget's code runs: the same element, in the same shadow root, with the same sheet.
 */
import type { ChatOptions } from '@miptech/chat'
import css from '../../src/ui/launcher.css'

/** The host element with its shadow root and the launcher in it. */
export interface Facade {
  host: HTMLElement
  button: HTMLButtonElement
  /** Says something beside the launcher, or nothing. */
  say(words: string): void
  /** Takes the drawn launcher away; the widget's own stands in its place. */
  yieldPlace(): void
}

const BUBBLE =
  'M21 12a8 8 0 0 1-8 8H7l-4 3v-5.2A8 8 0 0 1 5 6.7 8 8 0 0 1 11 4h2a8 8 0 0 1 8 8Z M8.5 12h.01 M12 12h.01 M15.5 12h.01'

const NOTE =
  '.note{position:absolute;inset-block-end:8px;inset-inline-end:68px;inline-size:max-content;max-inline-size:240px;padding:8px 12px;' +
  'border-radius:10px;background:var(--_surface);box-shadow:var(--_shadow);color:CanvasText;font-size:13px;line-height:18px}'

let sheet: CSSStyleSheet | undefined

export function drawLauncher(id: string, options: ChatOptions, nonce: string | undefined): Facade {
  const host = element('div', '')
  const { position = 'bottom-right', theme = 'auto', size = 'medium', zIndex = 2147483000 } = options
  Object.assign(host.dataset, { miptechChat: id, theme, size, position })
  const [block, inline] = position.split('-')
  const pins = {
    all: 'initial',
    display: 'block',
    position: 'fixed',
    'z-index': `${zIndex}`,
    [`inset-block-${block === 'top' ? 'start' : 'end'}`]: '16px',
    [`inset-inline-${inline === 'left' ? 'start' : 'end'}`]: '16px',
  }
  for (const [name, value] of Object.entries(pins)) host.style.setProperty(name, value, 'important')

  const root = host.attachShadow({ mode: 'open' })
  const style = adopt(root, nonce)
  const widget = element('div', 'widget')
  const button = element('button', 'launcher')
  button.type = 'button'
  button.setAttribute('part', 'launcher')
  button.ariaLabel = words('Open chat', 'Apri la chat', options.locale)
  button.ariaExpanded = 'false'
  const icon = element('span', 'launcher-icon launcher-closed')
  icon.append(drawing(BUBBLE))
  button.append(icon)
  const note = element('div', 'note')
  note.role = 'status'
  note.hidden = true
  widget.append(button, note)
  root.append(widget)
  document.body.append(host)
  return {
    host,
    button,
    say(text) {
      note.textContent = text
      note.hidden = !text
    },
    yieldPlace() {
      widget.remove()
      style?.remove()
    },
  }
}

/** One of two languages, chosen as the widget itself chooses. */
export function words(english: string, italian: string, told?: string): string {
  let site: string | null = null
  try {
    site = localStorage.getItem('mip-language')
  } catch {
    // Blocked storage says nothing about the language.
  }
  const tag = [told, site, document.documentElement.lang, navigator.language].find((tag) => /^(en|it)\b/i.test(tag ?? ''))
  return /^it/i.test(tag ?? '') ? italian : english
}

/** A constructed sheet; a `<style>` with the tag's nonce only where the browser has none. */
function adopt(root: ShadowRoot, nonce: string | undefined): HTMLStyleElement | undefined {
  try {
    if (!sheet) {
      sheet = new CSSStyleSheet()
      sheet.replaceSync(css + NOTE)
    }
    root.adoptedStyleSheets = [sheet]
    return undefined
  } catch {
    const style = element('style', '')
    if (nonce) style.nonce = nonce
    style.textContent = css + NOTE
    root.append(style)
    return style
  }
}

function element<K extends keyof HTMLElementTagNameMap>(name: K, className: string): HTMLElementTagNameMap[K] {
  const made = document.createElement(name)
  made.className = className
  return made
}

function drawing(lines: string): SVGElement {
  const space = 'http://www.w3.org/2000/svg'
  const svg = document.createElementNS(space, 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(space, 'path')
  path.setAttribute('d', lines)
  svg.append(path)
  return svg
}
