/** The options as the wasm reads them, and what of them the host shows. */
import type { ChatOptions } from '@miptech/chat'

/** What the wasm judges by itself, or nobody has to; with any other option the judges are fetched. */
const PLAIN =
  /^(apiUrl|connect|context|debug|getToken|id|limits|load|locale|on|open|placeholder|position|profile|signIn|size|suggestions|tenantId|title|tokenKeys|tokenTransport|welcome|wsUrl)$/

/** Whether something in here must be judged outside the wasm. */
export function isPlain(options: ChatOptions): boolean {
  return Object.keys(options).every((name) => PLAIN.test(name))
}

/** What a method changes about the options, where it is one that does. */
export function patchOf(method: string, value: unknown): Partial<ChatOptions> | undefined {
  if (method === 'update') return typeof value === 'object' ? { ...value } : {}
  const field = { setLocale: 'locale', setTheme: 'theme', setContext: 'context', identify: 'user' }[method]
  return field ? { [field]: value } : undefined
}

/** The options as the wasm reads them. */
export function innerOptions(given: ChatOptions, open: unknown, storage: unknown): object {
  // What is null is not given, as it is for the wasm.
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value != null)) as ChatOptions
  const { strings = {}, suggestions, features, theme, zIndex, disclosure, context, user } = options
  const facts = (): object => ({ ...(typeof context === 'function' ? context() : context), user })
  return {
    ...options,
    open,
    storage,
    theme: theme === 'light' || theme === 'dark' ? theme : typeof theme === 'string' && theme !== 'glass' ? theme : undefined,
    zIndex: zIndex === 'top-layer' ? undefined : zIndex,
    title: options.title ?? strings.title,
    placeholder: options.placeholder ?? strings.placeholder,
    welcome: options.welcome ?? strings.greeting,
    suggestions: features?.suggestions === false ? [] : suggestions,
    strings: typeof disclosure === 'object' ? { disclosure: disclosure.text } : strings,
    disclosure: disclosure == null ? undefined : !!disclosure,
    context: user ? facts : context,
  }
}

/** What the host shows of the options beyond its place: a direction, no header, tokens of the page's own. */
export function dress(host: HTMLElement, { theme, dir, header, target, zIndex, launcher }: ChatOptions): void {
  const { style } = host
  const told = dir === 'ltr' || dir === 'rtl' ? dir : ''
  if (told) host.dir = told
  else host.removeAttribute('dir')
  const around = host.parentElement?.closest<HTMLElement>('[dir]')?.dir
  style.setProperty('direction', told || (around === 'rtl' ? 'rtl' : 'ltr'), 'important')
  host.toggleAttribute('data-headless', header === false)
  host.toggleAttribute('data-inline', !!target)
  if (target) style.setProperty('block-size', '100%', 'important')
  host.toggleAttribute('data-bare', launcher === false)
  for (const [token, value] of Object.entries(theme && typeof theme === 'object' ? theme : {})) style.setProperty(`--miptech-chat-${token}`, value)
  if (zIndex === 'top-layer' && host.popover !== 'manual' && 'popover' in host) {
    host.popover = 'manual'
    host.showPopover()
  }
}
