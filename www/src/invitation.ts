/** Option `invitation`: a word beside the launcher, once, while the panel is closed. */
import { dispatch } from './events'
import { type Keys, keyOf } from './keys'
import { words } from './page'
import type { Seat } from './seat'
import { make } from './shell'

/** Those of whom this page has seen enough, whatever may be stored. */
const seen = new Set<string>()

/** It goes by itself after a while, and for good when it is sent away. */
export function invite(seat: Seat, storage: Keys): void {
  const { options, hostElement: host, handle, shell } = seat
  const { invitation } = options
  const key = keyOf(options, 'invitation')
  if (!invitation || options.target || seen.has(key) || storage.getItem(key)) return
  const { text, delayMs = 3000, hideAfterMs = 8000, once = true } = invitation
  const life = new AbortController()
  let box: HTMLElement | undefined
  let timer = setTimeout(() => {
    if (!handle.isOpen() && host.isConnected) show()
  }, delayMs)
  const linger = (): void => {
    clearTimeout(timer)
    timer = setTimeout(end, hideAfterMs)
  }
  const end = (): void => {
    clearTimeout(timer)
    life.abort()
    box?.remove()
  }
  const show = (): void => {
    seen.add(key)
    box = make(shell.widget.parentNode!, 'div', 'invitation')
    box.role = 'status'
    box.dir = 'auto'
    const accept = make(box, 'button', 'invitation-text')
    accept.textContent = text
    accept.onclick = () => {
      dispatch(host, 'invitation:accepted', {})
      handle.open()
    }
    const close = make(box, 'button', 'invitation-close', words(options, 'Dismiss', 'Chiudi'))
    close.textContent = '×'
    close.onclick = () => {
      end()
      if (once && storage.getItem('miptech_session_id')) storage.setItem(key, '1')
      dispatch(host, 'invitation:dismissed', {})
    }
    // Nobody loses it while reading.
    for (const name of ['pointerenter', 'focusin']) box.addEventListener(name, () => clearTimeout(timer))
    for (const name of ['pointerleave', 'focusout']) box.addEventListener(name, linger)
    dispatch(host, 'invitation:shown', {})
    linger()
  }
  host.addEventListener('miptech-chat:open', end, life)
  seat.life.signal.addEventListener('abort', end, life)
}
