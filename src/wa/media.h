#pragma once
/* Meta's media calls as bytes. Pure. Paths are appended to the graph's base by the caller. Source: Meta's pages "Media" and
 * "Resumable Upload". */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define WA_MEDIA_ID_BYTES 64
#define WA_HANDLE_BYTES 2048

/* The body of POST /{phone-number}/media is multipart: this, the file's bytes, and the tail. Memory from `arena`. */
struct wa_media_form {
	const char *content_type, *head, *tail;
};
/* `boundary`: of up to 60 letters and digits that do not occur in the file. */
struct wa_media_form wa_media_form(const char *mime_type, const char *extension, const char *boundary, struct arena *arena);
/* The answers: the id of a medium or of an app; an upload session's (goes into a path as it is); a handle. */
must_check int wa_media_id_decode(const char *body, size_t n_bytes, char ret[WA_MEDIA_ID_BYTES], struct err *err);
must_check int wa_upload_decode(const char *body, size_t n_bytes, char ret[WA_HANDLE_BYTES], struct err *err);
must_check int wa_handle_decode(const char *body, size_t n_bytes, char ret[WA_HANDLE_BYTES], struct err *err);

/* Does this refusal of a message speak of its medium: an id that Meta does not know (any more), or a file that it cannot use?
 * For messages that show one. Meta has no code of its own for the first: 100 or 131009, and the text says it. */
bool wa_media_blamed(int code, const char *detail);
