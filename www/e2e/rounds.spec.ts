/** A hundred widgets one after the other leave the page as it was: objects, memory, sockets, timers, listeners, nodes. */
import type { CDPSession, Page } from '@playwright/test'
import { countWhatLives, keepMemories, memorySizes, remainsIn } from './alive'
import { expect, test } from './fixtures'
import { goToModulePage } from './pages'

/** Bytes a round may leave behind in JavaScript, and no more than that. */
const MOST_PER_ROUND = 5_000

const ROUNDS = 100

/** Hundreds of rounds of which one must get by with the WebAssembly memory there is. What leaks takes more in every one
 * of them, from 656 bytes a round on; a peak that no earlier round had, a page in one. */
const HUNDREDS = 3

test('a hundred rounds of mounting, asking and unmounting leave nothing, and memory stays as large as it was', async ({ page, server }) => {
  test.setTimeout(480_000)
  await countWhatLives(page)
  await keepMemories(page)
  await goToModulePage(page, server)
  const untouched = await remainsIn(page)
  const session = await page.context().newCDPSession(page)
  // Whatever is made once, pools and caches of the browser included, is made in the first rounds.
  await rounds(page, server.origin, 20)
  const heap = await heapOf(session)
  const memory = [await memorySizes(page)]

  await rounds(page, server.origin, ROUNDS)
  const growth = ((await heapOf(session)) - heap) / ROUNDS
  expect(growth).toBeLessThan(MOST_PER_ROUND)
  memory.push(await memorySizes(page))
  while (memory.length <= HUNDREDS && memory.at(-1)![0]! > memory.at(-2)![0]!) {
    await rounds(page, server.origin, ROUNDS)
    memory.push(await memorySizes(page))
  }
  expect(memory.at(-1), `bytes after each hundred rounds: ${memory.join(', ')}`).toEqual(memory.at(-2))
  expect(memory[0]).toHaveLength(1)
  await expect.poll(() => remainsIn(page)).toEqual(untouched)
})

/** Mounts, asks, and unmounts in the middle of the answer. */
async function rounds(page: Page, apiUrl: string, count: number): Promise<void> {
  await page.evaluate(
    async ([apiUrl, count]) => {
      for (let round = 0; round < count; round += 1) {
        const handle = window.mount({ apiUrl, open: true, storage: 'memory' })
        const { ok } = await handle.send('How do I embed the widget in React?')
        if (!ok) throw new Error(`round ${round}: ${JSON.stringify(handle.getState())}`)
        await handle.destroy()
      }
    },
    [apiUrl, count] as const,
  )
}

async function heapOf(session: CDPSession): Promise<number> {
  // What a finalizer lets go of is collected the next time.
  for (let pass = 0; pass < 3; pass += 1) await session.send('HeapProfiler.collectGarbage')
  return (await session.send('Runtime.getHeapUsage')).usedSize
}
