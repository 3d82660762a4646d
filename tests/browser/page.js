// The page as the tests see it: what browser bindings do not give, and spies on what a widget leaves behind.
//
// `open` makes the page fresh and `close` gives everything back. A test that panics never closes, so `open` begins
// with closing.

const SILENT_HOST = 'http://127.0.0.1:9'

const NAMES = [
  'ready', 'open', 'close', 'conversation:start', 'conversation:end', 'message:sent', 'message:received',
  'message:failed', 'unread:change', 'connection:change', 'auth:change', 'auth:required', 'error', 'state',
]

const real = {
  addEventListener: EventTarget.prototype.addEventListener,
  setTimeout: window.setTimeout.bind(window),
  requestAnimationFrame: window.requestAnimationFrame.bind(window),
  fetch: window.fetch.bind(window),
}

let undo = []
let areRefused = false
let areEndless = false
let answers = new Map()
let bytesPulled = 0
let heardEvents = []
let faultLines = []
let warningLines = []
let requests = []
let bodies = []
let parsed = []
let alive = new Map()
let waiting = []
let clock = 0

export function put(object, name, descriptor) {
  const before = Object.getOwnPropertyDescriptor(object, name)
  Object.defineProperty(object, name, { configurable: true, ...descriptor })
  undo.push(() => {
    if (before) Object.defineProperty(object, name, before)
    else delete object[name]
  })
}

export function replace(object, name, make) {
  put(object, name, { value: make(object[name]), writable: true, enumerable: true })
}

/** Has something done when the page is closed. */
export function onClose(done) {
  undo.push(done)
}

function listen(target, name, listener) {
  target.addEventListener(name, listener)
  undo.push(() => target.removeEventListener(name, listener))
}

export function open() {
  close()
  heardEvents = []
  faultLines = []
  warningLines = []
  requests = []
  bodies = []
  parsed = []
  alive = new Map()
  waiting = []
  areRefused = false
  areEndless = false
  answers = new Map()
  bytesPulled = 0
  document.documentElement.lang = 'en'
  const stage = document.createElement('main')
  document.body.append(stage)
  undo.push(() => stage.remove())
  for (const name of NAMES) {
    listen(document, `miptech-chat:${name}`, (event) => {
      heardEvents.push(`${event.target.id} ${name} ${json(event.detail) ?? ''}`.trim())
    })
  }
  listen(window, 'error', (event) => faultLines.push(`${event.message}`))
  listen(window, 'unhandledrejection', (event) => faultLines.push(`${event.reason}`))
  replace(console, 'warn', () => (...words) => warningLines.push(words.join(' ')))
  // No server runs: a call stays under way until it is aborted, or fails at once where the test says so.
  replace(window, 'fetch', () => (request, init) => {
    const url = `${request.url ?? request}`
    if (!url.startsWith(SILENT_HOST)) return real.fetch(request, init)
    const call = new Request(request, init)
    const { signal } = call
    if (signal.aborted) return Promise.reject(signal.reason)
    requests.push(call)
    bodies.push(init?.body)
    const turns = answers.get(new URL(url).pathname)
    const told = turns?.length > 1 ? turns.shift() : turns?.[0]
    if (told) return Promise.resolve(new Response(told.body, told))
    if (areEndless) return Promise.resolve(endless())
    if (areRefused) return Promise.reject(new TypeError('Failed to fetch'))
    const key = {}
    alive.set(key, 'call')
    return new Promise((_, reject) => {
      real.addEventListener.call(signal, 'abort', () => {
        alive.delete(key)
        reject(signal.reason)
      })
    })
  })
  return stage
}

export function close() {
  while (undo.length > 0) undo.pop()()
  localStorage.clear()
  document.documentElement.removeAttribute('lang')
}

/** From here on every call fails at once. */
export function refuseCalls() {
  areRefused = true
}

/** From here on calls to one path are answered, in whatever else is said of calls. */
export function answer(path, status, body) {
  answers.set(path, [{ status, body: body || null }])
}

