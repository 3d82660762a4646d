/**
 * What is fetched at intent, in one file with the glue: from the wasm's bytes to a running widget, and what follows
 * where there is none.
 */
import type { ChatError, ChatOptions } from '@miptech/chat'
import { dispatch, errorOf } from './events'
import { type Instance, instantiate } from './guard'
import { type Keys, keyOf, pageKeys } from './keys'
import { extras } from './later'
import { CHANGING, isPlain } from './options'
import { languageOf } from './language'
import { learn } from './packs'
import { words } from './page'
import { complete } from './parts'
import type { Code, Seat } from './seat'
import { type Widget, drawnWidget } from './widget'

/** What a failed load rejects with; the visitor may try again. */
interface LoadFailure {
  code: ChatError['code']
  help: string
}

/** Bytes are read once, however many widgets there are. */
const module = new WeakMap<Response, Promise<WebAssembly.Module>>()

/** The instance all widgets of the page share, until it crashes. */
let shared: Promise<Instance> | undefined

/** The code cannot run here. */
const fallBack = async (seat: Seat, code: ChatError['code'], help: string): Promise<void> => (await extras()).fallBack(seat, code, help)

/** Where it fails, whoever asked why is told of it. */
export const start = (seat: Seat, answer: Response): Promise<void> =>
  begin(seat, answer).catch((cause: LoadFailure) => {
    // By its code the loader knows that whoever asked why is told here.
    const failure: LoadFailure = cause.help ? cause : { code: 'load/network', help: `${cause}` }
    void extras().then(({ explain }) => explain(seat, failure), () => undefined)
    throw failure
  })

async function begin(seat: Seat, answer: Response): Promise<void> {
  const { options } = seat
  if (!globalThis.WebAssembly) return fallBack(seat, 'load/no-wasm', 'The browser cannot run WebAssembly.')
  const compiling = (module.get(answer) ?? compile(answer)).catch((failure: LoadFailure) => failure)
  let storage: Keys = pageKeys
  let more = isPlain(options) ? undefined : await extras()
  if (more) {
    const fault = more.checkOptions(options)
    if (seat.isGone) return
    if (fault) {
      seat.raise('config/invalid', fault)
      return seat.finish()
    }
    storage = more.chooseStorage(seat) ?? storage
  }
  // What the visitor chose in the menu on an earlier page; colours of the page's own are no choice.
  const [locale, theme] = ['locale', 'theme'].map((name) => storage.getItem(keyOf(options, name)))
  if (locale && /^(en|it|ar)$/.test(locale)) options.locale = locale
  if (/^(auto|light|dark)$/.test(`${theme}`) && /^(undefined|auto|light|dark)$/.test(`${options.theme}`)) options.theme = theme as 'auto'
  const learning = learn(options)
  if (!isPlain(options) || languageOf(options) === 'ar') more ??= await extras()
  const hasCrashed = !!storage.getItem(keyOf(options, 'crashes'))
  if (hasCrashed && !(await extras()).mayStart(options, storage)) {
    return fallBack(seat, 'internal/panic', 'The widget failed to start three times.')
  }
  const compiled = await compiling
  if (!(compiled instanceof WebAssembly.Module)) {
    if (compiled.code !== 'load/csp-wasm') throw compiled
    return fallBack(seat, compiled.code, compiled.help)
  }
  const coming = (shared ??= instantiate(compiled))
  const instance = await coming.catch((cause: unknown) => {
    shared = undefined
    throw cause
  })
  await learning
  // A trace begins with its session, so what writes it comes first.
  if (options.debug) await more?.writeTraces(instance, complete(instance))
  await aside()
  // The page may have changed its language meanwhile.
  await learn(options)
  if (languageOf(options) === 'ar') more ??= await extras()
  // What was asked for meanwhile is done in its order, so what it takes is there first.
  await needed(seat)
  if (seat.isGone) return
  if (instance.isDead()) {
    // The last widget in it went before anybody heard of its end.
    if (shared === coming) shared = undefined
    return begin(seat, answer)
  }
  const widget = drawnWidget(seat, instance, storage, more)
  let isStarting = true
  const settled = setTimeout(() => {
    isStarting = false
    if (hasCrashed) void extras().then(({ survived }) => survived(options, storage), () => undefined)
  }, STARTED_AFTER_MS)
  const end = (): void => {
    clearTimeout(settled)
    instance.hearers.delete(died)
  }
  const died = (cause: unknown): void => {
    end()
    shared = undefined
    const { dataset } = seat.shell.widget
    // Where it cannot be counted it may begin anew: a page that has lost the network loses no draft.
    const counted = extras().then(
      ({ crashed }) => crashed(options, storage, isStarting, dataset),
      () => false,
    )
    void restart(seat, widget, counted, cause, () => start(seat, answer))
  }
  instance.hearers.add(died)
  widget.atEnd(end)
  if (widget.prepare()) {
    await aside()
    // From here on there is something to lose, and a change by itself waits for what it takes.
    await needed(seat)?.catch(() => undefined)
    if (seat.isGone) return widget.destroy()
    if (instance.isDead()) return
  }
  widget.draw()
  complete(instance)
}

