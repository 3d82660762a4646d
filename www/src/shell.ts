/**
 * The widget as it stands before its code runs: launcher, panel and a text field that works.
 *
 * The code takes over these very elements where they stand, so that nothing of what the visitor does with them breaks
 * off; every other node in here is taken away by then.
 */
import type { ChatOptions } from '@miptech/chat'
import launcherSheet from '../../src/ui/launcher.css'
import shellSheet from '../../src/ui/shell.css'
import { attempt, words } from './page'

/** What is drawn, as far as others need it. */
export interface Shell {
  widget: HTMLElement
  launcher: HTMLElement
  /** Words about the code; messages wait beneath them. */
  lines: HTMLElement
  field: HTMLTextAreaElement
  /** The sheet, for a browser that cannot construct one. */
  css: string
}

let sheet: CSSStyleSheet | undefined

const css = launcherSheet + shellSheet

/** Draws into the host's shadow root. `close` closes for the visitor, `send` takes a text of theirs. */
export function drawShell(host: HTMLElement, options: ChatOptions, close: () => void, send: (text: string) => void): Shell {
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
      make(list, 'p').textContent = text
      input.value = ''
      send(text)
    }
  }

  panel.role = 'dialog'
  input.placeholder = options.placeholder ?? ''
  make(form, 'button', 'send', words(options, 'Send', 'Invia')).textContent = '↑'
  launcher.ariaExpanded = 'false'
  form.onsubmit = submit
  widget.onkeydown = (event) => {
    // A page with single-key shortcuts would act on what is typed here.
    event.stopPropagation()
    // By their codes: while an input method composes, every key has another one.
    if (event.keyCode === 27 && !options.target) {
      close()
      launcher.focus()
    }
    if (event.keyCode === 13 && event.target === input && !event.shiftKey) submit(event)
  }
  // A browser without constructed sheets shows plain elements until the code brings a sheet of its own.
  attempt(() => {
    if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(css)
    root.adoptedStyleSheets = [sheet]
  })
  return { widget, launcher, lines: make(list, 'div'), field: input, css }
}

/** An element of ours; in our sheet and for `::part` it has one name. */
export function make<K extends keyof HTMLElementTagNameMap>(parent: Node, tag: K, part = '', ariaLabel: string | null = null): HTMLElementTagNameMap[K] {
  return parent.appendChild(Object.assign(document.createElement(tag), { className: part, part, ariaLabel }))
}
