/** Option `invitation`: a word beside the launcher, once, while the panel is closed. */
import { dispatch } from './events'
import { type Keys, keyOf } from './keys'
import { words } from './page'
import type { Seat } from './seat'

/** It goes by itself after a while, and for good when it is sent away. */
export function invite(seat: Seat, storage: Keys): void {
  const { options, hostElement: host, handle, shell } = seat
  const { invitation } = options
  const key = keyOf(options, 'invitation')
  if (!invitation || options.target || dismissed.has(key) || storage.getItem(key)) return
  const { text, delayMs = 3000, hideAfterMs = 8000, once = true } = invitation
  const life = new AbortController()
  let timer = setTimeout(() => {
    if (handle.isOpen() || !host.isConnected) return
    shell.widget.before(box)
    dispatch(host, 'invitation:shown', {})
    linger()
  }, delayMs)
  const linger = (): void => {
    timer = setTimeout(end, hideAfterMs)
  }
  const end = (): void => {
    clearTimeout(timer)
    life.abort()
    box.remove()
  }
  const box = make('div', { className: 'invitation' })
  box.setAttribute('part', 'invitation')
  box.setAttribute('role', 'status')
  box.dir = 'auto'
  const accept = make('button', { type: 'button', className: 'invitation-text', textContent: text })
  accept.onclick = () => {
    dispatch(host, 'invitation:accepted', {})
    handle.open()
  }
  const close = make('button', { type: 'button', className: 'invitation-close', textContent: '×', ariaLabel: words(options, 'Dismiss', 'Chiudi') })
  close.onclick = () => {
    end()
    dismissed.add(key)
    if (once && storage.getItem('miptech_session_id')) storage.setItem(key, '1')
    dispatch(host, 'invitation:dismissed', {})
  }
  box.append(accept, close)
  // Nobody loses it while reading.
  box.onpointerenter = box.onfocus = () => clearTimeout(timer)
  box.onpointerleave = linger
  host.addEventListener('miptech-chat:open', end, life)
  seat.life.signal.addEventListener('abort', end, life)
}

/** Sent away on this page, whatever may be stored. */
const dismissed = new Set<string>()

function make<K extends keyof HTMLElementTagNameMap>(name: K, properties: Partial<HTMLElementTagNameMap[K]>): HTMLElementTagNameMap[K] {
  return Object.assign(document.createElement(name), properties)
}
