/** What people ask of their browser is heard: no motion, colours of their own, everything four times as large. */
import type { Locator, Page } from '@playwright/test'
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

  test('the icon of the launcher stands out from it, before the code has come and after', async ({ page, widget, server }) => {
    await see('closed', { page, widget, server })
    const isSeen = (): Promise<boolean> =>
      widget.launcher.evaluate((launcher) => {
        const icon = getComputedStyle(launcher, '::before')
        return parseFloat(icon.borderTopWidth) >= 12 && icon.borderTopColor !== getComputedStyle(launcher).backgroundColor
      })
    expect(await isSeen()).toBe(true)
    await widget.openLive()
    await widget.launcher.click()
    await expect(widget.panel).toBeHidden()
    expect(await isSeen()).toBe(true)
  })

  test('the dots of an answer that is waited for stand out from the panel', async ({ page, widget, server }) => {
    await see('thinking', { page, widget, server })
    const dot = widget.lastAnswer().getByRole('img').locator('span').first()
    expect(await background(dot)).not.toBe(await background(widget.panel))
    await expect(dot).toHaveCSS('forced-color-adjust', 'none')
  })

  test('the end of an answer that grows, and the dot before it, stand out from the panel', async ({ page, widget, server }) => {
    const teller = await new Stage(page, widget, server, 'ltr').asked()
    await teller.begin()
    await teller.grow('It has one tag for any page, and')
    const paragraph = widget.lastAnswer().locator('.answer > p')
    await expect(paragraph).toBeVisible()
    const surface = await background(widget.panel)
    expect(await background(paragraph, '::after')).not.toBe(surface)
    expect(await background(widget.lastAnswer().locator('[part=bubble]'), '::before')).not.toBe(surface)
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

test.describe('on paper', () => {
  test('neither the launcher is printed nor the panel', async ({ page, widget, server }) => {
    await see('closed', { page, widget, server })
    await page.emulateMedia({ media: 'print' })
    await expect(widget.launcher, 'before the code has come').toBeHidden()
    await page.emulateMedia({ media: 'screen' })
    await widget.openLive()
    await page.emulateMedia({ media: 'print' })
    for (const part of ['launcher', 'panel', 'input']) await expect(widget.part(part), part).toBeHidden()
    await page.emulateMedia({ media: 'screen' })
    await expect(widget.panel).toBeVisible()
  })

  test('nor is the invitation', async ({ page, widget, server }) => {
    await see('invitation', { page, widget, server })
    await page.emulateMedia({ media: 'print' })
    await expect(widget.part('invitation')).toBeHidden()
  })
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

/** The colour behind an element, or behind what the sheet puts before or after its words. */
function background(element: Locator, drawn?: '::before' | '::after'): Promise<string> {
  return element.evaluate((element, drawn) => getComputedStyle(element, drawn).backgroundColor, drawn)
}
