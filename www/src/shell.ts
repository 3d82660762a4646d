/**
 * The widget as it stands before its code runs: launcher, panel and a text field that works.
 *
 * The code takes over these very elements where they stand, so that nothing of what the visitor does with them breaks
 * off; every other node in here is taken away by then.
 */
import type { ChatOptions } from '@miptech/chat'
import launcherSheet from '../../src/ui/launcher.css'
import shellSheet from '../../src/ui/shell.css'

/** What is drawn, as far as others need it. */
export interface Shell {
  widget: HTMLElement
  launcher: HTMLElement
  /** Where messages wait, and words about the code. */
  lines: HTMLElement
  field: HTMLTextAreaElement
  /** The sheet, for a browser that cannot construct one. */
  css: string
}

let sheet: CSSStyleSheet | undefined

const css = launcherSheet + shellSheet

/** Draws into the host's shadow root. `toggle` opens or closes for the visitor, `send` takes a text of theirs. */
export function drawShell(host: HTMLElement, options: ChatOptions, toggle: () => void, send: (text: string) => void): Shell {
  const root = host.attachShadow({ mode: 'open' })
  const widget = make(make(root, 'div'), 'div', 'widget')
  const panel = make(widget, 'section', 'panel', options.title ?? 'Chat')
  const list = make(panel, 'div', 'list')
  const form = make(panel, 'form', 'composer')
  const input = make(form, 'textarea', 'input', words(options, 'Message', 'Messaggio'))
  const launcher = make(widget, 'button', 'launcher', words(options, 'Open chat', 'Apri la chat'))
  const submit = (event: Event): void => {
    const text = input.value.trim()
    event.preventDefault()
    if (text) {
      make(list, 'p', 'waiting').textContent = text
      input.value = ''
      send(text)
    }
  }

  panel.role = 'dialog'
  input.rows = 1
  input.placeholder = options.placeholder ?? ''
  make(form, 'button', 'send', words(options, 'Send', 'Invia')).textContent = '↑'
  launcher.ariaExpanded = 'false'
  form.onsubmit = submit
  widget.onkeydown = (event) => {
    // A page with single-key shortcuts would act on what is typed here.
    event.stopPropagation()
    if (!event.isComposing && event.keyCode !== 229) {
      if (event.key === 'Escape') toggle()
      if (event.key === 'Enter' && event.target === input && !event.shiftKey) submit(event)
    }
  }
  // A browser without constructed sheets shows plain elements until the code brings a sheet of its own.
  attempt(() => {
    if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(css)
    root.adoptedStyleSheets = [sheet]
  })
  return { widget, launcher, lines: list, field: input, css }
}

/** Pins the host against the page's styles, by the object model, which no style-src of the page forbids. */
export function pin(host: HTMLElement, { position = 'bottom-right', theme = 'auto', size = 'medium', zIndex = 2147483000, offset = {}, target }: ChatOptions): void {
  const at = (axis: string, isStart: boolean, px = 16): string => `inset-${axis}-${isStart ? 'start' : 'end'}:${px}px;`
  const pins = target ? '' : `position:fixed;z-index:${zIndex};${at('block', position[0] === 't', offset.y)}${at('inline', /left/.test(position), offset.x)}`
  Object.assign(host.dataset, { theme, size, position })
  host.style.cssText = `all:initial;display:block;color-scheme:${theme === 'auto' ? 'light dark' : theme};${pins}`.replaceAll(';', '!important;')
}

/** One of two languages, chosen as the widget itself chooses. */
export function words({ locale }: ChatOptions, english: string, italian: string): string {
  // The first tag that is one of the two languages decides.
  const tags = [locale, stored('mip-language'), document.documentElement.lang, navigator.language].join().toLowerCase()
  return /(?:^|,)(en|it)\b/.exec(tags)?.[1] === 'it' ? italian : english
}

/** What the page's storage holds; nothing where it is blocked. */
export function stored(key: string): string | null | undefined {
  return attempt(() => localStorage.getItem(key))
}

/** What an act gives; nothing where it throws. */
export function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}

/** An element of ours; in our sheet and for `::part` it has one name. */
export function make<K extends keyof HTMLElementTagNameMap>(parent: Node, tag: K, part = '', ariaLabel: string | null = null): HTMLElementTagNameMap[K] {
  return parent.appendChild(Object.assign(document.createElement(tag), { className: part, part, ariaLabel }))
}
