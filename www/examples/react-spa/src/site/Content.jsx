import { useTranslation } from 'react-i18next'

export function Content() {
  const { t } = useTranslation()
  return (
    <main className="relative z-10" style={{ transform: 'translateZ(0)', opacity: 0.99 }}>
      <section className="px-8 pt-40 pb-20">
        <h1 className="text-5xl font-bold">{t('hero.title')}</h1>
        <p className="mt-4">{t('hero.line')}</p>
      </section>
      {[1, 2, 3, 4].map((topic) => (
        <section key={topic} className="px-8 py-40 border-t">
          <h2 className="text-2xl">
            {t('topic')} {topic}
          </h2>
        </section>
      ))}
    </main>
  )
}
