/** What `ui.md` says of sizes, gaps, depth and places, as far as it can be measured. */
import type { Page } from '@playwright/test'
import type { ChatOptions } from '@miptech/chat'
import { expect, test } from './fixtures'
import { goToPage, tag } from './pages'
import type { ReferenceServer } from './server'
import { DIRECTIONS, type Direction, LOOKS, type Look, Stage, isSettled, reach } from './states_of_the_widget'
import type { Widget } from './widget'

/** A tablet: fingers on a screen that the panel does not fill. */
const FINGERS = { viewport: { width: 1024, height: 768 }, hasTouch: true, isMobile: true } as const

const POSITIONS = ['bottom-right', 'bottom-left', 'top-right', 'top-left'] as const

interface Place {
  page: Page
  widget: Widget
  server: ReferenceServer
}

function lookOf(name: string): Look {
  const look = LOOKS.find((look) => look.name === name)
  if (!look) throw new Error(`nobody knows the look ${name}`)
  return look
}

async function see(name: string, { page, widget, server }: Place): Promise<void> {
  await reach(lookOf(name), new Stage(page, widget, server, 'ltr'))
}

const isCoarse = (page: Page): Promise<boolean> => page.evaluate(() => matchMedia('(pointer: coarse)').matches)

for (const [pointer, settings] of [
  ['a mouse', {}],
  ['a finger', FINGERS],
] as const) {
  test.describe(`for ${pointer}`, () => {
    test.use(settings)

    test('the text field shows six lines, and scrolls from the seventh on', async ({ page, widget, server }) => {
      await see('empty', { page, widget, server })
      expect(await isCoarse(page)).toBe(pointer === 'a finger')
      const fill = (lines: number): Promise<void> => widget.input.fill(Array(lines).fill('line').join('\n'))
      const height = (): Promise<number> => widget.input.evaluate((input: HTMLElement) => input.offsetHeight)
      const hidden = (): Promise<number> => widget.input.evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)
      const line = await widget.input.evaluate((input) => parseFloat(getComputedStyle(input).lineHeight))
      const most = 6 * line + 20
      await fill(5)
      await expect.poll(height).toBe(most - line)
      await fill(6)
      await expect.poll(height).toBe(most)
      expect(await hidden()).toBe(0)
      await fill(7)
      await expect.poll(hidden).toBe(line)
      expect(await height()).toBe(most)
    })

    test('the time of the last message is seen, and where nothing hovers, every time', async ({ page, widget, server }) => {
      await see('complete', { page, widget, server })
      await expect(widget.lastAnswer().locator('time')).toHaveCSS('opacity', '1')
      await expect(widget.questions.locator('time')).toHaveCSS('opacity', pointer === 'a finger' ? '1' : '0')
    })
  })
}

for (const name of ['phone-empty', 'phone-complete', 'phone-sources-unfolded', 'phone-feedback-asked', 'phone-offline', 'phone-form-incomplete', 'phone-link-asked', 'phone-menu']) {
  test.describe(() => {
    test.use(lookOf(name).settings)

    test(`a finger meets everything in ${name}`, async ({ page, widget, server }) => {
      await see(name, { page, widget, server })
      expect(await isCoarse(page)).toBe(true)
      expect(await lowerThan(widget, 44)).toEqual([])
    })
  })
}

for (const name of ['complete', 'answer-below', 'menu', 'sources-unfolded']) {
  test(`a mouse meets everything in ${name}`, async ({ page, widget, server }) => {
    await see(name, { page, widget, server })
    expect(await lowerThan(widget, 24)).toEqual([])
    expect(await lowerThan(widget, 40, '.icon-button, .send, .stop, .input, .new-answer, .menu-item')).toEqual([])
  })
}

