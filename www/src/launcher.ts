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

export function drawLauncher(options: ChatOptions, nonce: string | undefined): Facade {
  const host = document.createElement('div')
  host.dataset.miptechChat = options.id ?? 'default'
  host.dataset.theme = options.theme ?? 'auto'
  host.dataset.size = options.size ?? 'medium'
  const position = options.position ?? 'bottom-right'
  host.dataset.position = position
  const pin = (name: string, value: string) => host.style.setProperty(name, value, 'important')
  pin('all', 'initial')
  pin('display', 'block')
  pin('position', 'fixed')
  pin('z-index', String(options.zIndex ?? 2147483000))
  pin(position.startsWith('top') ? 'inset-block-start' : 'inset-block-end', '16px')
  pin(position.endsWith('left') ? 'inset-inline-start' : 'inset-inline-end', '16px')

  const root = host.attachShadow({ mode: 'open' })
  const style = adopt(root, nonce)
  const widget = element('div', 'widget')
  const button = element('button', 'launcher')
  button.type = 'button'
  button.setAttribute('part', 'launcher')
  button.setAttribute('aria-label', words('Open chat', 'Apri la chat'))
  button.setAttribute('aria-expanded', 'false')
  const icon = element('span', 'launcher-icon launcher-closed')
  icon.append(drawing(BUBBLE))
  button.append(icon)
  const note = element('div', 'note')
  note.setAttribute('role', 'status')
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
export function words(english: string, italian: string): string {
  let site: string | null = null
  try {
    site = localStorage.getItem('mip-language')
  } catch {
    // Blocked storage says nothing about the language.
  }
  const tag = [site, document.documentElement.lang, navigator.language].find((tag) => /^(en|it)\b/i.test(tag ?? ''))
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
