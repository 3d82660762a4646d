/** The panel on a phone: above the keyboard, over a page that stays where it is. */
import type { CDPSession, Locator, Page } from '@playwright/test'
import { keepMemories } from './alive'
import { REACT_QUESTION, expect, test } from './fixtures'
import { tag } from './pages'
import { PHONE, expectBackToCloseAndLeave, expectClosed, expectLocked, goToLongPage, hasEntry, isLocked, openByTap } from './phone'
import { Widget } from './widget'

const SIZES = [PHONE.viewport, { width: 360, height: 640 }]

declare global {
  interface Window {
    /** Takes so much of the screen, and pushes what is seen of the page down by so much. */
    keyboard: (height: number, offsetTop?: number) => void
    /** What was asked about the screen. */
    screenQuestions: MediaQueryList[]
  }
}

/** In the page before any of its scripts: Chromium here has no keyboard that could come up. */
function installKeyboard(): void {
  class View extends EventTarget {
    keyboard = 0
    offsetTop = 0
    offsetLeft = 0
    scale = 1
    get width(): number {
      return innerWidth
    }
    get height(): number {
      return innerHeight - this.keyboard
    }
  }
  const view = new View()
  Object.defineProperty(window, 'visualViewport', { get: () => view })
  window.keyboard = (height, offsetTop = 0) => {
    Object.assign(view, { keyboard: height, offsetTop })
    view.dispatchEvent(new Event('resize'))
    view.dispatchEvent(new Event('scroll'))
  }
}

/** Everything about the page that a lock could change. */
const traces = (page: Page): Promise<unknown> =>
  page.evaluate(() => ({
    styles: [document.documentElement, document.body].map((element) => element.getAttribute('style')),
    places: [document.scrollingElement, document.body].map((element) => element?.scrollTop),
    lines: [...document.querySelectorAll('p')].map((line) => line.getBoundingClientRect().top),
    room: document.querySelector('p')?.getBoundingClientRect().width,
  }))

/** Where everything of the page is while it is covered, without the styles that keep it there. */
async function expectInPlace(page: Page, before: unknown): Promise<void> {
  expect({ ...((await traces(page)) as object), styles: null }).toEqual({ ...(before as object), styles: null })
}

/** Pulls what is in the middle of the screen with a finger, down for a positive distance. */
async function swipe(session: CDPSession, { width, height }: { width: number; height: number }, distance: number): Promise<void> {
  const at = (share: number): { touchPoints: { x: number; y: number }[] } => ({ touchPoints: [{ x: width / 2, y: height / 2 + distance * (share - 0.5) }] })
  await session.send('Input.dispatchTouchEvent', { type: 'touchStart', ...at(0) })
  for (let step = 1; step <= 10; step += 1) await session.send('Input.dispatchTouchEvent', { type: 'touchMove', ...at(step / 10) })
  await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
}

/** The same where something follows the finger, until that rests. */
async function scroll(page: Page, session: CDPSession, distance: number, scroller = page.locator('html')): Promise<void> {
  const rest = await scroller.evaluateHandle((scroller) => {
    const heard = scroller === document.documentElement ? document : scroller
    return { promise: new Promise((resolve) => heard.addEventListener('scrollend', resolve, { once: true })) }
  })
  await swipe(session, page.viewportSize()!, distance)
  await rest.evaluate(async ({ promise }) => void (await promise))
}

/** Waits until nothing a finger set going moves any more: a browser takes a tap on what still moves for a hand that stops it. */
async function rest(element: Locator): Promise<void> {
  await element.evaluate(
    (element) =>
      new Promise<void>((resolve) => {
        let [frames, top] = [0, element.scrollTop]
        const look = (): void => {
          frames = element.scrollTop === top ? frames + 1 : 0
          top = element.scrollTop
          if (frames < 10) requestAnimationFrame(look)
          else resolve()
        }
        look()
      }),
  )
}

const place = (element: Locator): Promise<{ top: number; fromEnd: number }> =>
  element.evaluate(({ scrollTop, scrollHeight, clientHeight }) => ({ top: scrollTop, fromEnd: scrollHeight - clientHeight - scrollTop }))

