import { useTranslation } from 'react-i18next';
import { PageHead } from '../parts/PageHead.tsx';

export default function Home() {
	const { t } = useTranslation();
	return <PageHead title={t('home.title')} />;
}
