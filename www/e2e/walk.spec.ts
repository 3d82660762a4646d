/** A visitor's walk by keyboard alone: where the focus is, is known at every step, what is heard is what happened, and axe is content. */
import { examined, faultsOf } from './axe'
import { REACT_QUESTION, expect, test } from './fixtures'
import { goToPage, tag } from './pages'

test('by keyboard alone: open, ask, hear the answer, copy its code, say what one thinks of it, close', async ({ page, context, widget, server }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await goToPage(page, server, tag(server.origin))
  const nothingIsWrong = async (): Promise<void> => expect(faultsOf(await examined(widget))).toEqual([])
  await widget.launcher.focus()
  await nothingIsWrong()
  await expect(widget.launcher).toHaveAttribute('aria-controls', 'panel')
  await page.keyboard.press('Enter')
  await expect(widget.panel).toBeVisible()
  await expect(widget.input).toBeFocused()
  await widget.expectConnection('live')
  await nothingIsWrong()
  await expect(widget.panel).toMatchAriaSnapshot(`
    - dialog "MIP AI Assistant":
      - heading "MIP AI Assistant" [level=2]
      - paragraph: Answers in seconds
      - button "Menu"
      - button "Close chat"
      - region "Conversation"
      - textbox "Message"
      - button "Send" [disabled]
      - paragraph: You are talking to an AI. It can be wrong.
  `)

  await page.keyboard.type(REACT_QUESTION)
  await page.keyboard.press('Enter')
  await expect(widget.question(REACT_QUESTION)).toHaveCount(1)
  await expect(widget.input).toBeFocused()
  await widget.expectStatus(widget.lastAnswer(), 'complete', 30_000)
  await expect(widget.part('announcer')).toContainText(/Answer complete, \d+ sources\./)
  await expect(widget.panel).toMatchAriaSnapshot(`
    - dialog "MIP AI Assistant":
      - heading "MIP AI Assistant" [level=2]
      - paragraph: Answers in seconds
      - button "Menu"
      - button "Close chat"
      - region "Conversation":
        - list:
          - listitem:
            - paragraph: Today
            - article "You":
              - paragraph: ${REACT_QUESTION}
              - time
          - listitem:
            - article "MIP AI Assistant"
      - textbox "Message"
      - button "Send" [disabled]
      - paragraph: You are talking to an AI. It can be wrong.
  `)

  await nothingIsWrong()
  await expect(widget.input).toBeFocused()

  // Backwards from the text field: what can be done with the answer, its sources, its code.
  const answer = widget.lastAnswer()
  const copyCode = answer.getByRole('button', { name: 'Copy code', exact: true }).first()
  const helpful = answer.getByRole('button', { name: 'Helpful', exact: true })
  const back = async (to: typeof helpful): Promise<void> => {
    for (let steps = 0; steps < 40 && !(await to.evaluate((element) => element === (element.getRootNode() as ShadowRoot).activeElement)); steps++) {
      await page.keyboard.press('Shift+Tab')
    }
    await expect(to).toBeFocused()
  }
  await back(helpful)
  await page.keyboard.press('Enter')
  await expect(helpful).toHaveAttribute('aria-pressed', 'true')
  await expect(helpful).toBeFocused()
  await nothingIsWrong()
  await back(copyCode)
  await page.keyboard.press('Enter')
  const code = await answer.locator('pre').first().textContent()
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(code)
  await back(answer)
  await page.keyboard.press('ArrowUp')
  await expect(widget.question(REACT_QUESTION)).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(widget.launcher).toHaveAttribute('aria-expanded', 'false')
  await expect(widget.launcher).toBeFocused()
  await nothingIsWrong()
})

test('once the code is there, the panel stands in the frame after the press, with the focus in its text field', async ({ page, widget, server }) => {
  await goToPage(page, server, tag(server.origin))
  await widget.launcher.hover()
  await expect(widget.launcher).toHaveAttribute('aria-controls', 'panel')
  const frames = await widget.host.evaluateHandle((host) => {
    const root = host.shadowRoot!
    const isOpen = (): boolean => {
      const [panel, field] = ['panel', 'input'].map((part) => root.querySelector<HTMLElement>(`[part=${part}]`))
      return !!panel?.getBoundingClientRect().height && getComputedStyle(panel).visibility === 'visible' && root.activeElement === field
    }
    let count = 0
    const opened = new Promise<number>((resolve) => {
      const look = (): void => {
        count += 1
        if (isOpen()) resolve(count)
        else requestAnimationFrame(look)
      }
      root.querySelector('[part=launcher]')!.addEventListener('click', () => requestAnimationFrame(look))
    })
    return { opened }
  })
  await widget.launcher.click()
  // The first callback comes before that frame is drawn, the second one after it.
  expect(await frames.evaluate(({ opened }) => opened)).toBeLessThanOrEqual(2)
})

test('opening the chat moves nothing on the page', async ({ page, widget, server }) => {
  await page.addInitScript(() => {
    const shifts: number[] = ((window as unknown as { shifts: number[] }).shifts = [])
    new PerformanceObserver((list) => {
      // As the metric does: what follows a press within half a second was asked for.
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) if (!entry.hadRecentInput) shifts.push(entry.value)
    }).observe({ type: 'layout-shift', buffered: true })
  })
  await goToPage(page, server, `<h1>A site</h1>${'<p>Some words of the page.</p>'.repeat(80)}${tag(server.origin)}`)
  await widget.openLive()
  await expect(widget.part('menu')).toBeVisible()
  await widget.on((handle) => handle.close())
  await expect(widget.panel).toBeHidden()
  expect(await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts)).toEqual([])
})