/** What can be pressed and is lower than that, outside of what an answer says. */
function lowerThan(widget: Widget, least: number, which = 'button, input, textarea, a.source, [role^=menuitem]'): Promise<string[]> {
  return widget.host.evaluate(
    (host, { least, which }) => {
      const all = [...(host.shadowRoot?.querySelectorAll(which) ?? [])]
      const seen = all.filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('.answer'))
      if (!seen.length) return ['there is nothing to press']
      const low = seen.map((element) => [element, Math.round(element.getBoundingClientRect().height * 100) / 100] as const)
      return low.filter(([, height]) => height < least).map(([element, height]) => `${element.className} ${element.textContent}: ${height}`)
    },
    { least, which },
  )
}

for (const name of ['menu', 'answer-below', 'link-asked']) {
  test(`the only depth is that of launcher and panel in ${name}`, async ({ page, widget, server }) => {
    await see(name, { page, widget, server })
    const shadows = await widget.panel.evaluate((panel) => [...panel.querySelectorAll('*')].map((element) => getComputedStyle(element).boxShadow))
    // A ring is as sharp as a border.
    expect(shadows.filter((shadow) => shadow !== 'none' && !/ 0px 0px 0px \d+px( inset)?$/.test(shadow))).toEqual([])
    for (const part of ['launcher', 'panel']) {
      const shadow = await widget.part(part).evaluate((element) => getComputedStyle(element).boxShadow)
      const strengths = [...shadow.matchAll(/rgba\([^)]*, ([\d.]+)\)/g)].map(([, strength]) => Number(strength))
      expect(strengths, part).toHaveLength(2)
      for (const strength of strengths) expect(strength, part).toBeLessThanOrEqual(0.16)
    }
  })
}

test('glass is small, square and of one line that is solid under the pointer', async ({ page, widget, server }) => {
  await see('glass', { page, widget, server })
  await expect.poll(() => widget.panel.boundingBox()).toMatchObject({ width: 320, height: 384 })
  await expect(widget.lastAnswer().locator('[part=bubble]')).toHaveCSS('font-family', /^ui-monospace/)
  for (const part of ['panel', 'input']) {
    const shown = widget.part(part)
    await page.mouse.move(1, 1)
    await widget.input.blur()
    await expect(shown, part).toHaveCSS('border-top-color', 'rgba(255, 255, 255, 0.5)')
    await shown.hover()
    await expect(shown, part).toHaveCSS('border-top-color', 'rgb(255, 255, 255)')
  }
  await widget.part('menu').click()
  await expect(widget.panel.getByRole('menu')).toBeVisible()
  const round = await widget.panel.evaluate((panel) =>
    [panel, ...panel.querySelectorAll('*')].flatMap((element) =>
      [undefined, '::before', '::after']
        .filter((drawn) => getComputedStyle(element, drawn).borderRadius !== '0px')
        .map((drawn) => `${element.localName}.${element.getAttribute('class') ?? ''}${drawn ?? ''}`),
    ),
  )
  expect(round).toEqual([])
})

for (const direction of Object.keys(DIRECTIONS) as Direction[]) {
  for (const position of POSITIONS) {
    test(`the panel opens from its launcher at ${position}, ${direction}`, async ({ page, widget, server }) => {
      await new Stage(page, widget, server, direction).enterLive({ position })
      await isSettled(widget)
      const [launcher, panel] = [await widget.launcher.boundingBox(), await widget.panel.boundingBox()]
      if (!launcher || !panel) throw new Error('launcher and panel are not drawn')
      const corner = [launcher.x + launcher.width / 2 > panel.x + panel.width / 2 ? 1 : 0, launcher.y > panel.y ? 1 : 0]
      const origin = await widget.panel.evaluate((panel: HTMLElement) => {
        const [x = NaN, y = NaN] = getComputedStyle(panel).transformOrigin.split(' ').map(parseFloat)
        return [x / panel.offsetWidth, y / panel.offsetHeight]
      })
      expect(origin).toEqual(corner)
    })
  }
}

