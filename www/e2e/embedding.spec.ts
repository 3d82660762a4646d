import type { Locator } from '@playwright/test'
import { REACT_QUESTION, expect, test } from './fixtures'

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }

test('a page whose styles reset and hide everything leaves the widget standing', async ({ page, widget }) => {
  await page.goto('/')
  // The page's own root and body are left displayed: inside a box that is not there, nothing can be.
  await page.addStyleTag({
    content: `* { all: unset !important }
      body * { display: none !important; visibility: hidden !important; opacity: 0 !important; font: 3px serif !important }`,
  })
  await expect(page.getByRole('heading', { level: 1, includeHidden: true })).toBeHidden()
  await expect(widget.launcher).toBeVisible()
  await expect.poll(() => widget.launcher.boundingBox()).toMatchObject({ width: 56, height: 56 })
  await widget.openLive()
  await expect.poll(() => widget.panel.boundingBox()).toMatchObject({ width: 380, height: 600 })
  await widget.askAndWait(REACT_QUESTION)
  await expect(widget.lastAnswer()).toBeVisible()
  const size = await widget.lastAnswer().evaluate((answer) => getComputedStyle(answer).fontSize)
  expect(size).toBe('15px')
  expect(await widget.host.evaluate((host) => getComputedStyle(host).opacity)).toBe('1')
})

test('keys typed into the composer do not reach the shortcuts of the page', async ({ page, widget }) => {
  await page.goto('/')
  await page.evaluate(() => {
    const heard: string[] = []
    for (const name of ['keydown', 'keypress', 'keyup']) document.addEventListener(name, (event) => heard.push(`${name} ${(event as KeyboardEvent).key}`))
    Object.assign(window, { keysHeard: heard })
  })
  const heard = (): Promise<string[]> => page.evaluate(() => (window as unknown as { keysHeard: string[] }).keysHeard)
  await widget.openLive()
  await widget.input.pressSequentially('s / ?')
  await widget.input.press('Enter')
  await expect(widget.question('s / ?')).toHaveCount(1)
  await page.keyboard.press('Escape')
  await expect(widget.panel).toBeHidden()
  expect(await heard()).toEqual([])
  // Outside the widget they are the page's again.
  await page.locator('h1').click()
  await page.keyboard.press('k')
  expect(await heard()).toContain('keydown k')
})

test('the launcher neither moves nor loses the focus when the code arrives', async ({ page, widget }) => {
  await page.goto('/')
  const before = await widget.launcher.boundingBox()
  await widget.launcher.focus()
  await expect(widget.launcher).toHaveAttribute('aria-controls', 'panel')
  await expect(widget.launcher).toBeFocused()
  expect(await widget.launcher.boundingBox()).toEqual(before)
  await expect(widget.panel).toBeHidden()
})

test('a page whose storage is blocked holds a conversation all the same', async ({ page, widget, complaints }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', {
      get() {
        throw new DOMException('denied', 'SecurityError')
      },
    })
  })
  await page.goto('/')
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  expect(complaints).toEqual([])
})

test('an answer that completes while the panel is closed is counted at the launcher', async ({ page, widget }) => {
  await page.goto('/')
  await widget.openLive()
  await widget.ask(REACT_QUESTION)
  await widget.expectStatus(widget.lastAnswer(), 'streaming')
  await page.keyboard.press('Escape')
  await expect(widget.panel).toBeHidden()
  const badge = widget.part('badge')
  await expect(badge).toBeVisible()
  await expect(badge).toHaveText('1')
  expect((await widget.state()).unread).toBe(1)
  await widget.launcher.click()
  await expect(badge).toBeHidden()
  expect((await widget.state()).unread).toBe(0)
  await widget.expectStatus(widget.lastAnswer(), 'complete')
})

test('an answer read while it came is not counted', async ({ page, widget }) => {
  await page.goto('/')
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  await widget.part('close').click()
  await expect(widget.panel).toBeHidden()
  await expect(widget.part('badge')).toHaveCount(0)
  // Coming back later brings the same answer from history, and it is not new.
  await page.reload()
  await widget.openLive()
  await expect(widget.messages).toHaveCount(2)
  await widget.part('close').click()
  await expect(widget.part('badge')).toHaveCount(0)
})

test('a reader who scrolls up is not pulled back, and a button leads to the end', async ({ page, widget }) => {
  await page.goto('/')
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  await widget.ask('/fault slow Which options does mount take?')
  await widget.expectStatus(widget.lastAnswer(), 'streaming')
  const transcript = widget.part('transcript')
  await transcript.hover()
  await page.mouse.wheel(0, -5000)
  const button = page.getByRole('button', { name: 'New answer', exact: true })
  await expect(button).toHaveAttribute('part', 'new-answer')
  const before = ((await widget.lastAnswer().textContent()) ?? '').length
  await expect.poll(async () => ((await widget.lastAnswer().textContent()) ?? '').length).toBeGreaterThan(before + 10)
  expect(await transcript.evaluate((element) => element.scrollTop)).toBeLessThan(10)
  await button.click()
  await expect.poll(() => fromTheEnd(transcript)).toBeLessThan(20)
  await expect(button).toBeHidden()
})