/** From here on calls to one path are asked to come back after so many seconds. */
export function answerBusy(path, seconds) {
  answers.set(path, [{ status: 429, body: null, headers: { 'retry-after': `${seconds}` } }])
}

/** The answer after those there are; the last one is given for ever. */
export function answerNext(path, status, body) {
  answers.get(path).push({ status, body: body || null })
}

/** From here on calls to one path stay under way again. */
export function forgetAnswer(path) {
  answers.delete(path)
}

/** From here on every call is answered with a server's error whose body has no end. */
export function answerWithoutEnd() {
  areEndless = true
}

function endless() {
  const chunk = new Uint8Array(16 * 1024).fill(32)
  const pull = (controller) => {
    bytesPulled += chunk.length
    controller.enqueue(chunk)
  }
  return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }), { status: 500 })
}

/** How much was read of bodies without end. */
export function bytesRead() {
  return bytesPulled
}

/** The addresses of the calls made. */
export function calls() {
  return requests.map((call) => call.url)
}

/** How the calls were made. */
export function settingsOfCalls() {
  return requests.map(({ method, credentials, cache, redirect, referrerPolicy, headers }) =>
    [method, credentials, cache, redirect, referrerPolicy, ...[...headers].flat()].join(' '))
}

/** The body of the last call to one path. */
export function bodyOf(path) {
  return bodies[requests.findLastIndex((call) => new URL(call.url).pathname === path)]
}

export function heard() {
  return [...heardEvents]
}

export function faults() {
  return [...faultLines]
}

export function warnings() {
  return [...warningLines]
}

export function macrotask() {
  return new Promise((done) => real.setTimeout(done, 0))
}

export function frame() {
  return new Promise((done) => real.requestAnimationFrame(done))
}

/** What a promise came to, or the word `pending`. */
export function peek(promise) {
  return Promise.race([promise, macrotask().then(() => 'pending')])
}

/** JSON with sorted keys. A key whose value is `undefined` shows as such: a shape has it, or does not. */
export function json(value) {
  const sorted = (_, inner) => {
    if (inner === undefined) return 'undefined!'
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner
    return Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
  }
  return value === undefined ? undefined : JSON.stringify(value, sorted)
}

/** Presses a key as a person would: it bubbles and leaves shadow roots. Gives whether the default was prevented. */
export function key(target, name, init) {
  const event = new KeyboardEvent(name, { bubbles: true, composed: true, cancelable: true, ...JSON.parse(init) })
  return !target.dispatchEvent(event)
}

/** Replaces the text of a field as typing does. */
export function type(field, text) {
  field.value = text
  field.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }))
}

