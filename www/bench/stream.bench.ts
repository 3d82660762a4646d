/** Streamed answers on three pages: the widget, and two control pages that hear the same frames. */
import type { Browser } from '@playwright/test'
import type { ReferenceServer } from '../e2e/server'
import type { Seen } from './probe'
import { KINDS, type Kind, goOnStage, leave, median, test } from './stage'

interface Stream {
  name: string
  /** Deltas of four characters. */
  deltas: number
  /** Deltas a second; without it as many as the transport takes. */
  rate?: number
  rounds: number
}

/** A long stream at a pace is a sample of five thousand frames by itself, and takes more than a minute. */
const STREAMS: readonly Stream[] = [
  { name: '8 kB, fast', deltas: 2_000, rounds: 5 },
  { name: '64 kB, fast', deltas: 16_000, rounds: 5 },
  { name: '8 kB, 200/s', deltas: 2_000, rate: 200, rounds: 3 },
  { name: '64 kB, 200/s', deltas: 16_000, rate: 200, rounds: 1 },
]

/** What a page made of a stream; times in ms. */
interface Figures {
  /** From the question to the frame with the last words. */
  total: number
  /** From the last delta's leaving the server to the frame with the last words. */
  lag: number
  longTasks: number
  longestTask: number
  droppedFrames: number
  worstKey: number
  /** Connections that were given up and replaced. */
  reconnections: number
}

test('streams', async ({ browser, server }) => {
  const only = process.env['BENCH_ONLY'] ?? ''
  const most = Number(process.env['BENCH_ROUNDS'] ?? Infinity)
  const results = []
  for (const throttle of [1, 4]) {
    for (const stream of STREAMS.filter(({ name }) => name.includes(only))) {
      // What is slowed down takes several times as long, and is an average by itself.
      const rounds = Math.ceil(Math.min(most, stream.rounds) / (throttle === 1 ? 1 : 2))
      const figures: Record<Kind, Figures[]> = { widget: [], markdown: [], plain: [] }
      for (let round = 0; round < rounds; round++) {
        // Each page goes first in its turn, so that none profits from a warm or a tired machine.
        const order = KINDS.map((_, place) => KINDS[(place + round) % KINDS.length] as Kind)
        for (const kind of order) figures[kind].push(await measure(browser, server, kind, stream, throttle))
      }
      const [widget, markdown, plain] = KINDS.map((kind) => medians(figures[kind]))
      // Of one round each, so that a machine that is busier in one than in another is so for both.
      const times = (kind: Kind): number => median(figures.widget.map(({ total }, round) => total / (figures[kind][round]?.total ?? 0)))
      const ratios = { markdown: times('markdown'), plain: times('plain') }
      results.push({ stream: stream.name, throttle, rounds, ratios, widget, markdown, plain, figures })
      console.log(`\n${stream.name}, ${throttle === 1 ? 'CPU as it is' : `CPU ${throttle}× slower`}`)
      console.table({ widget, markdown, plain })
      // After each, so that a run that is ended early leaves what it has.
      await leave('stream', { chromium: browser.version(), results })
    }
  }
})

async function measure(browser: Browser, server: ReferenceServer, kind: Kind, { deltas, rate }: Stream, throttle: number): Promise<Figures> {
  const { page, devtools, ask } = await goOnStage(browser, server, kind)
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: throttle })
  await ask(`/fault stream ${deltas}x4 ${rate ?? ''}`)
  // The browser stamps a key when it gets it, so a page that is busy cannot put a key off.
  const press = (type: 'keyDown' | 'keyUp') => devtools.send('Input.dispatchKeyEvent', { type, key: 'a', code: 'KeyA', ...(type === 'keyDown' ? { text: 'a' } : {}) })
  const typing = setInterval(() => void Promise.all([press('keyDown'), press('keyUp')]), KEY_PACE_MS)
  await page.waitForFunction(() => window.benched.shown > 0 && window.benched.said > 0, undefined, { timeout: 0, polling: 250 })
  clearInterval(typing)
  // What the browser noted of the last keys and tasks, it tells when it is idle.
  await page.evaluate(() => new Promise((told) => requestIdleCallback(told)))
  const seen = await page.evaluate(() => window.benched)
  await page.context().close()
  if (seen.deltas < deltas) throw new Error(`${kind} heard ${seen.deltas} of ${deltas} deltas`)
  return figuresOf(seen)
}

function figuresOf({ asked, said, shown, newSockets, frames, longTasks, keys }: Seen): Figures {
  const gaps = frames.slice(1).map((time, index) => time - (frames[index] ?? time))
  return {
    total: shown - asked,
    lag: shown - said,
    longTasks: longTasks.length,
    longestTask: Math.max(0, ...longTasks),
    droppedFrames: gaps.reduce((dropped, gap) => dropped + Math.max(0, Math.round(gap / FRAME_MS) - 1), 0),
    worstKey: Math.max(0, ...keys),
    reconnections: newSockets,
  }
}

function medians(figures: readonly Figures[]): Figures {
  const names = Object.keys(figures[0] ?? {}) as (keyof Figures)[]
  return Object.fromEntries(names.map((name) => [name, median(figures.map((one) => one[name]))])) as unknown as Figures
}

/** How often a key is pressed while an answer streams. */
const KEY_PACE_MS = 50

/** The length of a frame at 60 Hz, which is what headless Chromium draws. */
const FRAME_MS = 1000 / 60