test('a transcript longer than the panel follows the answer', async ({ page, widget }) => {
  await page.goto('/')
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  await widget.askAndWait('Which options does mount take?')
  const transcript = widget.part('transcript')
  expect(await transcript.evaluate((element) => element.scrollHeight > element.clientHeight * 1.5)).toBe(true)
  await expect.poll(() => fromTheEnd(transcript)).toBeLessThan(20)
})

test('content that shrinks for a moment is not taken for a reader who scrolls up', async ({ page, widget }) => {
  await page.goto('/')
  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  const transcript = widget.part('transcript')
  await expect.poll(() => fromTheEnd(transcript)).toBeLessThan(20)
  // What happens when the dots of a thinking answer make room for its first words: a line less, then several more,
  // before the browser tells of the scrolling that the missing line caused.
  await transcript.evaluate((transcript) => {
    const line = Object.assign(document.createElement('div'), { id: 'dots' })
    line.style.blockSize = '22px'
    transcript.querySelector('ol > :last-child')?.append(line)
  })
  await expect.poll(() => fromTheEnd(transcript)).toBeLessThan(1)
  await transcript.locator('#dots').evaluate((line) => {
    line.style.blockSize = '0px'
    line.getBoundingClientRect()
    line.style.blockSize = '300px'
  })
  await expect.poll(() => fromTheEnd(transcript)).toBeLessThan(20)
  await expect(widget.part('new-answer')).toBeHidden()
})

test.describe('on a phone', () => {
  test.use(PHONE)

  test('the panel fills the screen and the composer is within reach', async ({ page, widget }) => {
    await page.goto('/')
    await widget.launcher.tap()
    await expect(widget.panel).toBeVisible()
    await widget.expectConnection('live')
    await expect.poll(() => widget.panel.boundingBox()).toEqual({ x: 0, y: 0, width: 390, height: 844 })
    await expect(widget.launcher).toBeHidden()
    await expect(widget.input).toBeInViewport({ ratio: 1 })
    await expect(widget.part('send')).toBeInViewport({ ratio: 1 })
    // Below 16 px, iOS zooms into a field that gets the focus.
    const size = await widget.input.evaluate((input) => Number.parseFloat(getComputedStyle(input).fontSize))
    expect(size).toBeGreaterThanOrEqual(16)
    for (const name of ['input', 'send', 'close']) {
      expect((await widget.part(name).boundingBox())?.height, name).toBeGreaterThanOrEqual(44)
    }
    await widget.input.fill(REACT_QUESTION)
    await widget.part('send').tap()
    await widget.expectStatus(widget.lastAnswer(), 'complete')
    await expect(widget.input).toBeInViewport({ ratio: 1 })
    await widget.part('close').tap()
    await expect(widget.panel).toBeHidden()
    await expect(widget.launcher).toBeVisible()
  })
})

test.describe('on a small phone', () => {
  test.use({ ...PHONE, viewport: { width: 360, height: 640 } })

  test('nothing is wider than the screen', async ({ page, widget }) => {
    await page.goto('/')
    const overflow = (): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(await overflow()).toBeLessThanOrEqual(0)
    await widget.openLive()
    await widget.ask('https://example.com/' + 'a-very-long-word'.repeat(30))
    await widget.askAndWait(REACT_QUESTION)
    await widget.askAndWait('Which options does mount take?')
    expect(await overflow()).toBeLessThanOrEqual(0)
    const wide = await widget.panel.evaluate((panel) =>
      [panel, ...panel.querySelectorAll('[part], .answer, .typed')]
        .filter((element) => element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== 'inline')
        .map((element) => `${element.localName}[part=${element.getAttribute('part')}].${element.className}: ${element.scrollWidth} > ${element.clientWidth}`),
    )
    expect(wide).toEqual([])
    for (const message of await widget.messages.all()) {
      const box = await message.boundingBox()
      expect(box?.x).toBeGreaterThanOrEqual(0)
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(360)
    }
  })
})

test('the dark scheme is dark and the light one light', async ({ page, widget }) => {
  await page.emulateMedia({ colorScheme: 'light' })
  await page.goto('/')
  await widget.open()
  const light = await paints(widget.panel)
  await page.emulateMedia({ colorScheme: 'dark' })
  const dark = await paints(widget.panel)
  expect(light.background).toBeGreaterThan(0.9)
  expect(light.text).toBeLessThan(0.2)
  expect(dark.background).toBeLessThan(0.15)
  expect(dark.text).toBeGreaterThan(0.8)

  await page.goto('/?theme=light')
  await widget.open()
  expect((await paints(widget.panel)).background).toBeGreaterThan(0.9)
})

/** How far the view is from the end of what it shows. */
function fromTheEnd(element: Locator): Promise<number> {
  return element.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight)
}

/** How light the background and the text of an element are, from 0 to 1, as the browser paints them. */
function paints(element: Locator): Promise<{ background: number; text: number }> {
  return element.evaluate((element) => {
    const pen = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d')
    const lightness = (color: string): number => {
      if (!pen) throw new Error('no canvas')
      pen.fillStyle = color
      pen.fillRect(0, 0, 1, 1)
      const [red = 0, green = 0, blue = 0] = pen.getImageData(0, 0, 1, 1).data
      return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255
    }
    const style = getComputedStyle(element)
    return { background: lightness(style.backgroundColor), text: lightness(style.color) }
  })
}
