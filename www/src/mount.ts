/**
 * `mount(options)`: one widget per id, reference counted, drawn at once and filled with code on intent.
 *
 * Written as one closure per widget rather than a class: it is the largest part of the loader, and locals minify.
 */
import type { ChatError, ChatEvent, ChatHandle, ChatOptions } from '@miptech/chat'
import type { Code, Seat } from './seat'
import { attempt, pin, stored, words } from './page'
import { drawShell, make } from './shell'

/**
 * What the code does, queued until it runs: three that answer with what takes them back, eleven that only prepare, one
 * that calls for the code, and nine that do and answer with a promise.
 */
const COMMANDS =
  'on once subscribe off update setLocale setTheme setContext setToken setConsent setDraft identify markRead retry regenerate stop focusComposer send signIn register logout getProfile newConversation exportConversation eraseConversation diagnose'.split(' ')

const instances = new Map<string, Seat>()

export function get(id = 'default'): ChatHandle | undefined {
  return instances.get(id)?.handle
}

export function all(): ChatHandle[] {
  return [...instances.values()].map(({ handle }) => handle)
}

/** Fetches both files, begun side by side. */
export type Fetch = () => Promise<[Code, Response]>

/** Fetched once for all instances, and forgotten on failure so that the next click tries again. */
let fetched: Promise<[Code, Response]> | undefined

/** Automatic repeats that are left, each after up to a second; then there is one try for each click. */
let repeats = 2

const repeated = (fetchCode: Fetch): Promise<[Code, Response]> =>
  fetchCode().catch(
    (cause) => new Promise((resolve, reject) => (repeats-- < 1 ? reject(cause) : setTimeout(() => resolve(repeated(fetchCode)), Math.random() * 1000))),
  )

export function mountWith(fetchCode: Fetch, options?: ChatOptions): ChatHandle {
  const id = `${options?.id ?? 'default'}`
  const seat = instances.get(id) ?? create(id, options, fetchCode)
  seat.holders++
  return seat.handle
}

