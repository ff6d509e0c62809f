import { useTranslation } from 'react-i18next';
import { PageHead } from '../parts/PageHead.tsx';

export default function Templates() {
	const { t } = useTranslation();
	return <PageHead title={t('templates.title')} />;
}