for (const viewport of SIZES) {
  test.describe(`at ${viewport.width}×${viewport.height}`, () => {
    test.use({ ...PHONE, viewport })
    test.beforeEach(async ({ page }) => page.addInitScript(installKeyboard))

    test('the composer stands above the keyboard, wherever that pushes the page', async ({ page, widget, server }) => {
      await goToLongPage(page, server)
      await openByTap(widget)
      const { width, height } = viewport
      await expect.poll(() => widget.panel.boundingBox()).toEqual({ x: 0, y: 0, width, height })
      for (const [keyboard, offset] of [
        [300, 0],
        [336, 120],
        [48, 0],
      ] as const) {
        await page.evaluate(([keyboard, offset]) => window.keyboard(keyboard, offset), [keyboard, offset] as const)
        await expect.poll(() => widget.panel.boundingBox()).toEqual({ x: 0, y: offset, width, height: height - keyboard })
        const bottom = offset + height - keyboard
        for (const part of ['header', 'close', 'input', 'send', 'disclosure']) {
          const box = (await widget.part(part).boundingBox())!
          expect(box.y, part).toBeGreaterThanOrEqual(offset)
          expect(box.y + box.height, part).toBeLessThanOrEqual(bottom)
        }
      }
      await page.evaluate(() => window.keyboard(0))
      await expect.poll(() => widget.panel.boundingBox()).toEqual({ x: 0, y: 0, width, height })
    })

    test('what is read stays where it is when the keyboard comes and goes', async ({ page, widget, server }) => {
      await goToLongPage(page, server)
      await openByTap(widget)
      await widget.askAndWait(REACT_QUESTION)
      await widget.askAndWait('Which options does mount take?')
      const transcript = widget.part('transcript')
      const turns = async (): Promise<void> => {
        for (const keyboard of [300, 0]) {
          await page.evaluate((keyboard) => window.keyboard(keyboard), keyboard)
          await expect.poll(async () => (await widget.panel.boundingBox())?.height).toBe(viewport.height - keyboard)
        }
      }
      // Whoever is at the end stays there, with and without a keyboard.
      await expect.poll(async () => (await place(transcript)).fromEnd).toBeLessThan(2)
      await page.evaluate(() => window.keyboard(300))
      await expect.poll(async () => (await widget.panel.boundingBox())?.height).toBe(viewport.height - 300)
      await expect.poll(async () => (await place(transcript)).fromEnd).toBeLessThan(2)
      await turns()
      await expect.poll(async () => (await place(transcript)).fromEnd).toBeLessThan(2)
      // Whoever reads further up does.
      const session = await page.context().newCDPSession(page)
      await scroll(page, session, 250, transcript)
      const { top, fromEnd } = await place(transcript)
      expect(fromEnd).toBeGreaterThan(100)
      await turns()
      expect((await place(transcript)).top).toBe(top)
    })

    test('the page behind stays where it is, and is there again afterwards', async ({ page, widget, server, complaints }) => {
      await goToLongPage(page, server)
      const session = await page.context().newCDPSession(page)
      await scroll(page, session, -337)
      expect(await page.evaluate(() => scrollY)).toBeGreaterThan(200)
      const before = await traces(page)
      await openByTap(widget)
      await widget.askAndWait(REACT_QUESTION)
      for (const distance of [300, -300, -300, 300, 300]) await swipe(session, viewport, distance)
      await page.mouse.move(100, 20)
      await page.mouse.wheel(0, 500)
      await expectInPlace(page, before)
      await rest(widget.part('transcript'))
      await widget.part('close').tap()
      await expectClosed(widget)
      expect(await traces(page)).toEqual(before)
      await scroll(page, session, -200)
      expect(await traces(page)).not.toEqual(before)
      expect(complaints).toEqual([])
    })

  })
}

