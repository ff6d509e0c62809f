// Files for headers: sent to the server, and shown where the page knows how they look.
import { useQueries } from '@tanstack/react-query';
import { crier, read, type Schemas } from './client.ts';

export type Medium = Schemas['Medium'];

export const ACCEPTED = {
	image: ['image/jpeg', 'image/png'],
	video: ['video/mp4'],
	document: ['application/pdf'],
} as const;

/** The pictures that were uploaded from this page, as the browser has them. */
const uploaded = new Map<string, string>();

export async function upload(file: File): Promise<Medium> {
	const medium = await read(
		crier.POST('/v1/media', { body: file as never, bodySerializer: (body: unknown) => body as BodyInit, headers: { 'Content-Type': file.type || 'application/octet-stream' } }),
	);
	if (medium.type === 'image' && !uploaded.has(medium.id)) uploaded.set(medium.id, URL.createObjectURL(file));
	return medium;
}

/** What is known of media, and the addresses of pictures among them, by their ids. */
export function useMedia(ids: string[]): { media: Medium[]; pictures: Record<string, string> } {
	const answers = useQueries({
		queries: ids.map((id) => ({ queryKey: ['medium', id], queryFn: () => read(crier.GET('/v1/media/{media}', { params: { path: { media: id } } })), staleTime: Infinity })),
	});
	const media = answers.flatMap(({ data }) => (data ? [data] : []));
	const pictures = media.flatMap(({ id, url }): [string, string][] => {
		const address = uploaded.get(id) ?? url;
		return address ? [[id, address]] : [];
	});
	return { media, pictures: Object.fromEntries(pictures) };
}
