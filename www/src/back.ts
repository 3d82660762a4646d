/**
 * The button that leads back closes a panel that covers the page, and leaves the page after that.
 *
 * For this the history gets one entry, however many panels there are. It has the address of the page and the page's own
 * state, so that a router finds itself where it is. Steps between the two are kept from the page, for which nothing has
 * happened; in Chromium, which calls a window's listeners in the order they came, only from those that came after ours.
 * Where the page itself went on meanwhile, the entry is left where it is, and skipped by whoever comes back to it.
 */
import { attempt } from './page'

export interface Panel {
  close(): void
}

/** In the page's own state: this entry was made by us, at this address. */
const MARK = 'miptech-chat'

// A page or its router may have put others in their places, which take what they hear of for a navigation.
const { pushState, replaceState } = globalThis.History?.prototype ?? {}

/** Those that the button is to close, the last one opened last. */
const opened = new Set<Panel>()

/** Those that may be opened again. */
const living = new Set<Panel>()

const look = (): { href: string; length: number; isOurs: boolean } => ({
  href: location.href,
  length: history.length,
  isOurs: (history.state as Record<string, unknown> | null)?.[MARK] === location.href,
})

/** Where we were when we last looked. */
let seen: ReturnType<typeof look> | undefined

/** Whether our entry was asked to go, which takes a moment; with what the page keeps in it. */
let leaving: { state: Record<string, unknown> } | undefined

/** When our entry is asked to go. */
let going = 0

/** Whether the entry that is shown was made by us, in an earlier life of the page perhaps. */
export const isBehind = (): boolean => look().isOurs

/** From here on the button closes this panel. */
export function enter(panel: Panel): void {
  if (opened.has(panel)) return
  opened.add(panel)
  living.add(panel)
  // The page's own listeners come after those that hear on the way down.
  addEventListener('popstate', popped, true)
  if (!leaving) push()
}

/** The panel is closed, by whatever it was. */
export function leave(panel: Panel): void {
  if (!opened.delete(panel) || opened.size || going) return
  // Who hears that it closed may lead the page elsewhere at once.
  going = window.setTimeout(() => {
    going = 0
    const { length, isOurs } = look()
    if (isOurs && length === seen?.length && !opened.size && !leaving) goBack()
    hearNoMore()
  })
}

/** The panel is gone. One that `stays` crashed, and finds the entry where it was when it begins anew. */
export function end(panel: Panel, stays: boolean): void {
  if (stays) opened.delete(panel)
  leave(panel)
  living.delete(panel)
  hearNoMore()
}

function popped(event: PopStateEvent): void {
  // Some routers tell of their own steps by such events.
  if (!event.isTrusted) return
  const former = seen
  const now = (seen = look())
  const isStep = former?.href === now.href && former.length === now.length && former.isOurs !== now.isOurs
  if (isStep) event.stopImmediatePropagation()
  const { state: left } = leaving ?? {}
  leaving = undefined
  if (left) {
    if (isStep) keep(left)
    if (opened.size) push()
  } else if (opened.size) {
    if (isAnchor(former, now)) return
    const [panel] = [...opened].slice(-1) as [Panel]
    opened.delete(panel)
    if (opened.size) push()
    else if (now.isOurs) goBack()
    panel.close()
  } else if (now.isOurs && !isStep) goBack()
  hearNoMore()
}

/** Whether the page went to a place within itself, which is a step forward. */
function isAnchor(former: typeof seen, now: NonNullable<typeof seen>): boolean {
  return !!former && former.length < now.length && history.state === null && former.href !== now.href && former.href.split('#')[0] === now.href.split('#')[0]
}

function push(): void {
  const state: unknown = history.state
  // Nothing can be added to a state that is no plain object, and it must stay what it is.
  const isPlain = !state || Object.getPrototypeOf(state) === Object.prototype
  if (isPlain && !look().isOurs) attempt(() => pushState!.call(history, { ...(state as object | null), [MARK]: location.href }, ''))
  seen = look()
}

function goBack(): void {
  const { [MARK]: _, ...state } = history.state as Record<string, unknown>
  leaving = { state }
  history.back()
}

/** What the page noted in our entry it finds in its own. */
function keep(state: Record<string, unknown>): void {
  if (Object.keys(state)[0] && attempt(() => JSON.stringify(state)) !== JSON.stringify(history.state)) {
    attempt(() => replaceState!.call(history, state, ''))
  }
}

function hearNoMore(): void {
  if (!living.size && !leaving && !going) removeEventListener('popstate', popped, true)
}