test.describe('on its side', () => {
  test.use({ ...PHONE, viewport: { width: 844, height: 390 } })

  test('the composer stands above the keyboard, however little that leaves, and the page is left alone', async ({ page, widget, server }) => {
    await page.addInitScript(installKeyboard)
    await goToLongPage(page, server)
    await widget.launcher.tap()
    await expect(widget.launcher).toHaveAttribute('aria-controls', 'panel')
    await expect(widget.panel).toBeVisible()
    const range = async (): Promise<number[]> => {
      const { y, height } = (await widget.panel.boundingBox())!
      return [y, y + height]
    }
    const atRest = [16, 302]
    await expect.poll(range).toEqual(atRest)
    await widget.input.fill('a long message\n'.repeat(12))
    for (const [keyboard, offset] of [
      [200, 0],
      [180, 60],
      [48, 0],
    ] as const) {
      await page.evaluate(([keyboard, offset]) => window.keyboard(keyboard, offset), [keyboard, offset] as const)
      const bottom = offset + 390 - keyboard
      await expect.poll(range).toEqual([offset, bottom])
      for (const part of ['header', 'close', 'input', 'send']) {
        const box = (await widget.part(part).boundingBox())!
        expect(box.y, part).toBeGreaterThanOrEqual(offset)
        expect(box.y + box.height, part).toBeLessThanOrEqual(bottom)
      }
      // What is covered could not be pressed.
      await widget.part('send').tap({ trial: true })
      expect((await widget.panel.boundingBox())!.width).toBe(380)
    }
    expect(await isLocked(page)).toBe(false)
    expect(await hasEntry(page)).toBe(false)
    await page.evaluate(() => window.keyboard(0))
    await expect.poll(range).toEqual(atRest)

    // Turned with the keyboard up it is as on any phone.
    await page.evaluate(() => window.keyboard(200))
    await page.setViewportSize(PHONE.viewport)
    await expectLocked(page)
    await expect.poll(() => widget.panel.boundingBox()).toEqual({ x: 0, y: 0, width: 390, height: 644 })
  })
})

test.describe('whatever scrolls the page', () => {
  test.use(PHONE)

  for (const [what, style, doctype] of [
    ['a root that scrolls by itself', 'html { overflow-y: scroll; scroll-behavior: smooth }'],
    ['a body that scrolls', 'html, body { height: 100%; margin: 0 } html { overflow: hidden } body { overflow: auto }'],
    ['a body that hides what is too wide', 'body { overflow-x: hidden; margin: 0 } p:first-child { margin-top: 60px }'],
    ['a page without a doctype', 'body { margin: 0 }', ''],
  ] as const) {
    test(`${what} is held, and let go in its place`, async ({ page, widget, server }) => {
      await goToLongPage(page, server, `<style>${style}</style>`, tag(server.origin), doctype)
      await page.evaluate(() => {
        for (const element of [document.scrollingElement, document.body]) element?.scrollTo({ top: 437, behavior: 'instant' })
        document.documentElement.style.setProperty('overflow-anchor', 'none')
        document.body.style.setProperty('color', 'navy', 'important')
      })
      const before = await traces(page)
      expect(JSON.stringify(before)).toContain('437')
      await openByTap(widget)
      await expectInPlace(page, before)
      // As a browser does that pushes the page up with its keyboard.
      await page.evaluate(() => {
        for (const element of [document.scrollingElement, document.body]) element?.scrollTo({ top: 700, behavior: 'instant' })
      })
      await widget.part('close').tap()
      await expectClosed(widget)
      expect(await traces(page)).toEqual(before)
    })
  }

  test('a style that the page changes meanwhile is left to it', async ({ page, widget, server }) => {
    await goToLongPage(page, server)
    await page.evaluate(() => document.documentElement.style.setProperty('overflow', 'clip'))
    await openByTap(widget)
    await page.evaluate(() => document.documentElement.style.setProperty('overflow-y', 'scroll'))
    await widget.part('close').tap()
    await expect(widget.panel).toBeHidden()
    await expect.poll(() => page.evaluate(() => document.documentElement.style.overflow)).toBe('clip scroll')
  })
})

test('a scroll bar that goes leaves its room to the page', async ({ playwright, launchOptions, server }) => {
  const browser = await playwright.chromium.launch({ ...launchOptions, ignoreDefaultArgs: ['--hide-scrollbars'] })
  const page = await browser.newPage({ baseURL: server.origin, viewport: { width: 420, height: 700 } })
  for (const style of ['html { width: 100% }', 'html, body { height: 100%; margin: 0 } html { overflow: hidden } body { overflow: auto }']) {
    await goToLongPage(page, server, `<style>${style}</style>`)
    const before = await traces(page)
    expect((before as { room: number }).room).toBeLessThan(410)
    const widget = new Widget(page)
    await widget.open()
    await expectLocked(page)
    await expectInPlace(page, before)
    await expect.poll(async () => (await widget.panel.boundingBox())?.width).toBe(420)
    await widget.part('close').click()
    await expectClosed(widget)
    expect(await traces(page)).toEqual(before)
  }
  await browser.close()
})

