/** Option `invitation`: a word beside the launcher, once, while the panel is closed. */
import { dispatch } from './events'
import { type Keys, keyOf } from './keys'
import { wordOf } from './language'
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
  /** Its words in the one live region: the views leave alone there what they did not draw. */
  let said: HTMLElement | undefined
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
    said?.remove()
  }
  const show = (): void => {
    seen.add(key)
    box = make(shell.widget.parentNode!, 'div', 'invitation')
    const accept = make(box, 'button', 'invitation-text')
    accept.textContent = text
    // Of the words alone: the box stands on the side where the launcher is, whatever language they are in.
    accept.dir = 'auto'
    accept.onclick = () => {
      dispatch(host, 'invitation:accepted', {})
      seat.engine?.show(true, 'visitor')
    }
    const close = make(box, 'button', 'invitation-close', wordOf(options, { en: 'Dismiss', it: 'Chiudi', ar: 'إغلاق' }))
    close.textContent = '×'
    const dismiss = (close.onclick = () => {
      // The focus would be lost with what has it.
      if (box?.contains(host.shadowRoot!.activeElement)) shell.launcher.focus()
      end()
      if (once && storage.getItem('miptech_session_id')) storage.setItem(key, '1')
      dispatch(host, 'invitation:dismissed', {})
    })
    box.onkeydown = (event) => {
      // Keys that are pressed here are not the page's.
      event.stopPropagation()
      if (event.key === 'Escape') dismiss()
    }
    // Nobody loses it while reading.
    for (const name of ['pointerenter', 'focusin']) box.addEventListener(name, () => clearTimeout(timer), life)
    for (const name of ['pointerleave', 'focusout']) box.addEventListener(name, linger, life)
    const announcer = host.shadowRoot!.querySelector('[part=announcer]')
    if (announcer) (said = make(announcer, 'p')).textContent = text
    dispatch(host, 'invitation:shown', {})
    linger()
  }
  host.addEventListener('miptech-chat:open', end, life)
  seat.life.signal.addEventListener('abort', end, life)
}
