/** `useSyncExternalStore`, also where React does not have it yet. */
import * as React from 'react'

type UseStore = <S>(subscribe: (changed: () => void) => () => void, snapshot: () => S, atFirst: () => S) => S

/** React 17 renders in one go, so a check after every commit is enough. */
const useStoreOfReact17: UseStore = (subscribe, snapshot) => {
  const value = snapshot()
  const drawn = React.useRef(value)
  const [, redraw] = React.useReducer((count: number) => count + 1, 0)
  React.useEffect(() => {
    drawn.current = value
  })
  React.useEffect(() => {
    const check = (): void => {
      if (!Object.is(drawn.current, snapshot())) redraw()
    }
    const end = subscribe(check)
    check()
    return end
  }, [subscribe, snapshot])
  return value
}

// Taken from a copy: bundlers warn of a name that they do not find in a package.
const { useSyncExternalStore } = { ...React } as { useSyncExternalStore?: UseStore }

export const useStore: UseStore = useSyncExternalStore ?? useStoreOfReact17
