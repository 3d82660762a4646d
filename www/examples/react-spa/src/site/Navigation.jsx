import { useTranslation } from 'react-i18next'

export function Navigation({ scrolled, onAsk }) {
  const { t, i18n } = useTranslation()
  const other = i18n.language === 'it' ? 'en' : 'it'
  return (
    <div className="relative z-50">
      <nav className={`fixed inset-x-0 top-0 z-50 flex items-center gap-6 p-4 ${scrolled > 0 ? 'bg-black' : ''}`}>
        <strong className="text-white">MIP</strong>
        <button type="button" onClick={onAsk}>
          {t('nav.ask')}
        </button>
        <button type="button" onClick={() => i18n.changeLanguage(other)}>
          {t('nav.language')}
        </button>
        <output data-testid="scrolled">{Math.round(scrolled)}</output>
      </nav>
    </div>
  )
}
