import { useTranslation } from 'react-i18next';
import { PageHead } from '../parts/PageHead.tsx';

export default function TemplateEditor({ id }: { id?: string }) {
	const { t } = useTranslation();
	return <PageHead title={`${t('editor.title')} ${id ?? ''}`} />;
}
