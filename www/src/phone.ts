/**
 * The panel on a small screen: it stands above the keyboard. Where it covers the page, the page behind it stays where it
 * is, and the button that leads back closes it; on a phone that lies on its side it covers a part only, and does neither.
 *
 * What it takes of the page for this it gives back whenever the panel covers nothing: closed, hidden, gone, crashed, or
 * on a screen that was turned.
 */
import { type Panel, end, enter, isBehind, leave } from './back'
import { lock } from './lock'
import type { Seat } from './seat'
import type { Shell } from './shell'

/** What follows a widget, by what ends with it. */
const following = new WeakMap<AbortController, () => void>()

/** Follows an open widget on a small screen, until it is gone. */
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
  const low = matchMedia('(pointer: coarse) and (min-width: 480px) and (max-height: 480px)')
  const view = window.visualViewport
  const panel: Panel = { close: () => seat.engine?.show(false, 'visitor') }

  const fit = (): void => {
    if (!view) return
    const room = roomIn(view)
    // The sheet does the rest where the panel covers the page, and does not know of these elsewhere.
    put(widget, { '--_top': px(room?.top), '--_block': px(room?.height), '--_foot': px(room && 0) })
    standAbove(seat.shell, low.matches ? room : undefined)
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
  for (const screen of [narrow, low]) screen.addEventListener('change', settle, { signal })
  view?.addEventListener('resize', fit, { signal })
  view?.addEventListener('scroll', fit, { signal })
  signal.addEventListener('abort', () => {
    watcher.disconnect()
    end(panel, !seat.isGone)
    settle()
  })
  return settle
}

/** What is seen of the page beside a keyboard; nothing where there is none. */
interface Room {
  top: number
  height: number
}

function roomIn({ height, offsetTop, scale }: VisualViewport): Room | undefined {
  const { scrollingElement, documentElement: root } = document
  // Two fingers that zoom make it smaller too, and leave the panel as it is.
  const seen = height * scale
  const isUp = (scrollingElement ?? root).clientHeight - seen > LEAST_KEYBOARD_PX
  return isUp ? { top: scale > 1.01 ? 0 : offsetTop, height: seen } : undefined
}

/**
 * On its side a phone has no room for keyboard, panel and launcher: the panel takes all the height that is seen, and
 * covers the launcher.
 */
function standAbove({ widget, field }: Shell, room: Room | undefined): void {
  const panel = widget.querySelector<HTMLElement>('.panel')
  const frame = widget.getBoundingClientRect()
  if (panel) {
    put(panel, {
      'inset-block': room ? `auto ${frame.bottom - room.top - room.height}px` : '',
      height: px(room?.height),
      // What does not fit even so is scrolled to, and the browser does that for whoever types.
      'overflow-y': room ? 'auto' : '',
      'z-index': room ? '1' : '',
    })
  }
  put(field, { 'max-block-size': room ? `min(6lh + 20px, ${room.height - AROUND_FIELD_PX}px)` : '' })
}

const px = (length: number | undefined): string => (length === undefined ? '' : `${length}px`)

function put({ style }: HTMLElement, styles: Record<string, string>): void {
  for (const [name, value] of Object.entries(styles)) style.setProperty(name, value, 'important')
}

/** What header, composer and disclosure take beside the field, with a line's worth of the conversation. */
const AROUND_FIELD_PX = 130

/** The row of keys that stands in for a keyboard of metal is some 50 px high; toolbars that come and go change both heights. */
const LEAST_KEYBOARD_PX = 30