test.describe('the page is let go', () => {
  test.use(PHONE)

  test('when the host closes, hides or destroys the chat', async ({ page, widget, server }) => {
    await goToLongPage(page, server)
    await openByTap(widget)
    await widget.on((handle) => handle.close())
    await expectClosed(widget)

    await openByTap(widget)
    await expect.poll(() => hasEntry(page)).toBe(true)
    await widget.on((handle) => handle.hide())
    await expectClosed(widget)
    await widget.on((handle) => handle.show())
    await expectLocked(page)
    await expect.poll(() => hasEntry(page)).toBe(true)

    await widget.on((handle) => handle.destroy())
    await expect(widget.host).toHaveCount(0)
    await expectLocked(page, false)
    await expect.poll(() => hasEntry(page)).toBe(false)
    expect(await page.evaluate(() => document.documentElement.hasAttribute('style'))).toBe(false)
  })

  test('when the screen is turned, and held again when it is turned back', async ({ page, widget, server }) => {
    await goToLongPage(page, server)
    await openByTap(widget)
    await page.setViewportSize({ width: 844, height: 390 })
    await expectLocked(page, false)
    await expect.poll(async () => (await widget.panel.boundingBox())?.width).toBe(380)
    await page.setViewportSize({ width: 390, height: 844 })
    await expectLocked(page)
    await expect.poll(() => widget.panel.boundingBox()).toEqual({ x: 0, y: 0, width: 390, height: 844 })
    await page.goBack()
    await expectClosed(widget)
  })

  test('when it crashes; what starts again holds it again, and one step back closes it', async ({ page, widget, server }) => {
    await keepMemories(page)
    await page.goto('/')
    await goToLongPage(page, server)
    await openByTap(widget)
    await expect.poll(() => hasEntry(page)).toBe(true)
    await page.evaluate(() => {
      window.heard = []
      window.MIPTechChat!.get()!.on('error', () => window.heard.push(document.documentElement.style.overflowY))
      document.documentElement.style.setProperty('--is-seen', 'yes')
      new Uint8Array(window.memories.at(-1)!.buffer).fill(0xff)
      new MutationObserver(() => window.heard.push(document.documentElement.style.overflowY)).observe(document.documentElement, { attributeFilter: ['style'] })
    })
    await widget.part('send').evaluate((send) => send.dispatchEvent(new SubmitEvent('submit', { bubbles: true })))
    await expect.poll(() => page.evaluate(() => window.heard)).toContain('')
    await expect(widget.launcher).toHaveAttribute('aria-controls', 'panel')
    await expectLocked(page)
    await expectBackToCloseAndLeave(widget, server)
  })

  test('and nothing of ours hears anything any more', async ({ page, widget, server }) => {
    await page.addInitScript(keepQuestions)
    await goToLongPage(page, server)
    const session = await page.context().newCDPSession(page)
    const before = await heardBy(session)
    await openByTap(widget)
    await expect.poll(() => hasEntry(page)).toBe(true)
    expect(await heardBy(session)).toEqual(expect.arrayContaining(['screenQuestions[0]: change', 'visualViewport: resize', 'visualViewport: scroll', 'window: popstate']))
    await widget.on((handle) => handle.destroy())
    await expect(widget.host).toHaveCount(0)
    await expect.poll(() => heardBy(session)).toEqual(before)
  })
})

test.describe('a chat in the page', () => {
  test.use(PHONE)

  test('is a part of it: the page scrolls, and going back leaves it', async ({ page, widget, server }) => {
    await page.goto('/')
    await goToLongPage(page, server, '', `<div id="here" style="height:400px"></div>${tag(server.origin, 'data-target="#here"')}`)
    await widget.expectConnection('live')
    await page.setViewportSize({ width: 380, height: 800 })
    await widget.askAndWait(REACT_QUESTION)
    expect(await isLocked(page)).toBe(false)
    expect(await hasEntry(page)).toBe(false)
    expect((await widget.panel.boundingBox())?.height).toBe(400)
    await page.goBack()
    await expect.poll(() => page.url()).toBe(`${server.origin}/`)
  })
})

