/** A conversation of ten thousand messages under real wheels and keys; `tests/browser/scrolling.rs` says the rest of it. */
import { type Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { type Widget } from './widget'

const MESSAGES = 10_000
/** Ten times what the platform puts on a page, so that it is quick. */
const PAGE = 500

test.beforeEach(async ({ page }) => {
  await page.route('**/messages?after=*', (route) => {
    const after = Number(new URL(route.request().url()).searchParams.get('after'))
    const items = Array.from({ length: Math.min(PAGE, MESSAGES - after) }, (_, index) => message(after + index))
    return route.fulfill({ json: { items, next: after + PAGE < MESSAGES ? after + PAGE : null } })
  })
  await page.goto('/')
})

test('ten thousand messages are walked through with keys and wheel, and few of them are on the page', async ({
  page,
  widget,
}) => {
  await open(widget)
  expect(await nodes(widget)).toBeLessThanOrEqual(600)
  await widget.part('transcript').focus()
  await page.keyboard.press('Home')
  await expect(widget.messages.first()).toContainText('Message 0.')
  await expect(line(widget, 1)).toBeInViewport()
  await page.keyboard.press('PageDown')
  await expect(line(widget, 1)).not.toBeInViewport()
  // Each key from where the one before is over: in its midst the browser may make it less than it is.
  await settled(page)
  await page.keyboard.press('PageUp')
  await expect(line(widget, 1)).toBeInViewport()
  await settled(page)
  await page.keyboard.press('ArrowDown')
  await expect.poll(() => top(widget)).toBeGreaterThan(0)
  await page.keyboard.press('End')
  await expect(widget.messages.last()).toContainText(`Message ${MESSAGES - 1}.`)
  await expect(line(widget, MESSAGES)).toBeInViewport()
  await widget.part('transcript').hover()
  for (let turn = 0; turn < 20; turn++) {
    const before = await top(widget)
    await page.mouse.wheel(0, -400)
    await expect.poll(() => top(widget)).toBeLessThan(before)
    expect(await isCovered(widget)).toBe(true)
  }
  await expect(line(widget, MESSAGES)).toHaveCount(0)
  expect(await nodes(widget)).toBeLessThanOrEqual(600)
})

test('who scrolls up by a little while an answer grows is not pulled back', async ({ page, widget }) => {
  await open(widget)
  await widget.ask('/fault slow Which options does mount take?')
  await widget.expectStatus(widget.lastAnswer(), 'streaming')
  await widget.part('transcript').hover()
  await page.mouse.wheel(0, -10)
  await settled(page)
  const before = await top(widget)
  const length = () => widget.lastAnswer().evaluate((answer) => answer.textContent?.length ?? 0)
  const known = await length()
  await expect.poll(length).toBeGreaterThan(known + 40)
  expect(await top(widget)).toBe(before)
})

function message(number: number) {
  const isQuestion = number % 2 === 0
  const more = number % 7 === 5 ? `\n\n${'More of it. '.repeat(30)}` : ''
  return {
    id: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    role: isQuestion ? 'user' : 'assistant',
    content: `Message ${number}.${more}`,
    sequence_number: number + 1,
  }
}

async function open(widget: Widget): Promise<void> {
  await widget.openLive()
  await expect(widget.messages.last()).toContainText(`Message ${MESSAGES - 1}.`, { timeout: 60_000 })
}

function line(widget: Widget, number: number) {
  return widget.host.locator(`.line[aria-posinset="${number}"]`)
}

function top(widget: Widget): Promise<number> {
  return widget.part('transcript').evaluate((element) => element.scrollTop)
}

/** Until the list stands still for some frames. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let frame = 0; frame < 20; frame++) await new Promise(requestAnimationFrame)
  })
}

function nodes(widget: Widget): Promise<number> {
  return widget.host.evaluate((host) => {
    const walker = document.createTreeWalker(host.shadowRoot ?? host, NodeFilter.SHOW_ALL)
    let count = 0
    while (walker.nextNode()) count++
    return count
  })
}

/** Whether rows reach over the whole view. */
function isCovered(widget: Widget): Promise<boolean> {
  return widget.part('transcript').evaluate((view) => {
    const frame = view.getBoundingClientRect()
    const lines = [...view.querySelectorAll('.line')].map((line) => line.getBoundingClientRect())
    const seen = lines.filter(({ top, bottom }) => bottom > frame.top && top < frame.bottom)
    return Math.min(...seen.map(({ top }) => top)) <= frame.top + 1 && Math.max(...seen.map(({ bottom }) => bottom)) >= frame.bottom - 17
  })
}