/** From here on, whatever starts is counted until it ends by itself or is taken back. */
export function watch() {
  const started = (what, key = {}) => {
    alive.set(key, what)
    return key
  }
  const pairs = [
    ['setTimeout', 'clearTimeout', 'timeout'],
    ['requestAnimationFrame', 'cancelAnimationFrame', 'frame'],
    ['requestIdleCallback', 'cancelIdleCallback', 'idle'],
  ]
  for (const [start, stop, what] of pairs) {
    replace(window, start, (original) => (callback, ...rest) => {
      const id = original.call(window, (...values) => {
        alive.delete(`${what} ${id}`)
        callback(...values)
      }, ...rest)
      alive.set(`${what} ${id}`, what)
      return id
    })
    replace(window, stop, (original) => (id) => {
      alive.delete(`${what} ${id}`)
      original.call(window, id)
    })
  }
  replace(window, 'setInterval', (original) => (...values) => {
    const id = original.apply(window, values)
    alive.set(`interval ${id}`, 'interval')
    return id
  })
  replace(window, 'clearInterval', (original) => (id) => {
    alive.delete(`interval ${id}`)
    original.call(window, id)
  })

  const listeners = []
  const capture = (options) => (typeof options === 'boolean' ? options : (options?.capture ?? false))
  const same = (target, name, callback, options) => (known) =>
    known.target === target && known.name === name && known.callback === callback && known.capture === capture(options)
  replace(EventTarget.prototype, 'addEventListener', (original) => function (name, callback, options) {
    if (!listeners.some(same(this, name, callback, options))) {
      const known = { target: this, name, callback, capture: capture(options), key: started(`listener ${name}`) }
      listeners.push(known)
      // What hangs on a signal ends with it, and a signal is heard no more once it is aborted.
      const signal = this instanceof AbortSignal ? this : options?.signal
      if (signal) {
        original.call(signal, 'abort', () => {
          alive.delete(known.key)
          const at = listeners.indexOf(known)
          if (at >= 0) listeners.splice(at, 1)
        })
      }
    }
    return original.call(this, name, callback, options)
  })
  replace(EventTarget.prototype, 'removeEventListener', (original) => function (name, callback, options) {
    const at = listeners.findIndex(same(this, name, callback, options))
    if (at >= 0) alive.delete(listeners.splice(at, 1)[0].key)
    return original.call(this, name, callback, options)
  })

  for (const name of ['ResizeObserver', 'MutationObserver', 'IntersectionObserver']) {
    replace(window, name, (Original) => class extends Original {
      observe(...values) {
        alive.set(this, name)
        super.observe(...values)
      }

      disconnect() {
        alive.delete(this)
        super.disconnect()
      }
    })
  }
  replace(window, 'WebSocket', (Original) => class extends Original {
    constructor(...values) {
      super(...values)
      alive.set(this, 'socket')
      this.addEventListener('close', () => alive.delete(this))
    }
  })
  replace(window, 'BroadcastChannel', (Original) => class extends Original {
    constructor(...values) {
      super(...values)
      alive.set(this, 'channel')
    }

    close() {
      alive.delete(this)
      super.close()
    }
  })
}

/** What was started since `watch` and lives on, by kind. */
export function aliveNow() {
  return [...alive.values()].sort()
}

/** From here on time stands still, and timers wait for `nextTimer`. */
export function stopClock() {
  clock = performance.now()
  replace(performance, 'now', () => () => clock)
  let lastId = 1_000_000
  const start = (what, isRepeated) => () => (call, delay = 0) => {
    const timer = { id: ++lastId, what, call, delay, due: clock + delay, isRepeated }
    waiting.push(timer)
    alive.set(timer, what)
    return timer.id
  }
  const stop = () => (id) => waiting.filter((timer) => timer.id === id).forEach(forget)
  replace(window, 'setTimeout', start('timeout', false))
  replace(window, 'setInterval', start('interval', true))
  replace(window, 'clearTimeout', stop)
  replace(window, 'clearInterval', stop)
}

/** With a stopped clock, lets time pass without calling anybody. */
export function pass(milliseconds) {
  clock += milliseconds
}

/** The widget's clock, in milliseconds. */
export function now() {
  return performance.now()
}

/** Lets time pass until the next timer is due, and calls it. */
export function nextTimer() {
  const next = waiting.reduce((first, timer) => (first && first.due <= timer.due ? first : timer), undefined)
  if (!next) return
  clock = Math.max(clock, next.due)
  if (next.isRepeated) next.due += next.delay
  else forget(next)
  next.call()
}

function forget(timer) {
  waiting = waiting.filter((known) => known !== timer)
  alive.delete(timer)
}

/** From here on, text that becomes markup, or a style attribute, throws; what was tried is kept. */
export function forbidMarkup() {
  const refuse = (what) => function () {
    parsed.push(what)
    throw new Error(`${what} is forbidden here`)
  }
  for (const [type, name] of [
    [Element, 'innerHTML'], [Element, 'outerHTML'], [ShadowRoot, 'innerHTML'],
  ]) {
    put(type.prototype, name, { get: refuse(name), set: refuse(name) })
  }
  for (const [type, name] of [
    [Element, 'insertAdjacentHTML'], [Element, 'setHTMLUnsafe'], [ShadowRoot, 'setHTMLUnsafe'],
    [Range, 'createContextualFragment'], [DOMParser, 'parseFromString'], [Document, 'write'], [Document, 'writeln'],
  ]) {
    put(type.prototype, name, { value: refuse(name), writable: true })
  }
  for (const name of ['setAttribute', 'setAttributeNS']) {
    replace(Element.prototype, name, (original) => function (...values) {
      if (values.at(-2) === 'style') refuse('style attribute')()
      return original.apply(this, values)
    })
  }
}

