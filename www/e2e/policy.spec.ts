import { CSP_QUESTION, REACT_QUESTION, expect, test } from './fixtures'

declare global {
  interface Window {
    violations: string[]
  }
}

test('a whole conversation runs under the strict policy without a violation', async ({ page, widget, complaints }) => {
  // Also told to the console, so that the violations of a page that is left are not lost with it.
  await page.addInitScript(() => {
    window.violations = []
    document.addEventListener('securitypolicyviolation', (event) => {
      window.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`)
      console.error(`violation of ${event.violatedDirective}`)
    })
  })
  const answered = await page.goto('/strict/')
  const policy = answered?.headers()['content-security-policy'] ?? ''
  for (const part of [
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
    "style-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
  ]) {
    expect(policy.split('; ')).toContain(part)
  }

  await widget.openLive()
  await widget.askAndWait(REACT_QUESTION)
  await expect(widget.lastAnswer().locator('[part=source]').first()).toBeVisible()
  expect(await page.evaluate(() => window.violations)).toEqual([])

  await page.reload()
  await widget.openLive()
  await expect(widget.messages).toHaveCount(2)
  await widget.askAndWait(CSP_QUESTION)
  await widget.part('close').click()
  await expect(widget.panel).toBeHidden()
  expect(await page.evaluate(() => window.violations)).toEqual([])
  expect(complaints).toEqual([])

  // The proof that the silence above meant something: the policy does stop what it should, and is heard doing so.
  const refused = await page.evaluate(() => {
    try {
      document.createElement('div').innerHTML = 'x'
      return 'allowed'
    } catch (error) {
      return (error as Error).name
    }
  })
  expect(refused).toBe('TypeError')
  await expect.poll(() => page.evaluate(() => window.violations)).toHaveLength(1)
})

test('the widget is drawn in full under the strict policy', async ({ page, widget }) => {
  await page.goto('/strict/')
  await widget.open()
  await expect.poll(() => widget.panel.boundingBox()).toMatchObject({ width: 380, height: 600 })
  const radius = await widget.launcher.evaluate((launcher) => getComputedStyle(launcher).borderTopLeftRadius)
  expect(radius).not.toBe('0px')
})
