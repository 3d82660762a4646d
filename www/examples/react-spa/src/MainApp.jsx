import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Chat } from './site/Chat'
import { Content } from './site/Content'
import { Navigation } from './site/Navigation'

/** The site's root, which renders anew with every scroll, and with it everything below. */
export function MainApp() {
  const { i18n } = useTranslation()
  const [scrolled, setScrolled] = useState(0)
  const [openChat, setOpenChat] = useState(false)

  useEffect(() => {
    const follow = () => setScrolled(window.scrollY)
    window.addEventListener('scroll', follow, { passive: true })
    return () => window.removeEventListener('scroll', follow)
  }, [])

  // A pulse, as the former component wanted it.
  useEffect(() => {
    if (!openChat) return undefined
    const timer = setTimeout(() => setOpenChat(false), 1000)
    return () => clearTimeout(timer)
  }, [openChat])

  return (
    <div className="min-h-screen relative bg-black text-white">
      <div className="fixed inset-0 bg-gradient-to-b from-slate-900 to-black" style={{ zIndex: -10 }} />
      <Navigation scrolled={scrolled} onAsk={() => setOpenChat(true)} />
      <Content />
      <Chat language={i18n.language} openChat={openChat} onClosed={() => setOpenChat(false)} />
    </div>
  )
}
