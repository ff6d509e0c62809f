import { useTranslation } from 'react-i18next';
import { PageHead } from '../parts/PageHead.tsx';

export default function Campaign({ id }: { id: string }) {
	const { t } = useTranslation();
	return <PageHead title={`${t('campaign.title')} ${id ?? ''}`} />;
}
