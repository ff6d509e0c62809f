import { useTranslation } from 'react-i18next';
import { PageHead } from '../parts/PageHead.tsx';

export default function Senders() {
	const { t } = useTranslation();
	return <PageHead title={t('senders.title')} />;
}
