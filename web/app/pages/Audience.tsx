import { useTranslation } from 'react-i18next';
import { PageHead } from '../parts/PageHead.tsx';

export default function Audience({ id }: { id: string }) {
	const { t } = useTranslation();
	return <PageHead title={`${t('audience.title')} ${id ?? ''}`} />;
}