/**
 * To start the code, to prepare a widget and to draw it are tasks of their own where the browser can tell them apart, so
 * that keys come in between. By no timer: a page under test may hold those, and a hidden one slows them down.
 */
const aside = async (): Promise<void> => self.scheduler?.yield?.().catch(() => undefined)

/** What the changes take that were asked for; nothing where there were none. */
const needed = ({ queue }: Seat): Promise<unknown> | undefined => (queue.some(([name]) => CHANGING.test(name)) ? extras() : undefined)

/** Says what happened, and begins anew a moment later; too often, and it is over for a while. */
async function restart(seat: Seat, widget: Widget, isOver: Promise<boolean>, cause: unknown, again: () => Promise<void>): Promise<void> {
  // What is asked from here on waits for the next instance.
  delete seat.engine
  // Told while the listeners still hang on the host that crashed.
  dispatch(seat.hostElement, 'error', errorOf('internal/panic', 'load', 'The widget crashed; report this with the build id.'))
  await undefined
  const { shell, options } = seat
  const { field: input } = shell
  const { open, reading, unreadable } = shell.widget.dataset
  const hadFocus = shell.widget.parentNode && (seat.hostElement.shadowRoot?.activeElement ?? null) === input
  widget.abandon()
  if (seat.isGone) return
  const { display } = seat.hostElement.style
  seat.redraw()
  seat.hostElement.style.setProperty('display', display, 'important')
  const { shell: next } = seat
  next.field.value = input.value
  next.field.setSelectionRange(input.selectionStart, input.selectionEnd)
  if (open === '') next.widget.dataset['open'] = open
  // An answer it died of is not read again (`src/ui/answer/confined.rs`); none is called `undefined`.
  next.widget.dataset['unreadable'] = `${unreadable}\n${reading}`
  seat.openedBy = 'again'
  if (hadFocus) next.field.focus()
  if (options.debug) console.debug('miptech-chat:', (cause as Error)?.stack ?? cause)
  seat.say(words(options, 'Restarting chat', 'Riavvio della chat'))
  setTimeout(async () => {
    const giveUp = (help: string): Promise<void> => fallBack(seat, 'internal/panic', help).catch(() => undefined)
    if (await isOver) void giveUp('The widget crashed too often.')
    else if (!seat.isGone) again().catch(() => giveUp('The widget failed to start again.'))
  }, RESTART_AFTER_MS)
}

/** A catch-all page answers HTML with 200 for a missing file, so the first bytes are judged, not the status. */
function compile(answer: Response): Promise<WebAssembly.Module> {
  const compiling = compiled(answer)
  module.set(answer, compiling)
  return compiling
}

async function compiled(answer: Response): Promise<WebAssembly.Module> {
  if (!answer.ok) fail('load/network', `${answer.url} answered ${answer.status}`)
  const bytes = await answer.arrayBuffer()
  if (`${new Uint8Array(bytes).subarray(0, 4)}` !== '0,97,115,109') fail('load/not-wasm', `No WebAssembly: ${answer.url}`)
  return WebAssembly.compile(bytes).catch((cause: unknown) => {
    if (/CSP|security.policy|unsafe-eval/i.test(`${cause}`)) fail('load/csp-wasm', "Add 'wasm-unsafe-eval' to the page's script-src.")
    return fail('load/not-wasm', `Broken WebAssembly: ${answer.url}`)
  })
}

function fail(code: ChatError['code'], help: string): never {
  throw { code, help } satisfies LoadFailure
}

export const csp = async (options?: ChatOptions): Promise<string> => (await extras()).csp(options)

export const diagnose: Code['diagnose'] = async (options, mount) => (await extras()).diagnose(options, mount)

/** How long a widget must live before a crash is no failure to start; our choice. */
const STARTED_AFTER_MS = 500

/** Long enough to read that something happened, short of the two seconds of `faults.md` section 6.5. */
const RESTART_AFTER_MS = 700
