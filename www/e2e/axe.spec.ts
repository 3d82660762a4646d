/** What axe finds wrong with the widget in any of its looks, in both schemes and both directions: nothing. */
import { examined, faultsOf } from './axe'
import { expect, test } from './fixtures'
import { DIRECTIONS, type Direction, LOOKS, SCHEMES, Stage, reach } from './states_of_the_widget'

for (const direction of Object.keys(DIRECTIONS) as Direction[]) {
  for (const look of LOOKS) {
    test.describe(() => {
      test.use(look.settings)

      test(`nothing is wrong with ${look.name}, ${direction}`, async ({ page, widget, server }) => {
        await reach(look, new Stage(page, widget, server, direction))
        const faults: Record<string, string[]> = {}
        for (const colorScheme of SCHEMES) {
          await page.emulateMedia({ colorScheme })
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