test.describe('a chat without a header', () => {
  test.use(PHONE)

  test('is closed by the launcher, which stands above what is said', async ({ page, widget, server }) => {
    await goToLongPage(page, server, '', tag(server.origin, 'data-header="false"'))
    await openByTap(widget)
    await widget.askAndWait(REACT_QUESTION)
    const launcher = (await widget.launcher.boundingBox())!
    expect(launcher.height).toBeGreaterThanOrEqual(44)
    expect((await widget.part('transcript').boundingBox())!.y).toBeGreaterThanOrEqual(launcher.y + launcher.height)
    await widget.launcher.tap()
    await expectClosed(widget)
  })
})

test.describe('where the code cannot run', () => {
  test.use(PHONE)

  test('the page is held and let go all the same', async ({ page, widget, server }) => {
    await page.addInitScript(() => void delete (globalThis as { WebAssembly?: unknown }).WebAssembly)
    await goToLongPage(page, server)
    await widget.launcher.tap()
    await expect(widget.panel.getByText('Chat cannot run on this page')).toBeVisible()
    await expectLocked(page)
    await page.goBack()
    await expectClosed(widget)
  })
})

for (const [what, viewport, deviceScaleFactor] of [
  ['200 %', { width: 195, height: 422 }, 2],
  ['400 % of a desk', { width: 320, height: 256 }, 4],
] as const) {
  test.describe(`at ${what}`, () => {
    test.use({ viewport, deviceScaleFactor, hasTouch: true, isMobile: true })

    test('everything can be reached, and nothing is wider than the screen', async ({ page, widget, server }) => {
      await goToLongPage(page, server)
      await openByTap(widget)
      await expect.poll(() => widget.panel.boundingBox()).toEqual({ x: 0, y: 0, ...viewport })
      // What is wider than its place scrolls there, as code and tables do, or ends in dots.
      const wide = (): Promise<string[]> =>
        widget.panel.evaluate((panel) =>
          [...panel.querySelectorAll('*')]
            .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && !element.parentElement?.closest('pre, .table, .unseen'))
            .map((element) => `${element.localName}.${element.getAttribute('class')} ends at ${element.getBoundingClientRect().right}`),
        )
      const sideways = (): Promise<number> => widget.part('transcript').evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)
      expect(await wide()).toEqual([])
      await widget.askAndWait(REACT_QUESTION)
      await widget.askAndWait('Which options does mount take?')
      expect(await wide()).toEqual([])
      expect(await sideways()).toBe(0)
      for (const part of ['close', 'input', 'send', 'disclosure']) await expect(widget.part(part), part).toBeInViewport({ ratio: 0.99 })
      // Enough of the conversation is seen to read a line of it.
      expect((await widget.part('transcript').boundingBox())!.height).toBeGreaterThan(44)
      const first = widget.questions.first()
      await first.scrollIntoViewIfNeeded()
      await expect(first).toBeInViewport()
      await widget.part('close').tap()
      await expectClosed(widget)
    })
  })
}

/** Keeps what is asked about the screen, in the page before any of its scripts. */
function keepQuestions(): void {
  window.screenQuestions = []
  const { matchMedia } = window
  window.matchMedia = (question) => {
    const answer = matchMedia.call(window, question)
    window.screenQuestions.push(answer)
    return answer
  }
}

/** What is heard of the window, of what is seen of it, and of everything asked about the screen. */
async function heardBy(session: CDPSession): Promise<string[]> {
  const { result } = await session.send('Runtime.evaluate', { expression: 'screenQuestions.length' })
  const questions = Array.from({ length: result.value as number }, (_, place) => `screenQuestions[${place}]`)
  const all: string[] = []
  for (const expression of ['window', 'document', 'document.documentElement', 'visualViewport', ...questions]) {
    const { result } = await session.send('Runtime.evaluate', { expression })
    const { listeners } = await session.send('DOMDebugger.getEventListeners', { objectId: result.objectId! })
    all.push(...listeners.map(({ type }) => `${expression}: ${type}`))
  }
  return all.sort()
}
