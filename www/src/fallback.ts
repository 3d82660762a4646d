/** Where the code cannot run: a calm word, and a way to reach somebody where the page names one. */
import type { ChatError, ChatState } from '@miptech/chat'
import { examined } from './diagnose'
import { errorOf } from './events'
import { wordOf } from './language'
import { attempt } from './page'
import { phone } from './phone'
import type { Seat } from './seat'
import type { Shell } from './shell'

export function fallBack(seat: Seat, code: ChatError['code'], help: string): void {
  if (seat.isGone) return
  const { life, options, queue, shell } = seat
  if (code === 'internal/panic') seat.error = errorOf(code, 'load', help)
  else seat.raise(code, help, 'load')
  seat.say(wordOf(options, { en: 'Chat cannot run on this page', it: 'La chat non funziona su questa pagina', ar: 'لا يمكن تشغيل الدردشة في هذه الصفحة' }))
  shell.lines.dir = 'auto'
  const { fallbackHref: href } = options
  if (href) shell.lines.append(Object.assign(document.createElement('a'), { textContent: wordOf(options, { en: 'Another way to reach us', it: 'Un altro modo per contattarci', ar: 'طريقة أخرى للتواصل معنا' }), href, style: 'color:inherit' }))
  giveBack(shell)
  const engine = (seat.engine = {
    show: (isOpen: boolean, by: string) => {
      shell.launcher.ariaExpanded = `${shell.widget.toggleAttribute('data-open', isOpen)}`
      seat.openedBy = by
    },
    call: (name: string) => (/^[rs]/.test(name) ? { ok: false, error: seat.error } : name === 'diagnose' ? examined(seat) : null),
    getState: () => ({
      status: 'fallback' as const,
      isOpen: shell.widget.dataset['open'] === '',
      unread: 0,
      chatId: null,
      connection: { state: 'fallback' as const, reason: code },
      auth: 'anonymous' as const,
      messages: 0,
      error: seat.error!,
    }),
    getMessages: () => [],
    isAuthenticated: () => false,
    destroy: () => undefined,
  })
  phone(seat, life)
  // Behind the microtask in which those in the queue hear of the error.
  queueMicrotask(() => {
    for (const [name, [heard], resolve] of queue.splice(0)) {
      if (name === 'subscribe') attempt(() => (heard as (state: ChatState) => void)(engine.getState()))
      resolve(engine.call(name))
    }
  })
}

/** Nobody takes what was typed: it stands in the field again, to be copied, and looks like nothing that was sent. */
function giveBack({ widget, launcher, lines, field }: Shell): void {
  const { form } = field
  const sent = [...(lines.parentElement?.querySelectorAll(':scope > p') ?? [])]
  const typed = [...sent.map(({ textContent }) => textContent), field.value].filter(Boolean)
  for (const text of sent) text.remove()
  form?.querySelector('button')?.remove()
  field.value = typed.join('\n')
  field.readOnly = true
  field.rows = Math.min(typed.length, MOST_ROWS)
  Object.assign(field.style, { height: 'auto', gridColumn: '1 / -1' })
  field.onkeydown = (event) => {
    // The shell would take it out of the field.
    if (event.key === 'Enter') event.stopPropagation()
  }
  if (form && !typed[0]) {
    // The focus would be lost with it.
    if ((form.getRootNode() as ShadowRoot).activeElement === field) (lines.querySelector('a') ?? launcher).focus()
    form.style.display = 'none'
    // It would stand below the round corners of the panel.
    if (lines.parentElement) lines.parentElement.style.borderBlockEnd = '0'
  }
  // One that crashed was drawn anew, and stands open as it was.
  launcher.ariaExpanded = `${widget.dataset['open'] === ''}`
}

/** More than that scrolls, as it does in the widget. */
const MOST_ROWS = 5
