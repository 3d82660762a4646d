/** Where the code cannot run: a calm word, and a way to reach somebody where the page names one. */
import type { ChatError, ChatHandle, ChatOptions, ChatState, DiagnosticReport } from '@miptech/chat'
import { errorOf } from './events'
import { attempt, words } from './page'
import { phone } from './phone'
import type { Seat } from './seat'

export function fallBack(seat: Seat, code: ChatError['code'], help: string): void {
  if (seat.isGone) return
  const { life, options, queue, shell } = seat
  if (code === 'internal/panic') seat.error = errorOf(code, 'load', help)
  else seat.raise(code, 'load', help)
  seat.say(words(options, 'Chat cannot run on this page', 'La chat non funziona su questa pagina'))
  const { fallbackHref: href } = options
  if (href) shell.lines.append(Object.assign(document.createElement('a'), { textContent: words(options, 'Another way to reach us', 'Un altro modo per contattarci'), href, style: 'color:inherit' }))
  const engine = (seat.engine = {
    show: (isOpen: boolean, by: string) => {
      shell.widget.toggleAttribute('data-open', isOpen)
      seat.openedBy = by
    },
    call: (name: string) => (/^[rs]/.test(name) ? { ok: false, error: seat.error } : name === 'diagnose' ? reportOf(seat) : null),
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

function reportOf({ error }: Seat): DiagnosticReport {
  return {
    version: __VERSION__,
    buildId: __VERSION__,
    createdAt: new Date().toISOString(),
    profile: 'auto',
    capabilities: [],
    checks: [{ id: 'load', state: 'fail', evidence: error?.code ?? '', fix: error?.help ?? '' }],
  }
}

/** What is known of a widget with certain options; one that was not there before is gone afterwards. */
export async function diagnose(options: ChatOptions | undefined, mount: (options?: ChatOptions) => ChatHandle): Promise<DiagnosticReport> {
  const handle = mount(options)
  const report = await handle.diagnose()
  void handle.destroy()
  return report
}
