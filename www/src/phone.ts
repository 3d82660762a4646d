/**
 * The panel on a small screen, where it covers the page: it stands above the keyboard, the page behind it stays where it
 * is, and the button that leads back closes it.
 *
 * What it takes of the page for this it gives back whenever the panel covers nothing: closed, hidden, gone, crashed, or
 * on a screen that was turned.
 */
import { type Panel, end, enter, isBehind, leave } from './back'
import { lock } from './lock'
import type { Seat } from './seat'

/** What follows a widget, by what ends with it. */
const following = new WeakMap<AbortController, () => void>()

/** Follows an open widget where it covers the page, until it is gone. */
export function phone(seat: Seat, life: AbortController): void {
  if (seat.options.target || life.signal.aborted) return
  const settle = following.get(life) ?? follow(seat, life.signal)
  following.set(life, settle)
  settle()
}

function follow(seat: Seat, signal: AbortSignal): () => void {
  const { hostElement: host } = seat
  const { widget } = seat.shell
  const narrow = matchMedia('(max-width: 479px)')
  const view = window.visualViewport
  const panel: Panel = { close: () => seat.engine?.show(false, 'visitor') }

  const fit = (): void => {
    if (view && narrow.matches) for (const [name, value] of roomIn(view)) widget.style.setProperty(name, value, 'important')
  }
  const settle = (): void => {
    const isOpen = !signal.aborted && widget.dataset['open'] === '' && host.style.display !== 'none'
    if (isOpen) fit()
    lock(panel, isOpen && narrow.matches)
    if (!isOpen) leave(panel)
    else if (narrow.matches && (seat.openedBy === 'visitor' || isBehind())) enter(panel)
  }
  const watcher = new MutationObserver(settle)
  watcher.observe(widget, { attributeFilter: ['data-open'] })
  watcher.observe(host, { attributeFilter: ['style'] })
  narrow.addEventListener('change', settle, { signal })
  view?.addEventListener('resize', fit, { signal })
  view?.addEventListener('scroll', fit, { signal })
  signal.addEventListener('abort', () => {
    watcher.disconnect()
    end(panel, !seat.isGone)
    settle()
  })
  return settle
}

/** Where the panel stands while a keyboard takes a part of the screen; without one the sheet knows by itself. */
function roomIn({ height, offsetTop, scale }: VisualViewport): [name: string, value: string][] {
  const { scrollingElement, documentElement: root } = document
  // Two fingers that zoom make it smaller too, and leave the panel as it is.
  const seen = height * scale
  const isUp = (scrollingElement ?? root).clientHeight - seen > LEAST_KEYBOARD_PX
  const top = scale > 1.01 ? 0 : offsetTop
  return [
    ['--_top', isUp ? `${top}px` : ''],
    ['--_block', isUp ? `${seen}px` : ''],
    // The bottom of the screen, with its rounded corners and its bar, is behind the keyboard.
    ['--_foot', isUp ? '0px' : ''],
  ]
}

/** The row of keys that stands in for a keyboard of metal is some 50 px high; toolbars that come and go change both heights. */
const LEAST_KEYBOARD_PX = 30
