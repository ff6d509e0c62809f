import { useTranslation } from 'react-i18next';
import { PageHead } from '../parts/PageHead.tsx';

export default function Optouts() {
	const { t } = useTranslation();
	return <PageHead title={t('optouts.title')} />;
}
