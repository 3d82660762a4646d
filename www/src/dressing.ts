/** What few pages say in their options: how it is put for the wasm, how the host shows it, and how it changes. */
import type { ChatEvent, ChatOptions } from '@miptech/chat'
import { checkOptions, isAddress } from './checks'
import type { Instance } from './guard'
import { invite } from './invitation'
import type { Keys } from './keys'
import { languageOf } from './language'
import { pin } from './page'
import { record } from './recorder'
import type { Seat } from './seat'
import { begin } from './wishes'

/** The options as the wasm reads them. */
export function innerOptions(given: ChatOptions, storage?: unknown): object {
  // What is null is not given, as it is for the wasm.
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value != null)) as ChatOptions
  const { strings = {}, suggestions, features, theme, zIndex, disclosure, context, user } = options
  const facts = (): object => ({ ...(typeof context === 'function' ? context() : context), user })
  return {
    ...options,
    storage,
    theme: theme === 'light' || theme === 'dark' ? theme : typeof theme === 'string' && theme !== 'glass' ? theme : undefined,
    // A tag says it as text.
    zIndex: zIndex === 'top-layer' || zIndex == null ? undefined : +zIndex,
    title: options.title ?? strings.title,
    placeholder: options.placeholder ?? strings.placeholder,
    welcome: options.welcome ?? strings.greeting,
    suggestions: features?.suggestions === false ? [] : suggestions,
    strings: typeof disclosure === 'object' ? { disclosure: disclosure.text } : strings,
    disclosure: disclosure == null ? undefined : !!disclosure,
    disclosureHref: typeof disclosure === 'object' && isAddress(disclosure.href) ? disclosure.href : undefined,
    context: user ? facts : context,
  }
}

/** What a widget begins with whose page asks for more than the wasm knows. */
export function attend(seat: Seat, storage: Keys, instance: Instance): void {
  const { hostElement: host, options } = seat
  if (options.theme) pinAnew(host, options)
  dress(host, options)
  begin(host, options, storage)
  invite(seat, storage)
  colour(seat)
  if ('debug' in host.dataset) record(seat, instance)
}

/** What the host shows of the options beyond its place: a direction, no header, tokens of the page's own. */
function dress(host: HTMLElement, options: ChatOptions): void {
  const { style } = host
  const { dir, header, theme, zIndex } = options
  const told = dir === 'ltr' || dir === 'rtl' ? dir : languageOf(options) === 'ar' ? 'rtl' : ''
  if (told) host.dir = told
  else host.removeAttribute('dir')
  // Without a word of ours it is inherited: `all` leaves it alone.
  style.setProperty('direction', told, 'important')
  host.toggleAttribute('data-headless', header === false)
  host.dataset['theme'] = theme && typeof theme === 'object' ? 'own' : (theme ?? 'auto')
  if (theme === 'glass') style.setProperty('color-scheme', 'dark', 'important')
  for (const [token, value] of Object.entries(tokensOf(options))) style.setProperty(`--miptech-chat-${token}`, value)
  if (zIndex === 'top-layer' && host.popover !== 'manual' && 'popover' in host) {
    host.popover = 'manual'
    host.showPopover()
  }
}

/** Colours in code, where the page wants some and stands on no surface of its own, on which nobody knows what can be read. */
function colour({ hostElement: host, options: { features }, life }: Seat): void {
  const style = getComputedStyle(host)
  const isWanted = !!features?.highlight && !['surface', 'surface-raised'].some((token) => style.getPropertyValue(`--miptech-chat-${token}`))
  // Where the file cannot be had, code is plain.
  if (isWanted || isColoured) {
    isColoured = true
    void import(__HIGHLIGHT__).then(({ highlight, leavePlain }: typeof import('./highlight')) => (isWanted ? highlight(host, life.signal) : leavePlain(host)), () => undefined)
  }
}

/** Whether any page asked for it so far. */
let isColoured = false

/** What a widget gives to be changed. */
export interface Changeable {
  /** Whether the wasm took the options; it tells by itself why not. */
  take(options: object): unknown
  hear(event: string, callback: (detail: unknown) => void): void
  off(event: string, callback: unknown): void
  storage: Keys
}

/** What a method changes about the options. */
function patchOf(method: string, value: unknown): Partial<ChatOptions> {
  if (method === 'update') return typeof value === 'object' ? { ...value } : {}
  return { [CHANGES[method] as string]: value }
}

/** The option that a method changes. */
const CHANGES: Record<string, keyof ChatOptions> = { setLocale: 'locale', setTheme: 'theme', setContext: 'context', identify: 'user' }

/** Merges what a method says into the options of a widget, as a whole or not at all. */
export function change(seat: Seat, method: string, value: unknown, { take, hear, off, storage }: Changeable): void {
  const { options, hostElement: host } = seat
  const patch = patchOf(method, value)
  const fault = checkOptions(patch)
  if (fault) return seat.raise('config/invalid', fault)
  for (const [event, callback] of Object.entries(patch.on ?? {})) {
    off(event, options.on?.[event as ChatEvent] ?? callback)
    hear(event, callback as (detail: unknown) => void)
  }
  const next = { ...options, ...patch, on: { ...options.on, ...patch.on } }
  if (!take(innerOptions(next))) return
  for (const token of Object.keys(tokensOf(options))) host.style.removeProperty(`--miptech-chat-${token}`)
  Object.assign(options, next)
  pinAnew(host, options)
  dress(host, options)
  begin(host, options, storage)
  colour(seat)
}

/** Pins what depends on options, and leaves everything else that stands on the host: what a page wears there, or that it is hidden. */
function pinAnew(host: HTMLElement, options: ChatOptions): void {
  const pinned = document.createElement('div')
  pin(pinned, options)
  Object.assign(host.dataset, pinned.dataset)
  for (const name of ['color-scheme', 'z-index', ...['block', 'inline'].flatMap((axis) => [`inset-${axis}-start`, `inset-${axis}-end`])]) {
    host.style.setProperty(name, pinned.style.getPropertyValue(name), 'important')
  }
}

function tokensOf({ theme, size = 'medium' }: ChatOptions): Record<string, string> {
  if (theme === 'glass') return size === 'medium' ? { ...GLASS, width: '320px', height: '384px' } : GLASS
  return theme && typeof theme === 'object' ? (theme as Record<string, string>) : {}
}

/** Black and white glass. What stands behind it shines through by a quarter at most, so white text keeps its contrast. */
const GLASS = {
  accent: '#fff',
  'accent-hover': '#ddd',
  'on-accent': '#000',
  surface: 'rgb(0 0 0 / .78)',
  'surface-raised': 'rgb(255 255 255 / .1)',
  line: 'rgb(255 255 255 / .5)',
  text: '#fff',
  'text-soft': 'rgb(255 255 255 / .8)',
  danger: '#ff9a8f',
  'font-message': 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Liberation Mono", monospace',
  'font-size': '13px',
  'radius-bubble': '0px',
  'radius-control': '0px',
  'radius-launcher': '0px',
  'radius-panel': '0px',
}
