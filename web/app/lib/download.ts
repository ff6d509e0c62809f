/** Gives the reader a file. What a file's name may not have becomes `_`. */
export function saveFile(content: Blob, name: string): void {
	const url = URL.createObjectURL(content);
	const link = document.createElement('a');
	link.href = url;
	link.download = name.replaceAll(/[\\/:*?"<>|\u0000-\u001f]/g, '_');
	link.click();
	setTimeout(() => URL.revokeObjectURL(url), 60_000); // browsers read it after the click
}