for (const [position, box] of [
  ['bottom-right', { x: 884, y: 184, width: 380, height: 600 }],
  ['top-left', { x: 16, y: 16, width: 380, height: 600 }],
] as const) {
  test(`without a launcher of ours the panel stands in the corner itself at ${position}`, async ({ page, widget, server }) => {
    const options: ChatOptions = { apiUrl: server.origin, launcher: false, open: true, position, locale: 'en' }
    await page.goto(await server.barePage())
    await widget.mount(options)
    await expect(widget.part('menu')).toBeVisible()
    await expect.poll(() => widget.panel.boundingBox()).toEqual(box)
  })
}

test('messages of one speaker stand closer than those of two', async ({ page, widget, server }) => {
  const teller = await new Stage(page, widget, server, 'ltr').asked()
  for (const text of ['One.', 'Two.']) {
    await teller.answer(text)
    await widget.expectStatus(widget.lastAnswer(), 'complete')
  }
  await expect(widget.answers).toHaveCount(2)
  const gaps = (): Promise<number[]> =>
    widget.messages.evaluateAll((messages) => messages.slice(1).map((message, index) => Math.round(message.getBoundingClientRect().top - (messages[index]?.getBoundingClientRect().bottom ?? NaN))))
  await expect.poll(gaps).toEqual([16, 4])
})

test('a time between two answers covers nothing that is said', async ({ page, widget, server }) => {
  const teller = await new Stage(page, widget, server, 'ltr').asked()
  for (const text of ['One.', 'Two.']) {
    await teller.answer(text)
    await widget.expectStatus(widget.lastAnswer(), 'complete')
  }
  const first = widget.answers.first()
  await first.hover()
  await expect(first.locator('time')).toHaveCSS('opacity', '1')
  const time = await first.locator('time').boundingBox()
  const said = await first.locator('[part=bubble]').boundingBox()
  const next = await widget.lastAnswer().boundingBox()
  if (!time || !said || !next) throw new Error('the answers are not drawn')
  expect(time.y).toBeGreaterThanOrEqual(said.y + said.height)
  expect(time.y + time.height).toBeLessThanOrEqual(next.y)
})

test.describe('where a sign-in is demanded', () => {
  test.use({ serverFlags: ['--require-auth'] })

  test('no half of a greeting stands above the form', async ({ page, widget, server }) => {
    await see('signed-out', { page, widget, server })
    await expect(widget.form).toBeVisible()
    await expect(widget.panel.locator('.empty')).toBeHidden()
  })
})

test('what is said under a message of the visitor stands under its end', async ({ page, widget, server }) => {
  await see('failed', { page, widget, server })
  await expect(widget.questions.last().locator('.foot')).toHaveCSS('justify-content', 'flex-end')
})

test('a pointer over a button that cannot be pressed makes nothing of it', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  await widget.openLive()
  await expect(widget.part('menu')).toBeVisible()
  const send = widget.part('send')
  await expect(send).toBeDisabled()
  const colour = (): Promise<string> => send.evaluate((send) => ((send.style.transition = 'none'), getComputedStyle(send).backgroundColor))
  const before = await colour()
  await send.hover({ force: true })
  expect(await send.evaluate((send) => send.matches(':hover'))).toBe(true)
  expect(await colour()).toBe(before)
})

test.describe('where every time is seen', () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 }, locale: 'en-US' })

  test('the time of a message is clear of its bubble, however long that is', async ({ page, widget, server }) => {
    await goToPage(page, server, tag(server.origin))
    await widget.openLive()
    const question = 'Which Content Security Policy does it need on a page like ours?'
    await widget.ask(question)
    await expect(widget.part('menu')).toBeVisible()
    const [bubble, time] = [widget.question(question).locator('.bubble'), widget.question(question).locator('time')]
    await expect(time).toBeVisible()
    const [right, left] = [(await time.boundingBox())!, (await bubble.boundingBox())!]
    expect(right.x + right.width).toBeLessThanOrEqual(left.x)
  })
})
