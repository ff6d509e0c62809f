/* The beginning of a file that is said to be a picture, a film or a document, and the words a message is known by. */
#include "base/text.h"
#include "fuzz.h"
#include "model/media.h"
#include "model/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
	char *text = fuzz_text(data, n_bytes);
	enum message_status status;
	enum media_kind kind;
	const struct media_type *said = media_type_find(text), *seen = media_type_sniff(data, n_bytes);
	if (seen) {
		HOLDS(media_type_find(seen->mime) == seen);
		HOLDS(media_type_fits(seen, data, n_bytes));
		HOLDS(media_kind_max_bytes(seen->kind) > 0);
	}
	if (said)
		(void)media_type_fits(said, data, n_bytes);
	if (media_kind_parse(text, &kind))
		HOLDS(strcasecmp(media_kind_text(kind), text) == 0);
	if (message_status_parse(text, &status))
		HOLDS(status < N_MESSAGE_STATUSES);
	if (utf8_valid(text, strlen(text)))
		(void)message_is_gsm7(text);
	free(text);
	return 0;
}
