/**
 * The widget's code: fetched once for all instances, forgotten on failure so that the next click tries again.
 */
import type { ChatErrorCode } from '@miptech/chat'

/** What the glue exports. */
export interface Glue {
  default(input: { module_or_path: WebAssembly.Module }): Promise<unknown>
  mount(host: HTMLElement, options: object): Inner
}

/** What is forwarded as it is called. */
export type Command =
  | ('open' | 'close' | 'toggle' | 'retry' | 'setDraft' | 'setToken' | 'stop' | 'focusComposer')
  | ('send' | 'signIn' | 'register' | 'logout' | 'getProfile' | 'newConversation' | 'diagnose')

/** The handle the code gives; the facade forwards to it. Every method takes any value without throwing. */
export interface Inner extends Record<Command | 'getState' | 'getMessages' | 'destroy', (...args: unknown[]) => unknown> {
  isOpen(): boolean
  isAuthenticated(): boolean
}

/** Where the two files are, as each entry knows it. */
export interface Place {
  glue: () => Promise<Glue>
  wasm: string
}

/** What a failed load rejects with. */
export interface LoadFailure {
  code: ChatErrorCode
  message: string
}

let pending: Promise<Glue> | undefined

/** The spread of the next automatic repeat in milliseconds; it doubles, and beyond a second there is none. */
let spread = 500

export function loadCode(place: Place): Promise<Glue> {
  return (pending ??= fetchCode(place).catch((failure: unknown) => {
    pending = undefined
    throw failure
  }))
}

/** Two automatic repeats with jitter in all, then one try for each call; only a network failure is worth a repeat. */
async function fetchCode(place: Place): Promise<Glue> {
  try {
    const [glue, module] = await Promise.all([place.glue().catch(unreachable), fetchModule(place.wasm)])
    await glue.default({ module_or_path: module })
    return glue
  } catch (failure) {
    if (spread > 1000 || (failure as LoadFailure).code !== 'load/network') throw failure
    await new Promise((resolve) => setTimeout(resolve, Math.random() * spread))
    spread *= 2
    return fetchCode(place)
  }
}

/** A catch-all page answers HTML with 200 for a missing file, so the first bytes are judged, not the status. */
async function fetchModule(url: string): Promise<WebAssembly.Module> {
  if (!self.WebAssembly) fail('load/no-wasm', 'No WebAssembly')
  const answer = await fetch(url, { credentials: 'omit' }).catch(unreachable)
  if (!answer.ok) unreachable(answer.status)
  const bytes = await answer.arrayBuffer().catch(unreachable)
  if (`${new Uint8Array(bytes).subarray(0, 4)}` !== '0,97,115,109') fail('load/not-wasm', `No WebAssembly: ${url}`)
  return WebAssembly.compile(bytes).catch(() => fail('load/csp-wasm', "Add 'wasm-unsafe-eval' to the page's script-src."))
}

function unreachable(cause: unknown): never {
  fail('load/network', `Not fetched: ${cause}`)
}

function fail(code: ChatErrorCode, message: string): never {
  throw { code, message } satisfies LoadFailure
}
