/**
 * The launcher as it stands before the widget's code runs: the same element, in the same shadow root, with the same sheet.
 */
import type { ChatOptions } from '@miptech/chat'
import css from '../../src/ui/launcher.css'

/** The drawn launcher. */
export interface Launcher {
  button: HTMLButtonElement
  /** Says something beside the launcher, or nothing. */
  say(words: string): void
  /** Takes the drawn launcher away; the widget's own stands in its place. */
  yieldPlace(): void
}

const BUBBLE = 'M7 4h10a4 4 0 0 1 4 4v6a4 4 0 0 1-4 4h-6l-5 4v-4a4 4 0 0 1-3-4V8a4 4 0 0 1 4-4ZM8 11h0m4 0h0m4 0h0'

let sheet: CSSStyleSheet | undefined

/** Puts the host element on the page, pinned against its styles, with the launcher in its shadow root. */
export function drawLauncher(host: HTMLElement, id: string, options: ChatOptions): Launcher {
  const { position = 'bottom-right', theme = 'auto', size = 'medium', zIndex = 2147483000 } = options
  Object.assign(host.dataset, { miptechChat: id, theme, size, position })
  const block = position.startsWith('top') ? 'start' : 'end'
  const inline = position.endsWith('left') ? 'start' : 'end'
  const pins = `all:initial;display:block;position:fixed;z-index:${zIndex};inset-block-${block}:16px;inset-inline-${inline}:16px`
  // Set through the object model, which no style-src of the page forbids.
  host.style.cssText = pins.replaceAll(/;|$/g, '!important;')

  const root = host.attachShadow({ mode: 'open' })
  const widget = element('div', 'widget')
  const button = element('button', 'launcher')
  const icon = element('span', 'launcher-icon')
  const note = element('div', 'note')
  button.setAttribute('part', 'launcher')
  button.ariaLabel = words('Open chat', 'Apri la chat', options.locale)
  button.ariaExpanded = 'false'
  note.role = 'status'
  icon.append(drawing())
  button.append(icon)
  widget.append(button, note)
  root.append(widget)
  try {
    if (!sheet) {
      sheet = new CSSStyleSheet()
      sheet.replaceSync(css)
    }
    root.adoptedStyleSheets = [sheet]
  } catch {
    // A browser without constructed sheets shows a plain button until the widget brings a sheet of its own.
  }
  document.body.append(host)
  return {
    button,
    say(text) {
      note.textContent = text
    },
    yieldPlace() {
      widget.remove()
    },
  }
}

/** What the page's storage holds; nothing where it is blocked. */
export function stored(key: string): string | null | undefined {
  try {
    return localStorage.getItem(key)
  } catch {}
}

/** One of two languages, chosen as the widget itself chooses. */
export function words(english: string, italian: string, told?: string): string {
  // The first tag that is one of the two languages decides.
  const tags = [told, stored('mip-language'), document.documentElement.lang, navigator.language].join().toLowerCase()
  return /(?:^|,)(en|it)\b/.exec(tags)?.[1] === 'it' ? italian : english
}

function element<K extends keyof HTMLElementTagNameMap>(name: K, className: string): HTMLElementTagNameMap[K] {
  return Object.assign(document.createElement(name), { className })
}

function drawing(): SVGElement {
  const space = 'http://www.w3.org/2000/svg'
  const svg = document.createElementNS(space, 'svg')
  const path = document.createElementNS(space, 'path')
  svg.setAttribute('viewBox', '0 0 24 24')
  path.setAttribute('d', BUBBLE)
  svg.append(path)
  return svg
}
