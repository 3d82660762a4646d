/** What axe finds wrong with the widget in any of its looks, in both schemes and both directions: nothing. */
import axe, { type AxeResults, type RunOptions } from 'axe-core'
import { expect, test } from './fixtures'
import { DIRECTIONS, type Direction, LOOKS, SCHEMES, Stage, isSettled, reach } from './states_of_the_widget'
import type { Widget } from './widget'

const WHAT_COUNTS: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
}

for (const direction of Object.keys(DIRECTIONS) as Direction[]) {
  for (const look of LOOKS) {
    test.describe(() => {
      test.use(look.settings)

      test(`nothing is wrong with ${look.name}, ${direction}`, async ({ page, widget, server }) => {
        await reach(look, new Stage(page, widget, server, direction))
        const faults: Record<string, string[]> = {}
        for (const colorScheme of SCHEMES) {
          await page.emulateMedia({ colorScheme })
          await isSettled(widget)
          faults[colorScheme] = faultsOf(await examined(widget))
        }
        expect(faults).toEqual({ light: [], dark: [] })
      })
    })
  }
}

test('what is wrong in the shadow root is found, in words and colours and sizes', async ({ page, widget, server }) => {
  await reach(LOOKS.find(({ name }) => name === 'empty')!, new Stage(page, widget, server, 'ltr'))
  await widget.part('transcript').evaluate((transcript) => {
    const small = 'display: inline-block; inline-size: 9px; block-size: 9px'
    for (const style of [small, small, 'color: #777; background: #888']) {
      const button = document.createElement('button')
      button.style.cssText = style
      button.textContent = style.startsWith('color') ? 'Grey' : ''
      transcript.prepend(button)
    }
  })
  const { violations } = await examined(widget)
  expect(violations.map(({ id }) => id).sort()).toEqual(['button-name', 'color-contrast', 'target-size'])
})

async function examined({ page, host }: Widget): Promise<AxeResults> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.addScriptTag({ content: axe.source })
  return host.evaluate(async (host, options) => {
    // What lies over what, axe knows of the body and what is in it. The widget stands beside the body, and without this
    // neither colours nor sizes would be judged, nor would anybody be told.
    Object.defineProperty(document, 'body', { configurable: true, value: host })
    try {
      return await (window as unknown as { axe: typeof axe }).axe.run(host, options)
    } finally {
      Reflect.deleteProperty(document, 'body')
    }
  }, WHAT_COUNTS)
}

/** Each with its rule, where it is, and what axe says of it. */
function faultsOf({ violations }: AxeResults): string[] {
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} at ${target.flat().join(' ')}: ${failureSummary?.replace(/\s+/g, ' ')}`))
}