/** What `forbidMarkup` refused. */
export function markup() {
  return [...parsed]
}

/** A browser that grants no storage at all, as in a sandboxed frame. */
export function forbidStorage() {
  put(window, 'localStorage', {
    get() {
      throw new DOMException('The operation is insecure.', 'SecurityError')
    },
  })
}

/** A storage that reads but takes nothing more. */
export function fillStorage() {
  replace(Storage.prototype, 'setItem', () => () => {
    throw new DOMException('The quota has been exceeded.', 'QuotaExceededError')
  })
}

const STORAGE_CALLS = ['getItem', 'setItem', 'removeItem', 'key', 'length']

/** From here on one kind of storage call throws: the call of this number, counted over all kinds, or every one. */
export function failStorage(name, number) {
  let count = 0
  for (const known of STORAGE_CALLS) {
    const { get, value } = Object.getOwnPropertyDescriptor(Storage.prototype, known)
    const call = function (...values) {
      const isMeant = number === undefined ? known === name : count++ === number
      if (isMeant) throw new DOMException('The quota has been exceeded.', 'QuotaExceededError')
      return (get ?? value).apply(this, values)
    }
    put(Storage.prototype, known, get ? { get: call } : { value: call, writable: true })
  }
}

/** From here on every key that is read is noted; gives those so far. */
export function reads() {
  const keys = []
  replace(Storage.prototype, 'getItem', (original) => function (key) {
    keys.push(key)
    return original.call(this, key)
  })
  return keys
}

/** Whether somebody sees the page, from here on; nobody is told. */
export function hide(isHidden) {
  put(document, 'hidden', { value: isHidden })
  put(document, 'visibilityState', { value: isHidden ? 'hidden' : 'visible' })
}

const PAGE_EVENTS = {
  pagehide: [() => window, () => new PageTransitionEvent('pagehide', { persisted: true })],
  pageshow: [() => window, () => new PageTransitionEvent('pageshow', { persisted: true })],
  'pageshow at first': [() => window, () => new PageTransitionEvent('pageshow', { persisted: false })],
}

/** The browser tells the page something; a plain event of the window, or of the document where it is one of its own. */
export function happens(name) {
  const isOfDocument = ['freeze', 'resume', 'visibilitychange'].includes(name)
  const [target, make] = PAGE_EVENTS[name] ?? [() => (isOfDocument ? document : window), () => new Event(name)]
  target().dispatchEvent(make())
}

/** The browser tells that the page's policy stood against something. */
export function forbids(effectiveDirective, blockedURI, disposition) {
  const told = { effectiveDirective, blockedURI, disposition, bubbles: true, composed: true }
  const needed = { documentURI: 'about:blank', violatedDirective: effectiveDirective, originalPolicy: '', statusCode: 200 }
  document.dispatchEvent(new SecurityPolicyViolationEvent('securitypolicyviolation', { ...needed, ...told }))
}

/** Touches an element as a finger does. */
export function touch(target) {
  target.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, composed: true }))
}

let copiedTexts = []

/** From here on what is copied is kept here. */
export function takeCopies() {
  copiedTexts = []
  const writeText = (text) => Promise.resolve(void copiedTexts.push(text))
  put(navigator, 'clipboard', { value: { writeText } })
}

/** A page without encryption: it has no clipboard. */
export function forbidClipboard() {
  put(navigator, 'clipboard', { value: undefined })
}

export function copies() {
  return [...copiedTexts]
}

/** Gives every object of the page one more property by way of the prototype they share. */
export function pollute(name, value) {
  put(Object.prototype, name, { value, enumerable: true, writable: true })
}

/** Options one of which throws when it is read. */
export function optionsThatThrow() {
  return Object.defineProperty({ connect: 'send' }, 'title', {
    enumerable: true,
    get() {
      throw new Error('the page broke its own options')
    },
  })
}
