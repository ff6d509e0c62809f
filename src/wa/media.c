#include "wa/media.h"

#include <string.h>

#include "base/json.h"

struct wa_media_form wa_media_form(const char *mime_type, const char *extension, const char *boundary, struct arena *arena)
{
	return (struct wa_media_form){
		.content_type = arena_printf(arena, "multipart/form-data; boundary=%s", boundary),
		.head = arena_printf(arena,
	                             "--%s\r\nContent-Disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n"
	                             "--%s\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\n%s\r\n"
	                             "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file.%s\"\r\n"
	                             "Content-Type: %s\r\n\r\n",
	                             boundary, boundary, mime_type, boundary, extension, mime_type),
		.tail = arena_printf(arena, "\r\n--%s--\r\n", boundary),
	};
}

/* What stands under `key`, of these characters alone, since it goes into paths and bodies of ours. */
static int member_decode(const char *body, size_t n_bytes, const char *key, const char *allowed, char *ret, size_t ret_bytes,
                         struct err *err)
{
	json_auto cJSON *tree = NULL;
	if (json_parse(body, n_bytes, &tree, err) < 0)
		return -1;
	const char *text = json_text(tree, key);
	if (!text || !*text || strlen(text) >= ret_bytes || strspn(text, allowed) != strlen(text))
		return err_set(err, "an answer without a proper '%s'", key);
	memcpy(ret, text, strlen(text) + 1);
	return 0;
}

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

int wa_media_id_decode(const char *body, size_t n_bytes, char ret[WA_MEDIA_ID_BYTES], struct err *err)
{
	return member_decode(body, n_bytes, "id", DIGITS, ret, WA_MEDIA_ID_BYTES, err);
}

int wa_upload_decode(const char *body, size_t n_bytes, char ret[WA_HANDLE_BYTES], struct err *err)
{
	char id[WA_HANDLE_BYTES];
	if (member_decode(body, n_bytes, "id", DIGITS LETTERS ":?=&-_.~%+", id, sizeof(id), err) < 0)
		return -1;
	if (strncmp(id, "upload:", 7) != 0)
		return err_set(err, "an upload session of another kind");
	memcpy(ret, id, strlen(id) + 1);
	return 0;
}

int wa_handle_decode(const char *body, size_t n_bytes, char ret[WA_HANDLE_BYTES], struct err *err)
{
	return member_decode(body, n_bytes, "h", DIGITS LETTERS ":?=&-_.~%+/\n", ret, WA_HANDLE_BYTES, err);
}

bool wa_media_blamed(int code, const char *detail)
{
	if (code == 131053)
		return true;
	return (code == 100 || code == 131008 || code == 131009) && detail && strcasestr(detail, "media");
}
