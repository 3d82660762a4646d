/**
 * The widget's code: fetched once for all instances, forgotten on failure so that the next click tries again.
 */
import type { ChatErrorCode } from '@miptech/chat'

/** What the glue exports. */
export interface Glue {
  default(input: { module_or_path: WebAssembly.Module }): Promise<unknown>
  mount(host: HTMLElement, options: object): Inner
}

/** The handle the code gives; the facade forwards to it. */
export interface Inner {
  open(): void
  close(): void
  isOpen(): boolean
  send(text: string, clientId?: string): Promise<unknown>
  retry(clientId: string): void
  setDraft(text: string): void
  focusComposer(): void
  getState(): unknown
  getMessages(): unknown
  destroy(): void
}

/** Where the two files are, as each entry knows it. */
export interface Place {
  glue: () => Promise<Glue>
  wasm: string
}

export class LoadError extends Error {
  constructor(
    readonly code: ChatErrorCode,
    help: string,
  ) {
    super(help)
  }
}

let pending: Promise<Glue> | undefined

export function loadCode(place: Place): Promise<Glue> {
  return (pending ??= fetchCode(place, 2).catch((error: unknown) => {
    pending = undefined
    throw error
  }))
}

/** Two automatic repeats; only a network failure is worth one. */
async function fetchCode(place: Place, repeats: number): Promise<Glue> {
  try {
    const [glue, module] = await Promise.all([place.glue().catch(unreachable), fetchModule(place.wasm)])
    await glue.default({ module_or_path: module })
    return glue
  } catch (error) {
    if (repeats === 0 || !(error instanceof LoadError) || error.code !== 'load/network') throw error
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 1000 * 2 ** (2 - repeats)))
    return fetchCode(place, repeats - 1)
  }
}

/** A catch-all page answers HTML with 200 for a missing file, so the first bytes are judged, not the status. */
async function fetchModule(url: string): Promise<WebAssembly.Module> {
  if (typeof WebAssembly !== 'object') throw new LoadError('load/no-wasm', 'The browser cannot run WebAssembly.')
  const bytes = await fetch(url, { credentials: 'omit' })
    .then((answer) => (answer.ok ? answer.arrayBuffer() : Promise.reject(answer.status)))
    .catch(unreachable)
  if (`${new Uint8Array(bytes).subarray(0, 4)}` !== '0,97,115,109') {
    throw new LoadError('load/not-wasm', `${url} is not WebAssembly; serve the files of the package beside each other.`)
  }
  return WebAssembly.compile(bytes).catch(() => {
    throw new LoadError('load/csp-wasm', "WebAssembly was refused; add 'wasm-unsafe-eval' to the page's script-src.")
  })
}

function unreachable(cause: unknown): never {
  throw new LoadError('load/network', `The widget's files could not be fetched (${cause}).`)
}
