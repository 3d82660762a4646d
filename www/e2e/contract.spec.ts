/** One contract, kept by all five doors. */
import type { ChatState } from '@miptech/chat'
import { countWhatLives, remainsIn } from './alive'
import { detailsOf, expect, hearEvents, REACT_QUESTION, test } from './fixtures'
import { DOORS, type DoorName, goToDoor, type PlainOptions } from './five_doors'
import type { ReferenceServer } from './server'
import { Widget } from './widget'

for (const door of Object.keys(DOORS) as DoorName[]) {
  test.describe(door, () => {
    test('draws the launcher and fetches no code before intent', async ({ page, widget, server, complaints }) => {
      const fetched: string[] = []
      page.on('request', (request) => fetched.push(new URL(request.url()).pathname))
      await goToDoor(page, server, door)
      await mount(page, { apiUrl: server.origin })
      await expect(widget.launcher).toHaveAccessibleName('Open chat')
      await page.waitForLoadState('networkidle')
      expect(fetched.filter((path) => /\.wasm$|miptech-chat-\w+\.js$/.test(path))).toEqual([])
      expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([])
      expect(complaints).toEqual([])
    })

    test('is ready once, opens and closes with one event each', async ({ page, widget, server, complaints }) => {
      const told = await hearEvents(page)
      await goToDoor(page, server, door)
      await mount(page, { apiUrl: server.origin })
      await page.evaluate(async () => {
        const handle = window.door.handle()
        handle?.open()
        handle?.open()
        await handle?.ready
      })
      await expect(widget.panel).toBeVisible()
      expect(await page.evaluate(() => window.door.handle()?.isOpen())).toBe(true)
      await widget.part('close').click()
      await expect(widget.panel).toBeHidden()
      await page.evaluate(() => window.door.handle()?.close())
      await expect.poll(() => detailsOf(told, 'close')).toEqual([{ by: 'visitor' }])
      expect(detailsOf(told, 'ready')).toEqual([{ version: expect.any(String) }])
      expect(detailsOf(told, 'open')).toEqual([{ by: 'host' }])
      expect(complaints).toEqual([])
    })

    test('sends, tells what came of it, and shows the answer', async ({ page, widget, server, complaints }) => {
      const told = await hearEvents(page)
      await goToDoor(page, server, door)
      await mount(page, { apiUrl: server.origin, open: true })
      const result = await page.evaluate((text) => window.door.handle()?.send(text), REACT_QUESTION)
      expect(result).toEqual({ ok: true, id: expect.any(String), clientId: expect.any(String) })
      await widget.expectStatus(widget.lastAnswer(), 'complete')
      await expect.poll(() => detailsOf(told, 'message:received')).toHaveLength(1)
      expect(detailsOf(told, 'message:sent')).toEqual([expect.objectContaining({ chars: REACT_QUESTION.length })])
      expect(await page.evaluate(() => window.door.handle()?.getMessages().map(({ author }) => author))).toEqual(['user', 'ai'])
      expect(complaints).toEqual([])
    })

    test('gives a snapshot that nobody can change, and tells of every new one', async ({ page, server }) => {
      await goToDoor(page, server, door)
      await mount(page, { apiUrl: server.origin })
      const states = await page.evaluateHandle(() => {
        const states: ChatState[] = []
        window.door.handle()?.subscribe((state) => states.push(state))
        return states
      })
      expect(await page.evaluate(() => Object.isFrozen(window.door.handle()?.getState()))).toBe(true)
      await page.evaluate(() => window.door.handle()?.open())
      await expect.poll(() => states.evaluate((states) => states.at(-1)?.connection.state)).toBe('live')
      expect(await states.evaluate((states) => states.at(-1)?.isOpen)).toBe(true)
    })

    test('mounted twice is one widget, gone with the last', async ({ page, widget, server }) => {
      await goToDoor(page, server, door)
      await mount(page, { apiUrl: server.origin, open: true })
      await mount(page, { apiUrl: server.origin, open: true })
      await expect(widget.panel).toBeVisible()
      await expectLive(page)
      await expect(widget.host).toHaveCount(1)
      expect((await server.sockets()).size).toBe(1)
      // A second tag of one id is ignored, so it holds nothing.
      if (door !== 'the script tag') {
        await page.evaluate(() => window.door.unmount())
        await expect(widget.host).toHaveCount(1)
        await expectLive(page)
      }
      await page.evaluate(() => window.door.unmount())
      await expect(widget.host).toHaveCount(0)
      await expect.poll(() => openSockets(server)).toBe(0)
    })

    test('leaves nothing after a conversation', async ({ page, widget, server }) => {
      await countWhatLives(page)
      await goToDoor(page, server, door)
      // What a door brings along for good, its script and React's own listeners, it has brought by the second time.
      await mount(page, { apiUrl: server.origin })
      await page.evaluate(() => window.door.unmount())
      await expect(widget.host).toHaveCount(0)
      const before = await remainsIn(page)
      await mount(page, { apiUrl: server.origin, open: true })
      await widget.askAndWait(REACT_QUESTION)
      await page.evaluate(() => window.door.unmount())
      await expect(widget.host).toHaveCount(0)
      // A tag is of the page, which put it there.
      if (door === 'the script tag') before.elements += 1
      await expect.poll(() => remainsIn(page)).toEqual(before)
      expect(before).toMatchObject({ sockets: 0, timers: 0 })
    })

    test('mounts a second widget under another id', async ({ page, widget, server, complaints }) => {
      await goToDoor(page, server, door)
      await mount(page, { apiUrl: server.origin })
      await mount(page, { apiUrl: server.origin, id: 'sales', title: 'Sales', position: 'bottom-left' })
      await page.evaluate(() => window.door.handle('sales')?.open())
      await expect(page.getByRole('dialog', { name: 'Sales', exact: true })).toBeVisible()
      await expect(new Widget(page, 'sales').host).toHaveCount(1)
      await expect(widget.panel).toBeHidden()
      await page.evaluate(() => window.door.unmount('sales'))
      await expect(new Widget(page, 'sales').host).toHaveCount(0)
      await expect(widget.launcher).toBeVisible()
      expect(complaints).toEqual([])
    })

    test('draws nothing for a tenant that no platform takes, and says so', async ({ page, widget, server, complaints }) => {
      await goToDoor(page, server, door)
      await mount(page, { apiUrl: server.origin, tenantId: 'no' })
      await expect.poll(() => complaints.filter((line) => line.includes('config/invalid') && line.includes('tenantId')).length).toBeGreaterThan(0)
      await expect(widget.host).toHaveCount(0)
      expect(await server.log()).toEqual([])
      expect(complaints.filter((line) => line.startsWith('uncaught'))).toEqual([])
    })

    test('unmounted and mounted at once keeps its one socket, and mounted later begins anew', async ({ page, widget, server, complaints }) => {
      await goToDoor(page, server, door)
      const options = { apiUrl: server.origin, open: true }
      await mount(page, options)
      await expectLive(page)
      if (door !== 'the script tag') {
        await page.evaluate((options) => {
          void window.door.unmount()
          window.door.mount(options)
        }, options)
        await expectLive(page)
        expect(await openSockets(server)).toBe(1)
        expect((await server.sockets()).size).toBe(1)
      }
      await page.evaluate(() => window.door.unmount())
      await expect(widget.host).toHaveCount(0)
      await mount(page, options)
      await expectLive(page)
      await expect(widget.panel).toBeVisible()
      await expect.poll(() => openSockets(server)).toBe(1)
      expect(complaints).toEqual([])
    })
  })
}

type Page = Parameters<typeof goToDoor>[0]

async function mount(page: Page, options: PlainOptions): Promise<void> {
  await page.evaluate(async (options) => void (await window.door.mount(options)), options)
  // React mounts when its effects run.
  if (options.tenantId !== 'no') await page.waitForFunction((id) => !!window.door.handle(id), options.id)
}

async function expectLive(page: Page): Promise<void> {
  await expect.poll(() => page.evaluate(() => window.door.handle()?.getState().connection.state)).toBe('live')
}

async function openSockets(server: ReferenceServer): Promise<number> {
  const sockets = [...(await server.sockets()).values()]
  return sockets.filter((entries) => !entries.some(({ event }) => event === 'close')).length
}
