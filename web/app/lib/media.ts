// Files for headers: sent to the server, and shown as it keeps them.
import { useQueries } from '@tanstack/react-query';
import { crier, read, type Schemas } from './client.ts';

export type Medium = Schemas['Medium'];

export const ACCEPTED = {
	image: ['image/jpeg', 'image/png'],
	video: ['video/mp4'],
	document: ['application/pdf'],
} as const;

export const upload = (file: File): Promise<Medium> =>
	read(
		crier.POST('/v1/media', { body: file as never, bodySerializer: (body: unknown) => body as BodyInit, headers: { 'Content-Type': file.type || 'application/octet-stream' } }),
	);

/** What is known of media, and the addresses of pictures among them, by their ids. */
export function useMedia(ids: string[]): { media: Medium[]; pictures: Record<string, string> } {
	const answers = useQueries({
		queries: ids.map((id) => ({ queryKey: ['medium', id], queryFn: () => read(crier.GET('/v1/media/{media}', { params: { path: { media: id } } })), staleTime: Infinity })),
	});
	const media = answers.flatMap(({ data }) => (data ? [data] : []));
	const pictures = Object.fromEntries(media.filter(({ type }) => type === 'image').map(({ id }) => [id, `/v1/media/${id}/content`]));
	return { media, pictures };
}
