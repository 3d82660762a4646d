// What stands beside a widget and is none of it: the page's own source of tokens, other tabs, and the lock they share.

import { onClose, put } from './page.js'

let asked = []
let resolvers = []

/**
 * A `getToken` of the page. It answers with a value at once or by a promise, throws, rejects, or waits for
 * `answerQuestion`; every question is kept.
 */
export function tokenSource(how, value) {
  asked = []
  resolvers = []
  return (context) => {
    asked.push(context)
    if (how === 'throws') throw new Error('the page broke its own source')
    if (how === 'rejects') return Promise.reject(new Error('the page has no token'))
    if (how === 'waits') return new Promise((resolve) => resolvers.push(resolve))
    return how === 'returns' ? value : Promise.resolve(value)
  }
}

/** What was asked: the reason, the token held, and whether the answer is still wanted. */
export function questions() {
  return asked.map(({ reason, current, signal }) => `${reason} ${current} ${signal.aborted ? 'aborted' : 'open'}`)
}

/** Answers a question that waits. */
export function answerQuestion(index, value) {
  resolvers[index](value)
}

/** Facts of the page that cannot be had. */
export function factsThatThrow() {
  return () => {
    throw new Error('the page has no facts')
  }
}

/** A function of the page that gives this value. */
export function giving(value) {
  return () => value
}

/** An object that throws whatever is done with it. */
export function thorny() {
  const refuse = () => {
    throw new Error('this object is not to be touched')
  }
  return new Proxy({}, { get: refuse, has: refuse, getOwnPropertyDescriptor: refuse, ownKeys: refuse })
}

/** Another tab of the same site writes a value, or takes it away; a real storage event tells of it. */
export function otherTabWrites(key, value) {
  const storage = otherTab()
  if (value === undefined) storage.removeItem(key)
  else storage.setItem(key, value)
}

/** Another tab of the same site clears everything. */
export function otherTabClears() {
  otherTab().clear()
}

function otherTab() {
  const frame = document.createElement('iframe')
  document.body.append(frame)
  onClose(() => frame.remove())
  return frame.contentWindow.localStorage
}

let heardOnChannel = []
let line

/** From here on the page takes part in the channel of this name, as another tab would. */
export function joinChannel(name) {
  heardOnChannel = []
  line = new BroadcastChannel(name)
  line.onmessage = ({ data }) => heardOnChannel.push(data)
  const mine = line
  onClose(() => mine.close())
}

/** What was heard there, each message as JSON. */
export function channelHeard() {
  return heardOnChannel.map((message) => JSON.stringify(message))
}

/** Says something there. */
export function channelSays(message) {
  line.postMessage(JSON.parse(message))
}

/** A browser without channels. */
export function forbidChannels() {
  put(window, 'BroadcastChannel', { value: undefined })
}

/** A browser that refuses them. */
export function refuseChannels() {
  const refuse = function () {
    throw new DOMException('The operation is insecure.', 'SecurityError')
  }
  put(window, 'BroadcastChannel', { value: refuse })
}

let free = () => undefined

/** Resolves when the page holds the lock of this name, as another tab would. */
export function holdLock(name) {
  return new Promise((held) => {
    navigator.locks.request(name, () => {
      held()
      return new Promise((resolve) => {
        free = resolve
        onClose(resolve)
      })
    })
  })
}

/** Gives the page's lock back. */
export function freeLock() {
  free()
}

/** How many hold the lock of this name, and how many wait for it. */
export async function lockUse(name) {
  const { held, pending } = await navigator.locks.query()
  const count = (locks) => locks.filter((lock) => lock.name === name).length
  return `${count(held)} held, ${count(pending)} waiting`
}

/** A browser without locks, or a page without encryption. */
export function forbidLocks() {
  put(navigator, 'locks', { value: undefined })
}

/** A browser whose locks are refused, as in a sandboxed frame. */
export function refuseLocks() {
  const request = () => Promise.reject(new DOMException('The request was denied.', 'SecurityError'))
  put(navigator, 'locks', { value: { request } })
}