function create(id: string, given: ChatOptions | undefined, fetchCode: Fetch): Seat {
  // What the page's prototypes say is no option.
  const options: ChatOptions = { __proto__: null, ...given } as ChatOptions
  let loading: unknown
  let resolveReady!: () => void

  const seat = {
    id,
    options,
    holders: 0,
    isGone: !globalThis.document,
    life: new AbortController(),
    queue: [],
    raise(code, help, stage = 'create') {
      help += ` docs/TROUBLESHOOTING.md#${code}`
      console.error(`miptech-chat: ${code} ${help}`)
      const detail = (seat.error = { code, message: help, retryable: false, stage, buildId: __VERSION__, help })
      queueMicrotask(() => {
        seat.hostElement.dispatchEvent(new CustomEvent('miptech-chat:error', { bubbles: true, composed: true, detail }))
        for (const [name, [event, heard]] of seat.queue) attempt(() => name + (event as string) === 'onerror' && (heard as (error: ChatError) => void)(detail))
      })
    },
    say(text, button) {
      const { lines: list } = seat.shell
      list.textContent = ''
      make(list, 'p').textContent = text
      if (button) Object.assign(make(list, 'button'), { textContent: button, onclick: load })
    },
    redraw() {
      const former = seat.hostElement
      const host = (seat.hostElement = document.createElement('div'))
      const { launcher } = (seat.shell = drawShell(host, options, () => show(false, 'visitor'), handle.send))
      const { launcher: own = true, target } = options
      const opener = own === true ? launcher : find(own)
      host.dataset['miptechChat'] = id
      pin(host, options)
      if (opener !== launcher) launcher.style.display = 'none'
      // A finger enters before it touches, so this is hovering and touching in one.
      opener?.addEventListener('click', toggle, seat.life)
      for (const name of ['pointerenter', 'focus']) if (options.load !== 'manual') opener?.addEventListener(name, load, seat.life)
      if (former) former.replaceWith(host)
      else (find(target) ?? document.documentElement).append(host)
    },
    finish() {
      seat.isGone = true
      instances.delete(id)
      for (const [name, , resolve] of seat.queue) resolve(refuse(name))
      resolveReady()
      seat.life.abort()
      seat.hostElement.remove()
    },
  } as Partial<Seat> as Seat
  /** No widget, no answer: what has a result says why, the rest is nothing. */
  const refuse = (name: string): unknown => (/^[rs]/.test(name) ? { ok: false, error: seat.error } : null)
  const isOpen = (): boolean => !seat.isGone && seat.shell.widget.dataset['open'] === ''
  const toggle = (): void => show(!isOpen(), 'visitor')
  const show = (isOpen: boolean, by = 'host'): void => {
    const { engine, shell } = seat
    if (engine) engine.show(isOpen, by)
    else if (!seat.isGone) {
      shell.launcher.ariaExpanded = `${shell.widget.toggleAttribute('data-open', isOpen)}`
      seat.openedBy = by
      if (isOpen) {
        if (by) shell.field.focus()
        load()
      }
    }
  }
  const load = (): unknown =>
    seat.isGone ||
    (loading ??= (fetched ??= repeated(fetchCode))
      .then(([code, wasm]) => code.start(seat, wasm))
      .then(resolveReady)
      .catch((cause) => {
        loading = fetched = undefined
        seat.raise(cause.code ?? 'load/network', cause.help ?? cause, 'load')
        // Not all of the code is there, and whoever asked why would wait for somebody's next try.
        seat.queue = seat.queue.filter(([name, , resolve]) => seat.isGone || cause.code || name !== 'diagnose' || resolve(Promise.reject(seat.error)))
        seat.say(words(options, 'Chat could not be loaded', 'Chat non caricata'), words(options, 'Try again', 'Riprova'))
      }))

  const display = (value: string): void => seat.hostElement?.style.setProperty('display', value, 'important')

  const handle = (seat.handle = {
    id,
    get element() {
      return seat.isGone ? null : seat.hostElement
    },
    ready: new Promise<void>((resolve) => (resolveReady = resolve)),
    getState: () =>
      seat.engine?.getState() ??
      Object.freeze({
        status: 'idle',
        isOpen: isOpen(),
        unread: 0,
        chatId: null,
        connection: { state: 'idle' },
        auth: 'anonymous',
        messages: 0,
        error: seat.error,
      }),
    getMessages: () => seat.engine?.getMessages() ?? [],
    isOpen,
    isAuthenticated: () => seat.engine?.isAuthenticated() ?? !!stored(options.tokenKeys?.access ?? 'miptech_access_token'),
    open: () => show(true),
    close: () => show(false),
    toggle: () => show(!isOpen()),
    show: () => display('block'),
    hide: () => display('none'),
    /** React's StrictMode unmounts and mounts again at once; a grace of one macrotask keeps its one widget alive. */
    async destroy() {
      seat.holders -= seat.holders && 1
      await new Promise((resolve) => setTimeout(resolve))
      if (!seat.holders && !seat.isGone) {
        seat.finish()
        seat.engine?.destroy()
      }
    },
  } as ChatHandle)
  handle.unmount = handle.destroy
  COMMANDS.forEach((name, index) => {
    ;(handle as never as Record<string, unknown>)[name] = (...args: unknown[]) => {
      const answer = new Promise((resolve) => {
        if (seat.engine) resolve(seat.engine.call(name, args))
        else {
          seat.queue.push([name, args, resolve])
          if (seat.isGone) resolve(refuse(name))
          else if (index > 15) load()
        }
      })
      return index < 3 ? () => handle.off(...(args as [never])) : index > 16 ? answer : undefined
    }
  })

  for (const name in options.on) handle.on(name as ChatEvent, options.on[name as ChatEvent] as () => void)
  if (!seat.isGone) {
    instances.set(id, seat)
    seat.redraw()
    const fault = firstFault(options)
    if (fault) {
      seat.raise(...fault)
      seat.finish()
    } else {
      const { load: when, target, open = !!target, tenantId = 'miptech-company' } = options
      if (open === 'restore' ? stored(`miptech_chat:${tenantId}:open`) : open) show(true, '')
      if (when === 'eager' || options.connect === 'load') load()
      else if (when === 'idle' || (!when && options.invitation)) (self.requestIdleCallback ?? setTimeout)(load)
    }
  }
  return seat
}

/** An element by itself or by its selector; what is neither is judged when the code runs. */
function find(place: unknown): Element | null | undefined {
  return place instanceof Element ? place : attempt(() => document.querySelector(place as string))
}

/** What is wrong enough to draw nothing: a tenant no platform takes, or an unencrypted base on an encrypted page. */
function firstFault({ tenantId = 'ok-', apiUrl = 'wss://-', wsUrl = apiUrl }: ChatOptions): [ChatError['code'], string] | undefined {
  if (!/^[\w-]{3,50}$/.test(tenantId)) return [tenantId ? 'config/invalid' : 'config/tenant-missing', 'tenantId']
  for (const base of [apiUrl, wsUrl]) {
    if (!/^\s*(http|ws)s?:\/\/./i.test(base)) return ['config/invalid', base]
    const isOpen = /^\s*(http|ws):\/\/(?!([^/]+\.)?(localhost|127(\.\d+){3}|\[::1])([:/]|$))/i.test(base)
    if (location.protocol === 'https:' && isOpen) return ['config/insecure-url', base]
  }
  return undefined
}
