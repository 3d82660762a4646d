/** What is measured inside a page, by the same code on every page. */

/** The last words of the reference server's prepared answers. */
export const LAST_WORDS = 'That is all.'

/** What one page did with one stream; times in ms on the page's clock. */
export interface Seen {
  /** When the question left. */
  asked: number
  /** How many deltas the question asked for. */
  wanted: number
  deltas: number
  /** Sockets that were opened after the question. */
  newSockets: number
  /** When the server had said the last delta. */
  said: number
  /** When the frame was over that showed the last words; 0 before that. */
  shown: number
  /** The beginnings of the frames from the question on, to the one that showed the last words. */
  frames: number[]
  /** The durations of the tasks above 50 ms. */
  longTasks: number[]
  /** From each key's own time to the frame that followed it, in steps of 8 ms; keys below 16 ms are left out. */
  keys: number[]
}

declare global {
  interface Window {
    /** What was seen so far. */
    benched: Seen
    /** The largest memory of WebAssembly on the page, in bytes. */
    wasmBytes: () => number
  }
}

/** Watches a page from its first line on; stands alone, because it is sent there as text. */
export function probe(lastWords: string): void {
  const seen: Seen = { asked: 0, wanted: 0, deltas: 0, newSockets: 0, said: 0, shown: 0, frames: [], longTasks: [], keys: [] }
  window.benched = seen

  window.WebSocket = class extends WebSocket {
    constructor(address: string | URL, protocols?: string | string[]) {
      super(address, protocols)
      if (seen.asked > 0) seen.newSockets++
      this.addEventListener('message', ({ data }: MessageEvent<string>) => {
        if (data.includes('"response_chunk"')) seen.deltas++
        else if (data.includes('"response_complete"')) {
          const { created_at } = (JSON.parse(data) as { data: { created_at: number } }).data
          seen.said = created_at * 1000 - performance.timeOrigin
        }
      })
    }

    override send(data: string): void {
      if (data.includes('"chat_message"')) begin(Number(/stream (\d+)x/.exec(data)?.[1] ?? 0))
      super.send(data)
    }
  }

  /** The last answer as it stands, in the widget's root or on the page. */
  const answer = (): string => {
    const root = document.querySelector('[data-miptech-chat]')?.shadowRoot ?? document
    return [...root.querySelectorAll('[data-author=ai]')].at(-1)?.textContent ?? ''
  }

  /** Calls back when the coming frame is over: its callbacks, its layout, its painting. */
  const waiting: (() => void)[] = []
  const channel = new MessageChannel()
  channel.port1.onmessage = () => waiting.shift()?.()
  const afterFrame = (act: () => void): void => {
    requestAnimationFrame(() => {
      waiting.push(act)
      channel.port2.postMessage(null)
    })
  }

  const begin = (wanted: number): void => {
    seen.asked = performance.now()
    seen.wanted = wanted
    new PerformanceObserver((list) => seen.longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' })
    const frame = (time: number): void => {
      seen.frames.push(time)
      if (seen.shown === 0) requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
    const look = (): void => {
      // Reading the answer costs time in proportion to its length, so it is not read before it can be whole.
      if (seen.deltas >= seen.wanted && answer().includes(lastWords)) seen.shown = performance.now()
      else afterFrame(look)
    }
    afterFrame(look)
    const keys = (list: PerformanceObserverEntryList): void => {
      seen.keys.push(...list.getEntries().flatMap(({ name, duration }) => (name === 'keydown' ? [duration] : [])))
    }
    new PerformanceObserver(keys).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit)
  }

  const memories: WebAssembly.Memory[] = []
  window.wasmBytes = () => Math.max(0, ...memories.map(({ buffer }) => buffer.byteLength))
  const noted = ({ exports }: WebAssembly.Instance): void => {
    memories.push(...Object.values(exports).filter((one) => one instanceof WebAssembly.Memory))
  }
  const { instantiate, instantiateStreaming } = WebAssembly
  WebAssembly.instantiate = (async (...given: Parameters<typeof instantiate>) => {
    const made = (await instantiate(...given)) as WebAssembly.Instance | WebAssembly.WebAssemblyInstantiatedSource
    noted('instance' in made ? made.instance : made)
    return made
  }) as typeof instantiate
  WebAssembly.instantiateStreaming = async (...given) => {
    const made = await instantiateStreaming(...given)
    noted(made.instance)
    return made
  }
}
