/** What people ask of their browser is heard: no motion, colours of their own, everything four times as large. */
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import type { ReferenceServer } from './server'
import { LOOKS, Stage, reach } from './states_of_the_widget'
import type { Widget } from './widget'

async function see(name: string, { page, widget, server }: { page: Page; widget: Widget; server: ReferenceServer }): Promise<void> {
  const look = LOOKS.find((look) => look.name === name)
  if (!look) throw new Error(`nobody knows the look ${name}`)
  await reach(look, new Stage(page, widget, server, 'ltr'))
}

test.describe('without motion', () => {
  test.use({ contextOptions: { reducedMotion: 'reduce' } })

  for (const name of ['thinking', 'streaming']) {
    test(`nothing moves while an answer is ${name}`, async ({ page, widget, server }) => {
      await see(name, { page, widget, server })
      const moving = await widget.host.evaluate((host) => host.shadowRoot?.getAnimations().filter(({ playState }) => playState === 'running').length)
      expect(moving).toBe(0)
    })
  }
})

test.describe('in forced colours', () => {
  test.use({ contextOptions: { forcedColors: 'active' } })

  test('what only a background told apart has a border', async ({ page, widget, server }) => {
    await see('complete', { page, widget, server })
    for (const part of ['launcher', 'panel', 'send']) await expect(widget.part(part), part).toHaveCSS('border-top-style', 'solid')
    await expect(widget.lastAnswer().locator('[part=bubble]')).toHaveCSS('border-top-style', 'solid')
    await expect(widget.lastAnswer().locator('.answer a').first()).toHaveCSS('text-decoration-line', 'underline')
  })

  for (const [what, name] of [
    ['the text field', 'empty'],
    ['a field of the form', 'form-refused'],
  ] as const) {
    test.describe(() => {
      test.use({ serverFlags: LOOKS.find((look) => look.name === name)?.settings.serverFlags ?? [] })

      // A shadow is not drawn there, and a border has one colour whatever the sheet says.
      test(`the focus on ${what} is seen by its outline`, async ({ page, widget, server }) => {
        await see(name, { page, widget, server })
        const focused = await widget.host.evaluateHandle((host) => host.shadowRoot?.activeElement)
        expect(await focused.evaluate((field) => (field ? getComputedStyle(field).outlineStyle : 'nothing has the focus'))).not.toBe('none')
      })
    })
  }
})

test.describe('at four times the size', () => {
  // 1280 by 1024 CSS pixels at 400 % (WCAG 1.4.10).
  test.use({ viewport: { width: 320, height: 256 } })

  test('nothing is wider than the screen, and what is typed is seen', async ({ page, widget, server }) => {
    await see('complete', { page, widget, server })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
    // Code and tables scroll by themselves.
    expect(await widget.part('transcript').evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0)
    await expect(widget.input).toBeInViewport({ ratio: 1 })
    await expect(widget.part('close')).toBeInViewport({ ratio: 1 })
  })
})
