/** A widget whose code runs: what the handle forwards to. */
import type { ChatError, ChatOptions, ChatState, Message } from '@miptech/chat'
import type { Facts } from './doctor/connection'
import { dispatch, errorOf } from './events'
import type { Instance } from './guard'
import { type Keys, keyOf, pageKeys } from './keys'
import { type Extras, extras, known } from './later'
import { CHANGING } from './options'
import { languageOf } from './language'
import { learn, wordsOf } from './packs'
import { complete } from './parts'
import type { Engine, Seat } from './seat'
import type { Wish } from './wishes'

/** The methods of the wasm, in the order in which `src/embed/handle.rs` numbers them. */
const METHODS =
  'open close send retry stop newConversation signIn register logout isAuthenticated getProfile diagnose setToken setDraft focusComposer getState getMessages destroy update regenerate markRead eraseConversation getTrace draw'.split(
    ' ',
  )

export interface Widget extends Engine {
  /** Everything that comes before the views. Where there will be some, `draw` may follow in a task of its own. */
  prepare(): boolean
  /** Hands the shell over, and does what was asked for until now. */
  draw(): void
  /** Called once the widget is gone by itself. */
  atEnd(call: () => void): void
  /** The instance is dead: what waits for it is told, and nothing of it is called any more. */
  abandon(): void
}

interface Listener {
  event: string
  callback: unknown
  listener: EventListener
}

/** Listeners of the page outlast a crash. */
const listeners = new WeakMap<Seat, Listener[]>()

export function drawnWidget(seat: Seat, instance: Instance, storage: Keys & { grant?(isGranted: boolean): void }, more?: Extras): Widget {
  const { glue, isDead } = instance
  const { hostElement: host, options, shell } = seat
  const life = new AbortController()
  const heard = listeners.get(seat) ?? []
  listeners.set(seat, heard)
  /** What settles the promises that wait for the wasm, where it dies. */
  const pending = new Map<(answer: unknown) => void, string>()
  let number = 0
  let isRestored = false

  const inner = (method: string, ...args: unknown[]): unknown => glue.call(number, METHODS.indexOf(method), ...args)

  const raise = (name: string, cause: unknown): void => {
    // One that throws at an error would hear of its own error next.
    if (name !== 'error') dispatch(seat.hostElement, 'error', errorOf('host/callback-threw', 'send', `A listener of ${name} threw: ${cause}`))
  }
  const attach = ({ event, listener }: Listener): void => host.addEventListener(`miptech-chat:${event}`, listener, life)
  const noteDeltas = (): unknown => seat.hostElement.toggleAttribute('data-deltas', heard.some(({ event }) => event === 'response:delta'))

  const hear = (event: string, callback: (told: unknown) => void, isOnce?: boolean, tell = (detail: unknown): unknown => detail): void => {
    if (typeof callback !== 'function') return
    const listener = ({ detail }: Event & { detail?: unknown }): void => {
      if (isOnce) forget(entry)
      try {
        callback(tell(detail))
      } catch (cause) {
        raise(event, cause)
      }
    }
    const entry = { event, callback, listener: listener as EventListener }
    heard.push(entry)
    attach(entry)
    noteDeltas()
  }
  /** After a crash it hangs on another host. */
  const forget = (entry: Listener): void => {
    seat.hostElement.removeEventListener(`miptech-chat:${entry.event}`, entry.listener)
    heard.splice(heard.indexOf(entry), 1)
    noteDeltas()
  }
  const off = (event: unknown, callback: unknown): void => {
    // What `subscribe` gave is taken back by its callback alone.
    const [name, callbackOf] = typeof event === 'function' ? ['state', event] : [event, callback]
    heard.filter((entry) => entry.event === name && (!callbackOf || entry.callback === callbackOf)).forEach(forget)
  }

  const consent = (granted: boolean): void => {
    storage.grant?.(granted)
    dispatch(host, 'consent:change', { granted })
  }

  /** Accounts come with the last part of the code; whoever signs out meanwhile means a sign-in that waits, too. */
  let signOuts = 0
  const inTurn = (name: string, args: unknown[]): unknown => {
    const before = signOuts
    const begin = (): unknown => (before === signOuts || /^[gd]/.test(name) ? inner(name, ...args) : failed(name, errorOf('auth/required', 'auth', 'Signed out meanwhile.')))
    const coming = complete(instance)
    return coming ? coming.then(begin) : begin()
  }

  /** What a promise resolves to where there is nothing else to tell. */
  const failed = (name: string, error?: ChatError): unknown => (/^[gd]/.test(name) ? null : { ok: false, error })

  /** Answers come from the wasm, or from `abandon`. */
  const asked = (name: string, args: unknown[]): Promise<unknown> =>
    new Promise((resolve) => {
      pending.set(resolve, name)
      // Accounts and the facts for a report come with the last part of the code.
      const begun = name === 'send' ? inner(name, ...args) : inTurn(name, args)
      void Promise.resolve(begun).then((answer) => {
        // What a dead instance gives is nothing; `abandon` answers.
        if (isDead()) return
        pending.delete(resolve)
        resolve(answer ?? failed(name, errorOf('load/network', 'load', 'A part of the code could not be loaded.')))
      })
    })
  /** The reason comes by an event, so a turn later. */
  const refused = (name: string): Promise<unknown> =>
    new Promise((resolve) => setTimeout(() => resolve(failed(name, seat.error))))

  /** Tells of what is pressed in an answer; by its host and its place alone. */
  const pressed = (event: Event): void => {
    const link = (event.composedPath()[0] as Element).closest?.<HTMLAnchorElement>('a[href]')
    const messageId = link?.closest<HTMLElement>('[data-message-id]')?.dataset['messageId']
    if (!link || !messageId) return
    const pill = link.closest('[part=source]')?.parentElement
    if (pill) dispatch(host, 'source:click', { messageId, index: [...pill.parentElement!.children].indexOf(pill) })
    else dispatch(host, 'link:click', { messageId, host: link.host })
  }

  /** A page that takes our node away wants it gone; one that swaps its body does not mean us. */
  const watcher = new MutationObserver(() => {
    followLanguage()
    if (host.isConnected || seat.isGone) return
    setTimeout(() => {
      if (host.isConnected || seat.isGone || seat.hostElement !== host) return
      if (isRestored || options.target) {
        seat.finish()
        engine.destroy()
      } else {
        isRestored = true
        document.documentElement.append(host)
      }
    })
  })

  const noteError = ({ detail }: Event & { detail?: ChatError }): void => {
    if (detail) seat.error = detail
  }

  const ends: (() => void)[] = []
  const leave = (): void => {
    life.abort()
    watcher.disconnect()
    for (const end of ends) end()
  }

  const engine: Widget = {
    prepare() {
      more?.attend(seat, storage, instance)
      const root = host.shadowRoot
      if (root && !root.adoptedStyleSheets?.length) {
        const nonce = options.nonce ?? document.querySelector<HTMLElement>('script[nonce]')?.nonce ?? ''
        // The second one is for the code.
        root.prepend(...[shell.css, ''].map((textContent) => Object.assign(document.createElement('style'), { textContent, nonce })))
      }
      heard.forEach(attach)
      noteDeltas()
      host.addEventListener('miptech-chat:error', noteError, life)
      const chosen = storage === pageKeys ? undefined : storage
      number = glue.mount(host, { ...(more ? more.innerOptions(options, chosen) : options), words: wordsOf(options) })
      return !!number
    },
    draw() {
      const { widget, field: input } = shell
      const by = seat.openedBy
      const isOpen = widget.dataset['open'] === ''
      // From here on the widget hears its keys by itself.
      widget.onkeydown = null
      if (input.form) input.form.onsubmit = null
      host.shadowRoot?.addEventListener('click', pressed, life)
      host.shadowRoot?.addEventListener('auxclick', pressed, life)
      host.addEventListener('miptech-chat:wish', ({ detail }: Event & { detail?: Wish }) => void extras().then(({ grant }) => grant(seat, engine, storage, detail!)), life)
      host.addEventListener('miptech-chat:message:received', () => {
        if (document.hidden || host.dataset['sound']) void extras().then(({ alertOf }) => alertOf(seat))
      }, life)
      watcher.observe(document.documentElement, { childList: true, subtree: !!options.target, attributeFilter: ['lang'] })
      addEventListener('storage', followLanguage, life)
      addEventListener('resize', followScreen, life)
      if (options.open === 'restore') for (const name of ['open', 'close']) host.addEventListener(`miptech-chat:${name}`, () => remember(name), life)
      const begin = isOpen && (by === 'visitor' || by === 'again' ? by : true)
      // Nobody is asked for anything before tokens, facts and options that were told meanwhile are there.
      const waits = by !== 'again' && seat.queue.some(([name]) => name === 'setToken' || CHANGING.test(name))
      inner('draw', !waits && begin)
      // It crashed; what was asked for waits for the next one.
      if (isDead()) return
      seat.engine = engine
      for (const [name, args, resolve] of seat.queue.splice(0)) resolve(engine.call(name, args))
      // A wrong option is told by an event of its own, and then there is nothing to see.
      if (!number) {
        setTimeout(() => {
          seat.finish()
          engine.destroy()
        })
      }
      if (waits && begin) engine.show(true, by ?? 'host')
      followScreen()
      // The page may have changed it since the options were read.
      followLanguage()
    },
    show(isOpen, by) {
      inner(isOpen ? 'open' : 'close', by)
      // The views follow in a turn of their own; who asks meanwhile is told what is.
      shell.widget.toggleAttribute('data-open', isOpen)
      seat.openedBy = by
      followLanguage()
      followScreen()
    },
    call(name, args) {
      const [first, second] = args
      if (CHANGING.test(name)) return changeBy(name, first)
      switch (name) {
        case 'on':
        case 'once':
          return hear(first as string, second as () => void, name === 'once')
        case 'subscribe':
          // The code tells `state` after every change, once per microtask; it is no event of the public surface.
          return hear('state', first as () => void, false, () => seat.handle.getState())
        case 'off':
          return off(first, second)
        case 'setConsent':
          return consent(!!first)
        case 'exportConversation':
          return extras()
            .then(({ exported }) => exported(engine.getMessages(), engine.getState().chatId, first))
            .catch(() => new Blob([JSON.stringify(engine.getMessages())], { type: 'application/json' }))
        case 'diagnose':
          return extras().then(({ examined }) => examined(seat, () => asked(name, []) as Promise<Facts | null>), () => null)
        case 'logout':
        case 'eraseConversation':
          for (const key of ['open', 'quarantine']) storage.removeItem(keyOf(options, key))
          signOuts++
          return inner(name)
        case 'send':
        case 'signIn':
        case 'register':
        case 'getProfile':
          return number ? asked(name, args) : refused(name)
        default:
          return inner(name, first, second)
      }
    },
    getState: () => Object.freeze(inner('getState')) as ChatState,
    getMessages: () => inner('getMessages') as Message[],
    isAuthenticated: () => !!inner('isAuthenticated'),
    atEnd: (call) => ends.push(call),
    abandon() {
      leave()
      for (const [resolve, name] of pending) {
        const error = name === 'send' ? errorOf('message/unconfirmed', 'send', 'The widget crashed.') : errorOf('internal/panic', 'auth', 'The widget crashed.')
        resolve(failed(name, error))
      }
      pending.clear()
    },
    destroy() {
      inner('destroy')
      leave()
      heard.length = 0
    },
  }

  /** Changes that wait for what they take, in the order in which they were asked for. */
  let changing: Promise<unknown> | undefined

  const changeBy = (method: string, value?: unknown): void => {
    const change = ({ change }: Extras): void => {
      const take = (next: object): unknown => inner('update', { ...next, words: wordsOf(next as ChatOptions) })
      if (!seat.isGone) change(seat, method, value, { take, hear, off, storage })
    }
    const next = method === 'setLocale' ? { locale: value } : method === 'update' ? value : undefined
    const learning = learn({ ...options, ...(next as ChatOptions) })
    if (known && !learning && !changing) return change(known)
    const mine: Promise<unknown> = (changing = Promise.all([extras(), learning, changing])
      .then(([extras]) => change(extras), () => undefined)
      .then(() => {
        if (changing === mine) changing = undefined
      }))
  }

  /** A panel on a small screen, upright or on its side, needs more of the page. */
  const followScreen = (): void => {
    const follow = ({ phone }: Extras): void => phone(seat, life)
    if ((innerHeight > 480 && innerWidth >= 480) || !seat.handle.isOpen()) return
    if (known) follow(known)
    else extras().then(follow, () => undefined)
  }

  /** `locale: auto` goes with the page; what it stores is heard in its other tabs alone, so whoever opens looks. */
  let language = languageOf(options)
  const followLanguage = (): void => {
    if (language !== (language = languageOf(options))) changeBy('update')
  }

  /** Where ids may be stored, so may this. */
  const remember = (name: string): void => {
    const key = keyOf(options, 'open')
    if (name === 'close') storage.removeItem(key)
    else if (storage.getItem('miptech_session_id')) storage.setItem(key, '1')
  }
  return engine
}
